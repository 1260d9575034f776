// What form-js does not know of a field and Qucheng does: how it is written, whether it is personal, and when it must be
// filled in and what must hold of it and other fields. All of it stands in the custom properties of the component, where any editor of form-js keeps it.
import { h } from "preact";

import { translate } from "../i18n/translate.js";

/** By type of component: the ways of writing it, each with its value and its name. */
const FORMATS = {
  number: [["money", "Amount of money"]],
  textfield: [
    ["id_number", "ID card number"],
    ["mobile", "Mobile number"],
  ],
};
/** What can't hold a personal value: it has none. */
const SAYS_ONLY = new Set([
  "default", "button", "text", "html", "image", "table", "documentPreview", "spacer", "separator", "iframe",
]); // prettier-ignore

/** What nothing is entered into: no rule can hold of it, nor be broken beside it. */
const HOLDS_OTHERS = new Set(["group", "dynamiclist", "expression"]);

class OwnProperties {
  constructor(propertiesPanel) {
    propertiesPanel.registerProvider(this, 500);
  }

  getGroups(field, editField) {
    return (groups) => {
      if (SAYS_ONLY.has(field.type)) return groups;
      const entry = entriesOf(field, editField);
      const own = [{ id: "qucheng", label: translate("Writing and privacy"), entries: writingAndPrivacy(field, entry) }];
      if (!HOLDS_OTHERS.has(field.type)) {
        own.push({ id: "qucheng-rule", label: translate("Rules with other fields"), entries: rule(entry) });
      }
      const place = groups.findIndex((group) => group.id === "custom-values");
      return place < 0 ? [...groups, ...own] : groups.toSpliced(place, 0, ...own);
    };
  }
}
OwnProperties.$inject = ["propertiesPanel"];

export const ownProperties = { __init__: ["ownProperties"], ownProperties: ["type", OwnProperties] };

/** Give what makes an entry of the panel of each property: its name, its component, what that needs. */
function entriesOf(field, editField) {
  const properties = field.properties ?? {};
  const set = (changes) => {
    const after = { ...properties, ...changes };
    for (const [name, value] of Object.entries(after)) if (!value) delete after[name];
    editField(field, ["properties"], after);
  };
  return (name, component, facts, besides = () => ({})) => ({
    id: `own-${name}`,
    component,
    isEdited: () => Boolean(properties[name]),
    value: properties[name] ?? "",
    change: (value) => set({ [name]: value, ...besides(value) }),
    ...facts,
  });
}

function writingAndPrivacy(field, entry) {
  const formats = FORMATS[field.type];
  return [
    ...(formats
      ? [
          entry(
            "format",
            Choose,
            {
              label: translate("Format"),
              description: translate("Typed the way people are used to, checked, and shown alike everywhere."),
              options: [["", translate("As it is typed")], ...formats.map(([value, name]) => [value, translate(name)])],
            },
            // Capitals are for amounts of money only.
            (format) => (format === "money" ? {} : { capitals: "" }),
          ),
        ]
      : []),
    ...(field.properties?.format === "money" && field.type === "number"
      ? [entry("capitals", Tick, { label: translate("Also in capitals (read-only and in print)"), description: "" })]
      : []),
    entry("personal", Tick, {
      label: translate("Personal data"),
      description: translate("Only the people of the case and their superiors see it as it is; every look is recorded."),
    }),
  ];
}

function rule(entry) {
  return [
    entry("requiredWhen", Write, {
      label: translate("Required when"),
      description: translate(
        'A condition that may use other fields, such as =decision = "reject". While it is true the field must be filled in.',
      ),
      monospace: true,
    }),
    entry("mustHold", Write, {
      label: translate("Must hold once it is filled in"),
      description: translate(
        "A condition that may use other fields, such as =price >= deductions. Where it can't be decided nobody is kept back.",
      ),
      monospace: true,
    }),
    entry("otherwise", Write, {
      label: translate("Said beside the field where it does not hold"),
      description: translate("What is wrong and how to mend it. Double braces around a key write its value."),
    }),
  ];
}

function Choose({ id, label, description, value, options, change }) {
  const input = `bio-properties-panel-${id}`;
  return h("div", { class: "bio-properties-panel-entry", "data-entry-id": id }, [
    h("div", { class: "bio-properties-panel-select" }, [
      h("label", { for: input, class: "bio-properties-panel-label" }, label),
      h(
        "select",
        {
          id: input,
          name: id,
          class: "bio-properties-panel-input",
          value,
          "aria-describedby": `${input}-says`,
          onChange: (event) => change(event.target.value),
        },
        options.map(([one, name]) => h("option", { value: one }, name)),
      ),
    ]),
    h("div", { id: `${input}-says`, class: "bio-properties-panel-description" }, description),
  ]);
}

function Tick({ id, label, description, value, change }) {
  const input = `bio-properties-panel-${id}`;
  return h("div", { class: "bio-properties-panel-entry bio-properties-panel-checkbox-entry", "data-entry-id": id }, [
    h("div", { class: "bio-properties-panel-checkbox" }, [
      h("input", {
        id: input,
        name: id,
        type: "checkbox",
        class: "bio-properties-panel-input",
        checked: value === "true",
        "aria-describedby": description ? `${input}-says` : undefined,
        onChange: (event) => change(event.target.checked ? "true" : ""),
      }),
      h("label", { for: input, class: "bio-properties-panel-label" }, label),
    ]),
    description && h("div", { id: `${input}-says`, class: "bio-properties-panel-description" }, description),
  ]);
}

function Write({ id, label, description, value, change, monospace = false }) {
  const input = `bio-properties-panel-${id}`;
  return h("div", { class: "bio-properties-panel-entry", "data-entry-id": id }, [
    h("div", { class: "bio-properties-panel-textarea" }, [
      h("label", { for: input, class: "bio-properties-panel-label" }, label),
      h("textarea", {
        id: input,
        name: id,
        class: `bio-properties-panel-input${monospace ? " bio-properties-panel-input-monospace" : ""}`,
        rows: 2,
        spellcheck: false,
        value,
        "aria-describedby": `${input}-says`,
        onChange: (event) => change(event.target.value.trim()),
        // Ctrl+S saves what stands here, too: the browser tells of no change while the focus stays.
        onKeyDown: (event) => {
          if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") change(event.target.value.trim());
        },
      }),
    ]),
    h("div", { id: `${input}-says`, class: "bio-properties-panel-description" }, description),
  ]);
}

// What form-js does not know of a field and Qucheng does: how it is written, and whether it is personal. Both stand in
// the custom properties of the component, where any editor of form-js keeps them.
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

class OwnProperties {
  constructor(propertiesPanel) {
    propertiesPanel.registerProvider(this, 500);
  }

  getGroups(field, editField) {
    return (groups) => {
      const entries = SAYS_ONLY.has(field.type) ? [] : entriesOf(field, editField);
      if (!entries.length) return groups;
      const own = { id: "qucheng", label: translate("Writing and privacy"), entries };
      const place = groups.findIndex((group) => group.id === "custom-values");
      return place < 0 ? [...groups, own] : groups.toSpliced(place, 0, own);
    };
  }
}
OwnProperties.$inject = ["propertiesPanel"];

export const ownProperties = { __init__: ["ownProperties"], ownProperties: ["type", OwnProperties] };

function entriesOf(field, editField) {
  const properties = field.properties ?? {};
  const formats = FORMATS[field.type];
  const set = (changes) => {
    const after = { ...properties, ...changes };
    for (const [name, value] of Object.entries(after)) if (!value) delete after[name];
    editField(field, ["properties"], after);
  };
  const entry = (name, component, facts) => ({
    id: `own-${name}`,
    component,
    isEdited: () => Boolean(properties[name]),
    value: properties[name] ?? "",
    ...facts,
  });
  const tick = (name, label, description) =>
    entry(name, Tick, { label, description, change: (on) => set({ [name]: on ? "true" : "" }) });
  return [
    ...(formats
      ? [
          entry("format", Choose, {
            label: translate("Format"),
            description: translate("Typed the way people are used to, checked, and shown alike everywhere."),
            options: [["", translate("As it is typed")], ...formats.map(([value, name]) => [value, translate(name)])],
            // Capitals are for amounts of money only.
            change: (format) => set({ format, ...(format === "money" ? {} : { capitals: "" }) }),
          }),
        ]
      : []),
    ...(properties.format === "money" && field.type === "number"
      ? [tick("capitals", translate("Also in capitals (read-only and in print)"), "")]
      : []),
    tick(
      "personal",
      translate("Personal data"),
      translate("Only the people of the case and their superiors see it as it is; every look is recorded."),
    ),
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
        onChange: (event) => change(event.target.checked),
      }),
      h("label", { for: input, class: "bio-properties-panel-label" }, label),
    ]),
    description && h("div", { id: `${input}-says`, class: "bio-properties-panel-description" }, description),
  ]);
}

"""A form as it was deployed: read once, then shared and never changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import orjson

from engine.errors import Finding, UnpublishableError, mark
from engine.forms import texts
from engine.forms.kinds import CONDITIONS, EXPRESSIONS, KINDS, TEMPLATES, Kind

Path = tuple[str | int, ...]
"""Where a value lives: names of contexts and positions in lists."""

MAX_BYTES = 2_000_000
MAX_DEPTH = 12
MAX_COMPONENTS = 2_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Component:
    """One component of a form."""

    type: str
    id: str
    local: tuple[str, ...] = ()
    """The names that lead from the enclosing container to the value."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """Everything the schema says about it."""
    components: tuple["Component", ...] = ()

    @property
    def kind(self) -> Kind:
        """Say what this type does with data."""
        return KINDS[self.type]

    @property
    def key(self) -> str:
        """Give the key as the schema writes it, with dots."""
        return ".".join(self.local)

    @property
    def label(self) -> str:
        """Give the label as the schema writes it: it may hold an expression."""
        written = self.get("label") or self.get("dateLabel") or self.get("timeLabel")
        return written if isinstance(written, str) else ""

    def get(self, dotted: str) -> object:
        """Give a setting such as ``validate.min``, or None."""
        found: object = self.settings
        for name in dotted.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def written(self) -> Iterator[tuple[str, str]]:
        """Give the settings that are evaluated, by name."""
        for name in (*CONDITIONS, *EXPRESSIONS):
            if texts.is_expression(value := self.get(name)):
                yield name, str(value)
        for name in TEMPLATES:
            if texts.is_template(value := self.get(name)):
                yield name, str(value)

    def walk(self) -> Iterator["Component"]:
        """Give this component and all below it, in the order of the schema."""
        yield self
        for child in self.components:
            yield from child.walk()


@dataclass(frozen=True, kw_only=True)
class Field:
    """A component that holds a value, for lists of what a form asks."""

    key: str
    """Where the value lives; the rows of a list are written ``contacts[].phone``."""
    label: str
    type: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Form:
    """A form-js schema, checked for its shape."""

    id: str
    components: tuple[Component, ...]

    def walk(self) -> Iterator[Component]:
        """Give every component, in the order of the schema."""
        for component in self.components:
            yield from component.walk()

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """List every component that holds a value, flattened."""
        return tuple(_fields(self.components, ""))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Map each key to its label."""
        return MappingProxyType({one.key: one.label for one in self.fields})

    @cached_property
    def live(self) -> frozenset[str]:
        """Name the values that conditions, options, limits or texts of the form may depend on.

        Found by the spelling of names, so that it may be too many and never too few.
        """
        written = "\n".join(text for one in self.walk() for _, text in one.written())
        names = {name for one in self.walk() for name in one.local}
        return frozenset(name for name in names if name in written)

    @cached_property
    def submits(self) -> bool:
        """Say whether the form brings its own button for submission."""
        return any(one.type == "button" and one.get("action") in {None, "submit"} for one in self.walk())


def _fields(components: tuple[Component, ...], prefix: str) -> Iterator[Field]:
    for one in components:
        key = ".".join(filter(None, (prefix, one.key)))
        if one.kind.keyed:
            yield Field(key=key, label=one.label or key, type=one.type)
        yield from _fields(one.components, key + "[]" if one.kind.repeats else key)


def load(content: bytes, resource: str | None = None) -> Form:
    """Read a form-js schema.

    Only the shape is checked here, so that what is loaded can be rendered; ``lint`` says everything else.

    Raises:
        UnpublishableError: it isn't JSON, isn't a form, or names a component type that doesn't exist.

    """
    return shape(parse(content, resource), resource)


def parse(content: bytes, resource: str | None = None) -> dict[str, object]:
    """Read the JSON text of a form.

    Raises:
        UnpublishableError: it isn't a JSON object, or is too large.

    """
    if len(content) > MAX_BYTES:
        raise _refused(
            "form_too_large",
            mark("表单文件超过 {limit} 字节，请拆成几个表单。"),
            resource,
            limit=MAX_BYTES,
        )
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        finding = Finding(
            severity="error",
            code="form_not_json",
            message=mark("从第 {line} 行第 {column} 列起不是 JSON。请在表单编辑器中重新导出。"),
            facts={"line": error.lineno, "column": error.colno},
            resource=resource,
            line=error.lineno,
        )
        raise UnpublishableError([finding]) from None
    if not isinstance(document, dict) or not isinstance(document.get("components"), list):
        raise _refused("form_shape", mark("这不是表单：缺少 components 列表。"), resource)
    return document


def shape(document: Mapping[str, object], resource: str | None) -> Form:
    """Make a form of a parsed document.

    Raises:
        UnpublishableError: every component that is no component, each with its own finding.

    """
    findings: list[Finding] = []
    components = _components(document["components"], (), findings, resource)
    identifier = document.get("id")
    if not isinstance(identifier, str) or not identifier:
        findings.append(
            Finding(severity="error", code="form_id", message=mark("表单没有 id。"), resource=resource),
        )
    if sum(1 for one in components for _ in one.walk()) > MAX_COMPONENTS:
        findings.append(
            Finding(
                severity="error",
                code="form_too_large",
                message=mark("表单的组件多于 {limit} 个，请拆成几个表单。"),
                facts={"limit": MAX_COMPONENTS},
                resource=resource,
            ),
        )
    if findings:
        raise UnpublishableError(findings)
    return Form(id=str(identifier), components=components)


def _refused(code: str, message: str, resource: str | None, **facts: object) -> UnpublishableError:
    return UnpublishableError(
        [Finding(severity="error", code=code, message=message, facts=facts, resource=resource)],
    )


def _components(
    listed: object,
    place: tuple[int, ...],
    findings: list[Finding],
    resource: str | None,
) -> tuple[Component, ...]:
    found = []
    for index, settings in enumerate(listed if isinstance(listed, list) else ()):
        component = _component(settings, (*place, index), findings, resource)
        if component:
            found.append(component)
    return tuple(found)


def _component(
    settings: object,
    place: tuple[int, ...],
    findings: list[Finding],
    resource: str | None,
) -> Component | None:
    facts: dict[str, object] = {}
    if not isinstance(settings, dict):
        message = mark("第 {place} 个组件不是 JSON 对象。")
    elif settings.get("type") not in KINDS:
        message = mark("组件“{name}”的类型 {type} 不存在。可用的类型：{known}。")
        facts = {"name": _named(settings), "type": repr(settings.get("type")), "known": " ".join(sorted(KINDS))}
    elif len(place) > MAX_DEPTH:
        message, facts = (
            mark("组件“{name}”嵌套超过 {limit} 层，请放平一些。"),
            {"name": _named(settings), "limit": MAX_DEPTH},
        )
    elif KINDS[settings["type"]].keyed and not _path(settings.get("key")):
        message, facts = mark("组件“{name}”没有键（key），它的值无处可存。"), {"name": _named(settings)}
    else:
        return _made(settings, place, findings, resource)
    findings.append(
        Finding(
            severity="error",
            code="form_component",
            message=message,
            facts={"place": ".".join(str(step + 1) for step in place), **facts},
            resource=resource,
            element=_text(settings, "key") or _text(settings, "id"),
            name=_text(settings, "label"),
        ),
    )
    return None


def _made(
    settings: dict[str, object],
    place: tuple[int, ...],
    findings: list[Finding],
    resource: str | None,
) -> Component:
    kind = KINDS[str(settings["type"])]
    identifier = _text(settings, "id") or "Field_" + "_".join(map(str, place))
    local = _path(settings.get("key")) if kind.keyed else _path(settings.get("path")) if kind.container else ()
    if kind.repeats and not local:
        local = (identifier,)
    return Component(
        type=str(settings["type"]),
        id=identifier,
        local=local,
        settings=MappingProxyType(settings),
        components=_components(settings.get("components"), place, findings, resource) if kind.container else (),
    )


def _path(written: object) -> tuple[str, ...]:
    names = tuple(written.split(".")) if isinstance(written, str) else ()
    return names if all(names) else ()


def _text(settings: object, name: str) -> str | None:
    value = settings.get(name) if isinstance(settings, Mapping) else None
    return value if isinstance(value, str) and value else None


def _named(settings: Mapping[str, object]) -> str:
    return _text(settings, "label") or _text(settings, "key") or _text(settings, "id") or "?"

"""Reading the JSON text of a form into components."""

from collections.abc import Mapping
from types import MappingProxyType

import orjson

from engine.errors import Finding, UnpublishableError, mark
from engine.forms.kinds import KINDS
from engine.forms.schema import Component, Form

MAX_BYTES = 2_000_000
MAX_DEPTH = 12
MAX_COMPONENTS = 2_000


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

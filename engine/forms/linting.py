"""Checking a form before publication."""

from collections import defaultdict
from collections.abc import Iterator

from engine import feel
from engine.errors import Finding, UnpublishableError, mark
from engine.forms import formats, picking, rules, texts
from engine.forms.kinds import CONDITIONS
from engine.forms.loading import parse, shape
from engine.forms.personal import personal_places
from engine.forms.schema import Component, Form


def lint(content: bytes, resource: str | None = None) -> list[Finding]:
    """Give everything that is wrong or doubtful in a form, errors first, each with its component and line."""
    try:
        document = parse(content, resource)
        form = shape(document, resource)
    except UnpublishableError as error:
        return error.findings
    findings = _Lint(content, resource).form(form)
    return sorted(findings, key=lambda one: one.severity != "error")


class _Lint:
    """One check of one file."""

    def __init__(self, content: bytes, resource: str | None) -> None:
        self._lines = content.decode(errors="replace").splitlines()
        self._resource = resource

    def form(self, form: Form) -> Iterator[Finding]:
        yield from self._ids(form)
        yield from self._keys(form)
        yield from self._sought(form)
        if not any(one.kind.keyed for one in form.walk()):
            yield self._finding("warning", "form_without_fields", mark("表单没有任何要填的内容，只能直接提交。"))
        known = {"this", "parent", "i"} | {name for one in form.walk() for name in one.local}
        for component in form.walk():
            yield from self._expressions(component, known)
            yield from self._condition(component)
            yield from self._rule(component)
            yield from self._options(component)
            yield from self._pattern(component)
            yield from self._format(component)
            yield from self._personal(component)

    def _finding(self, severity: str, code: str, message: str, at: Component | None = None, **facts: object) -> Finding:
        return Finding(
            severity="error" if severity == "error" else "warning",
            code=code,
            message=message,
            facts={"name": _name(at), **facts} if at else facts,
            resource=self._resource,
            element=(at.key or at.id) if at else None,
            name=_name(at) if at else None,
            line=self._line(at) if at else None,
        )

    def _line(self, component: Component) -> int | None:
        """Find the line that names a component; a form in one line has one."""
        for wanted in (component.settings.get("id"), component.settings.get("key")):
            for number, line in enumerate(self._lines, start=1):
                if isinstance(wanted, str) and f'"{wanted}"' in line:
                    return number
        return None

    def _ids(self, form: Form) -> Iterator[Finding]:
        seen: set[str] = set()
        for one in form.walk():
            if one.id in seen:
                yield self._finding("error", "form_id_twice", mark("组件 id“{id}”用了两次。"), one, id=one.id)
            seen.add(one.id)

    def _keys(self, form: Form) -> Iterator[Finding]:
        paths = _by_path(form.components, ())
        for path, same in paths.items():
            if len(same) > 1:
                yield self._twice(same)
            if any(path[:length] in paths for length in range(1, len(path))):
                message = mark("键“{key}”在另一个字段的值里面，两个值会互相覆盖。请改用别的键。")
                yield self._finding("error", "form_key_inside", message, same[0][0], key=same[0][0].key)

    def _sought(self, form: Form) -> Iterator[Finding]:
        """Say which fields of a register would let personal data be found by searching."""
        private = personal_places(form)
        for path, same in _by_path(form.components, ()).items():
            for component, _ in same:
                if path in private and "true" in {component.get(f"properties.{how}") for how in ("search", "filter")}:
                    message = mark("“{name}”是个人信息，不能搜索，也不能筛选。请去掉 search 和 filter。")
                    yield self._finding("error", "form_personal", message, component)

    def _twice(self, same: list[tuple[Component, bool]]) -> Finding:
        component = same[-1][0]
        if not any(conditional for _, conditional in same):
            message = mark("键“{key}”用了两次，后填的会覆盖先填的。请改成两个不同的键。")
            return self._finding("error", "form_key_twice", message, component, key=component.key)
        message = mark(
            "键“{key}”用了两次。条件互斥时可以运行，但表单编辑器打不开这样的表单；"
            "若只为有时必填，请改用一个组件加属性 requiredWhen。",
        )
        return self._finding("warning", "form_key_twice", message, component, key=component.key)

    def _expressions(self, component: Component, known: set[str]) -> Iterator[Finding]:
        for name, written in component.written():
            try:
                for expression in texts.expressions(written):
                    (feel.compile_unary_tests if name in CONDITIONS else feel.compile)(expression, known)
            except texts.TemplateError as error:
                message = mark("“{name}”的 {setting} 里，{tag} 没有配对。")
                yield self._finding("error", "form_template", message, component, setting=name, tag=str(error))
            except feel.FeelError as error:
                message = mark("“{name}”的 {setting} 不是正确的 FEEL：{reason}")
                yield self._finding("error", "form_feel", message, component, setting=name, reason=str(error))

    def _condition(self, component: Component) -> Iterator[Finding]:
        hide = component.get("conditional.hide")
        if isinstance(hide, str) and hide and not hide.startswith("="):
            message = mark("“{name}”的隐藏条件要以 = 开头，否则永远显示。")
            yield self._finding("error", "form_condition", message, component)

    def _rule(self, component: Component) -> Iterator[Finding]:
        when = component.get("properties.requiredWhen")
        if when is not None and not texts.is_expression(when):
            message = mark('“{name}”的 requiredWhen 要以 = 开头，写成条件，如 =decision = "reject"，否则永远不必填。')
            yield self._finding("error", "form_rule", message, component)
        rule = component.get("properties.mustHold")
        if rule is None:
            return
        if not texts.is_expression(rule):
            message = mark("“{name}”的 mustHold 要以 = 开头，写成条件，如 =price >= deductions。")
            yield self._finding("error", "form_rule", message, component)
        if not component.get("properties.otherwise"):
            message = mark("“{name}”写了 mustHold，还要在 otherwise 里写明不成立时对填写的人怎么说。")
            yield self._finding("error", "form_rule", message, component)

    def _options(self, component: Component) -> Iterator[Finding]:
        if not component.kind.chooses:
            return
        if picking.is_picker(component):
            yield from self._picker(component)
            return
        sources = [name for name in ("values", "valuesKey", "valuesExpression") if component.get(name) is not None]
        if not sources:
            yield self._finding("error", "form_options", mark("“{name}”没有可选项。"), component)
        values = component.get("values")
        if sources and sources[0] == "values" and (not isinstance(values, list) or not values):
            yield self._finding("error", "form_options", mark("“{name}”没有可选项。"), component)

    def _picker(self, component: Component) -> Iterator[Finding]:
        written = str(component.get("properties.picker"))
        source = "register" if written.startswith(picking.REGISTER) else written
        if source not in picking.SOURCES or written in {"register", picking.REGISTER}:
            message = mark("“{name}”的 picker 应为 person、department 或 register:台账名，不是 {picker}。")
            yield self._finding("error", "form_picker", message, component, picker=written)
        if component.type not in {"select", "taglist"}:
            message = mark("“{name}”不能用 picker：只有下拉选择和标签列表可以。")
            yield self._finding("error", "form_picker", message, component)
        if component.get("properties.hold") == "true" and (source != "register" or component.kind.several):
            message = mark("“{name}”的 hold 只用于选一条台账记录的下拉选择。")
            yield self._finding("error", "form_picker", message, component)

    def _personal(self, component: Component) -> Iterator[Finding]:
        written = component.get("properties.personal")
        if written not in {None, "true", "false"}:
            message = mark("“{name}”的 personal 只能是 true 或 false，不是 {value}。")
            yield self._finding("error", "form_personal", message, component, value=str(written))
        elif written == "true" and not (component.kind.keyed or component.kind.container):
            message = mark("“{name}”没有值，不能标为个人信息。请标在要填的字段或它们的分组上。")
            yield self._finding("error", "form_personal", message, component)

    def _pattern(self, component: Component) -> Iterator[Finding]:
        written = component.get("validate.pattern")
        if isinstance(written, str) and written and rules.pattern(written) is None:
            message = mark("“{name}”的正则表达式 {pattern} 不能用（不支持前瞻、后顾和反向引用）。")
            yield self._finding("error", "form_pattern", message, component, pattern=written)

    def _format(self, component: Component) -> Iterator[Finding]:
        written = component.get("properties.format")
        own = formats.FORMATS.get(str(written))
        if written is not None and own is None:
            message = mark("“{name}”的 format 应为 money、id_number 或 mobile，不是 {format}。")
            yield self._finding("error", "form_format", message, component, format=str(written))
        if own and component.type not in own.types:
            message = mark("“{name}”不能用 format {format}：金额用数字框，身份证号和手机号用文本框。")
            yield self._finding("error", "form_format", message, component, format=str(written))
        if component.get("properties.capitals") is not None and not formats.is_money(component):
            message = mark("“{name}”的 capitals 只用于 format 是 money 的数字框。")
            yield self._finding("error", "form_format", message, component)


def _by_path(
    components: tuple[Component, ...],
    prefix: tuple[str, ...],
    *,
    conditional: bool = False,
) -> dict[tuple[str, ...], list[tuple[Component, bool]]]:
    """Gather the components of each path, and whether a condition can hide them."""
    found: dict[tuple[str, ...], list[tuple[Component, bool]]] = defaultdict(list)
    for one in components:
        path = (*prefix, *one.local)
        hideable = conditional or bool(one.get("conditional.hide"))
        if one.kind.keyed:
            found[path].append((one, hideable))
        inside = (*path, "[]") if one.kind.repeats else path
        for deeper, same in _by_path(one.components, inside, conditional=hideable).items():
            found[deeper].extend(same)
    return found


def _name(component: Component | None) -> str:
    return "" if component is None else component.label or component.key or component.id

"""The rules under ``validate``: required, lengths, limits, pattern, e-mail, phone, those of files; and ``mustHold``.

They hold as in form-js 1.23, with these differences, each on the careful side: a required text of nothing but spaces
counts as missing; patterns run in RE2; limits compare decimals; a date before today is refused where form-js only
hides it in its calendar.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache

import re2

from engine.clock import Clock
from engine.errors import FieldProblem, mark
from engine.forms import files, formats, moments, texts
from engine.forms.schema import Component

# HTML's own definition of a valid e-mail address, which form-js follows too.
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_EMAIL = re2.compile(rf"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*$")
# E.164: a plus sign or 00, then the country code, at most 15 digits in all.
_PHONE = re2.compile(r"^(?:\+|00)[1-9]\d{6,14}$")

MISSING = FieldProblem(mark("请填写此项。"))
NOT_CHOSEN = FieldProblem(mark("请选择。"))
NOT_TICKED = FieldProblem(mark("请勾选此项。"))
NO_FILE = FieldProblem(mark("请上传附件。"))
NOT_EMAIL = FieldProblem(mark("请填邮箱地址，例如 name@example.com。"))
NOT_PHONE = FieldProblem(mark("请填带国家代码的电话号码，例如 +8613800138000。"))
BROKEN_RULE = FieldProblem(mark("此项和其他各项不相符，请核对。"))
BROKEN_LIMIT = FieldProblem(mark("此项的限值不是数字，请联系流程负责人修改表单。"))

# A remainder needs as many digits as the quotient has: 34 of the number, 34 of the step, and their distance.
_WIDE = Context(prec=200)

Check = Callable[[Component, object, texts.Context, Clock | None], FieldProblem | None]


def problem(
    component: Component,
    value: object,
    context: texts.Context,
    clock: Clock | None = None,
) -> FieldProblem | None:
    """Give the first rule that a readable value breaks, as a sentence, or None."""
    return next(_problems(component, value, context, clock), None)


def _problems(
    component: Component,
    value: object,
    context: texts.Context,
    clock: Clock | None,
) -> Iterator[FieldProblem]:
    if required(component, context, clock) and missing(value):
        yield _missing(component)
    for check in _CHECKS.get(component.type, ()):
        if not empty(value) and (found := check(component, value, context, clock)):
            yield found
    if not empty(value) and (broken := _broken(component, context, clock)):
        yield broken


def required(component: Component, context: texts.Context, clock: Clock | None = None) -> bool:
    """Say whether a component must be filled in, now."""
    if component.get("validate.required") is True:
        return True
    return texts.setting(component.get("properties.requiredWhen"), context, clock) is True


def missing(value: object) -> bool:
    """Say whether nothing was entered; 0 is something, an unticked box and spaces are nothing."""
    return empty(value) or (isinstance(value, str) and not value.strip())


def empty(value: object) -> bool:
    """Say whether there is nothing that a rule could hold for; for spaces they hold."""
    return value is None or value is False or value in ([], "")


def _missing(component: Component) -> FieldProblem:
    if component.type == "checkbox":
        return NOT_TICKED
    if component.type == "filepicker":
        return NO_FILE
    return NOT_CHOSEN if component.kind.chooses else MISSING


def _broken(component: Component, context: texts.Context, clock: Clock | None) -> FieldProblem | None:
    """Give what an owner's own rule between fields says; one that can't be decided yet is not broken."""
    if texts.setting(component.get("properties.mustHold"), context, clock) is not False:
        return None
    own = texts.render(component.get("properties.otherwise"), context, clock)
    return FieldProblem("{message}", {"message": own}) if own else BROKEN_RULE


def _lengths(component: Component, value: object, context: texts.Context, clock: Clock | None) -> FieldProblem | None:
    length = units(str(value).strip())
    least = limit(component, "minLength", context, clock)
    most = limit(component, "maxLength", context, clock)
    if BROKEN_LIMIT in (least, most):
        return BROKEN_LIMIT
    if isinstance(least, Decimal) and length < least:
        return FieldProblem(
            mark("至少 {limit} 个字，现在是 {length} 个。"),
            {"limit": texts.number(least), "length": length},
        )
    if isinstance(most, Decimal) and length > most:
        return FieldProblem(
            mark("最多 {limit} 个字，现在是 {length} 个。"),
            {"limit": texts.number(most), "length": length},
        )
    return None


def units(text: str) -> int:
    """Count as browsers count the length of an input: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def limit(
    component: Component,
    name: str,
    context: texts.Context,
    clock: Clock | None,
) -> Decimal | FieldProblem | None:
    """Give a limit under ``validate``; an expression that gives null is no limit."""
    found = texts.setting(component.get(f"validate.{name}"), context, clock)
    if found is None or found == "":
        return None
    try:
        return BROKEN_LIMIT if isinstance(found, bool) else Decimal(str(found))
    except InvalidOperation:
        return BROKEN_LIMIT


def _limits(component: Component, value: object, context: texts.Context, clock: Clock | None) -> FieldProblem | None:
    number = Decimal(str(value))
    least = limit(component, "min", context, clock)
    most = limit(component, "max", context, clock)
    if BROKEN_LIMIT in (least, most):
        return BROKEN_LIMIT
    if isinstance(least, Decimal) and number < least:
        return FieldProblem(mark("不能小于 {limit}。"), {"limit": texts.number(least)})
    if isinstance(most, Decimal) and number > most:
        return FieldProblem(mark("不能大于 {limit}。"), {"limit": texts.number(most)})
    return None


def _precision(component: Component, value: object, _: texts.Context, __: Clock | None) -> FieldProblem | None:
    number = Decimal(str(value))
    digits = formats.digits(component)
    exponent = number.normalize().as_tuple().exponent
    if digits is not None and isinstance(exponent, int) and -exponent > digits:
        if digits == 0:
            return FieldProblem(mark("请填整数。"))
        return FieldProblem(mark("最多 {digits} 位小数。"), {"digits": digits})
    return _step(component, number)


def _step(component: Component, number: Decimal) -> FieldProblem | None:
    step = increment(component)
    if step is None or (rest := _WIDE.remainder(number, step)) == 0:
        return None
    below = _WIDE.subtract(number, rest)
    return FieldProblem(
        mark("必须是 {step} 的倍数，最近的是 {below} 和 {above}。"),
        {
            "step": texts.number(step),
            "below": texts.number(below),
            # As in form-js, the remainder of a negative number is negative: its neighbour lies further down.
            "above": texts.number(below + (step if number >= 0 else -step)),
        },
    )


def increment(component: Component) -> Decimal | None:
    """Give the step of a number, or None."""
    try:
        step = Decimal(str(component.get("increment")))
    except InvalidOperation:
        return None
    return step if step.is_finite() and step > 0 else None


def _pattern(component: Component, value: object, _: texts.Context, __: Clock | None) -> FieldProblem | None:
    written = component.get("validate.pattern")
    if not isinstance(written, str) or not written:
        return None
    compiled = pattern(written)
    if compiled is None or compiled.search(str(value)):
        return None
    own = component.get("validate.patternErrorMessage")
    if isinstance(own, str) and own:
        return FieldProblem("{message}", {"message": own})
    return FieldProblem(mark("格式不对，应符合 {pattern}。"), {"pattern": written})


@lru_cache(maxsize=1024)
def pattern(written: str) -> "re2._Regexp | None":
    r"""Compile an owner's regular expression; None if RE2 can't.

    JavaScript writes a character by number as ``\u4e00``, RE2 as ``\x{4e00}``.
    """
    translated, position = "", 0
    while position < len(written):
        one = written[position : position + 2]
        if one == r"\u" and len(written) >= position + 6:
            translated += r"\x{" + written[position + 2 : position + 6] + "}"
            position += 6
        else:
            step = 2 if one.startswith("\\") else 1
            translated += written[position : position + step]
            position += step
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(translated, options)
    except re2.error:
        return None


def _preset(component: Component, value: object, _: texts.Context, __: Clock | None) -> FieldProblem | None:
    match component.get("validate.validationType"):
        case "email":
            return None if _EMAIL.search(str(value)) else NOT_EMAIL
        case "phone":
            return None if _PHONE.search(str(value).replace(" ", "").replace("-", "")) else NOT_PHONE
        case _:
            return None


def _format(component: Component, value: object, _: texts.Context, clock: Clock | None) -> FieldProblem | None:
    own = formats.format_of(component)
    return own.problem(str(value), clock) if own and own.problem else None


def _moment(component: Component, value: object, _: texts.Context, clock: Clock | None) -> FieldProblem | None:
    return moments.problem(component, str(value), clock)


def _files(component: Component, value: object, context: texts.Context, clock: Clock | None) -> FieldProblem | None:
    listed = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
    return files.problem(files.limits(component, context, clock), listed)


_CHECKS: dict[str, tuple[Check, ...]] = {
    "textfield": (_format, _pattern, _lengths, _preset),
    "textarea": (_pattern, _lengths, _preset),
    "number": (_precision, _limits),
    "datetime": (_moment,),
    "filepicker": (_files,),
}

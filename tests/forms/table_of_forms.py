"""Forms and what is entered, to be put before form-js and before us."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from tests.forms.formjs import Filled

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """One row of the table."""

    name: str
    filled: Filled
    differs: str = ""
    """Why we decide otherwise than form-js; empty: we must agree."""


def component(kind: str, key: str = "value", **settings: Any) -> dict[str, Any]:  # noqa: ANN401 - of a schema
    return {"type": kind, "id": key, "key": key, **settings}


BLANK = "a required text of nothing but spaces is missing"
ORDER = "a browser sends ticks in the order in which they are listed"
LOCKED = "nobody could mend a required field that can only be read"
EMPTIED = "a list without rows is told as empty, so that it may be emptied"
SEVERAL = [{"label": "甲", "value": "x"}, {"label": "乙", "value": "y"}, {"label": "三", "value": 3}]

TEXTS: Sequence[tuple[Settings, Sequence[str]]] = (
    ({}, ["", " ", "a", " ab ", "甲\U00020000", "123"]),
    ({"validate": {"required": True}}, ["", "a"]),
    ({"validate": {"minLength": 2}}, ["", " ", "a", " a ", "ab", "\U00020000", "abc"]),
    ({"validate": {"maxLength": 2}}, ["", "ab", " ab ", "abc", "\U00020000", "a\U00020000", "甲乙丙"]),
    ({"validate": {"minLength": "=2 + 1", "maxLength": "=limit"}}, ["", "ab", "abc", "abcd", "abcde"]),
    ({"validate": {"minLength": 2, "maxLength": 3, "required": True}}, ["", "a", "ab", "abcd"]),
)
PATTERNS: Sequence[tuple[Settings, Sequence[str]]] = (
    ({"validate": {"pattern": "b"}}, ["", "abc", "ac", "B"]),
    ({"validate": {"pattern": "^a.*z$"}}, ["", "az", "abcz", "za", "a z"]),
    ({"validate": {"pattern": r"^[\u4e00-\u9fa5]{2,4}$"}}, ["张伟", "张", "zhang", "欧阳正华五"]),
    ({"validate": {"pattern": r"^\d+$"}}, ["12", "1a", " 12"]),
    ({"validate": {"pattern": "^[A-Z]{2}-[0-9]{4}$", "patternErrorMessage": "XX-0000"}}, ["QD-0001", "qd-0001"]),
    ({"validate": {"pattern": "a|b", "required": True}}, ["", "b", "c"]),
    (
        {"validate": {"validationType": "email"}},
        ["", "a@b", "a@b.c", "a@b..c", "@b.c", "a b@c.d", "a.b+c@d-e.cn", "a@-b.c", "甲@b.c"],
    ),
    (
        {"validate": {"validationType": "phone"}},
        ["", "+8613800138000", "008613800138000", "13800138000", "+4930664040900", "+1", "+861", "abc"],
    ),
)
NUMBERS: Sequence[tuple[Settings, Sequence[str]]] = (
    ({}, ["", "0", "1", "-1", "1.5", "0.1", "007", "12345678.9"]),
    ({"validate": {"required": True}}, ["", "0", "5"]),
    ({"validate": {"min": 0}}, ["", "-0.01", "0", "0.01"]),
    ({"validate": {"max": 10}}, ["", "10", "10.01", "-99"]),
    ({"validate": {"min": -2.5, "max": "=limit"}}, ["-2.51", "-2.5", "0", "4", "4.1"]),
    ({"decimalDigits": 0}, ["1", "1.5", "10"]),
    ({"decimalDigits": 2}, ["1", "1.25", "1.255", "-0.001"]),
    ({"increment": "0.5"}, ["0", "0.5", "0.75", "-1.5", "-0.2", "3"]),
    ({"increment": "0.1", "decimalDigits": 1}, ["0.3", "0.35", "0.7"]),
    ({"increment": "3", "validate": {"min": 3}}, ["0", "3", "4", "9"]),
    ({"serializeToString": True}, ["", "1.5", "10"]),
)
CONDITIONS: Sequence[tuple[str, Settings]] = (
    ("=other = 1", {"other": 1}),
    ("=other = 1", {"other": 2}),
    ("=other = 1", {}),
    ("=other != 1", {}),
    ("=other > 1", {}),
    ("=other > 1", {"other": 2}),
    ("=other > 1", {"other": 1}),
    ("=not(other > 1)", {"other": 1}),
    ('=other = "x" or other = "y"', {"other": "y"}),
    ("=other", {"other": True}),
    ("=other", {"other": False}),
    ("=other = null", {}),
    ("=other = null", {"other": None}),
    ('=contains(other, "a")', {"other": "bab"}),
    ("=list contains(other, 2)", {"other": [1, 2]}),
    ("=count(other) > 1", {"other": [1, 2]}),
    ("=other.deep = 1", {"other": {"deep": 1}}),
    ("=other.deep = 1", {}),
    ("=false", {}),
    ("=true", {}),
)


def texts() -> Iterator[Compared]:
    for kind in ("textfield", "textarea"):
        for settings, values in (*TEXTS, *(PATTERNS if kind == "textfield" else ())):
            for value in values:
                form = [component(kind, **settings)]
                yield Compared(f"{kind} {settings}", Filled(form, {"value": value}, {"limit": 4}))
        required = [component(kind, validate={"required": True})]
        yield Compared(f"{kind} of spaces", Filled(required, {"value": "  "}), differs=BLANK)


def numbers() -> Iterator[Compared]:
    for settings, values in NUMBERS:
        for value in values:
            form = [component("number", **settings)]
            yield Compared(f"number {settings}", Filled(form, {"value": value}, {"limit": 4}))


def choices() -> Iterator[Compared]:
    sources: Sequence[tuple[Settings, Settings]] = (
        ({"values": SEVERAL}, {}),
        ({"valuesKey": "offered"}, {"offered": SEVERAL}),
        ({"valuesKey": "offered"}, {"offered": ["x", "y", 3]}),
        ({"valuesExpression": "=offered"}, {"offered": SEVERAL}),
        ({"valuesExpression": '=["x", "y", 3]'}, {}),
        (
            {"valuesExpression": "=for one in offered return {label: one.n, value: one.n}"},
            {"offered": [{"n": "x"}, {"n": "y"}, {"n": "z"}]},
        ),
    )
    ones: list[tuple[Settings, ...]] = [
        ({}, {"value": "x"}, {"value": "y"}),
        ({"value": []}, {"value": ["x"]}, {"value": ["y", "x"]}),
    ]
    kinds = zip(("radio", "select", "checklist", "taglist"), (ones[0], ones[0], ones[1], ones[1]), strict=True)
    for (source, stored), (kind, entries), required in product(sources, kinds, (False, True)):
        form = [component(kind, **source, validate={"required": required})]
        yield from (Compared(f"{kind} {source}", Filled(form, entered, stored)) for entered in entries)
    yield from ticks()


def ticks() -> Iterator[Compared]:
    for required in (False, True):
        for ticked in (False, True):
            form = [component("checkbox", validate={"required": required})]
            yield Compared("checkbox", Filled(form, {"value": ticked}))


def moments() -> Iterator[Compared]:
    for required in (False, True):
        settings: Settings = {"subtype": "date", "validate": {"required": required}}
        for entered in ({}, {"value": "2026-01-31"}):
            yield Compared(f"date {settings}", Filled([component("datetime", **settings)], entered))
        for form in ("utc_offset", "utc_normalized", "no_timezone"):
            time: Settings = {"subtype": "time", "timeSerializingFormat": form, "validate": {"required": required}}
            yield Compared(f"time {form}", Filled([component("datetime", **time)]))


def stored() -> Iterator[Compared]:
    """Leave alone what is stored already, sound or not."""
    found: Sequence[tuple[str, Settings, Sequence[Any]]] = (
        ("textfield", {}, ["甲", "", None, 12, True, " a "]),
        ("textarea", {}, ["甲\n乙", None, 12]),
        ("number", {}, [5, 1.5, 0, "7", None]),
        ("checkbox", {}, [True, False, None]),
        ("radio", {"values": SEVERAL}, ["x", 3, "gone", None]),
        ("select", {"values": SEVERAL}, ["x", 3, "gone", None]),
        ("checklist", {"values": SEVERAL}, [["x"], [3, "y"], ["gone", "x"], [], None]),
        ("taglist", {"values": SEVERAL}, [["x"], ["gone", "x"], [], None]),
        ("datetime", {"subtype": "date"}, ["2026-01-31", None]),
    )
    for kind, settings, values in found:
        for value in values:
            form = [component(kind, **settings)]
            differs = ORDER if value == [3, "y"] and kind == "checklist" else ""
            yield Compared(f"stored {kind}", Filled(form, {}, {"value": value}), differs)
    for kind, default in (("textfield", "甲"), ("number", 3), ("checkbox", True), ("select", "y"), ("radio", "x")):
        settings = {"values": SEVERAL} if kind in {"select", "radio"} else {}
        form = [component(kind, defaultValue=default, **settings)]
        yield Compared(f"default of {kind}", Filled(form))
        yield Compared(f"default of {kind} under a value", Filled(form, {}, {"value": None}))
    yield Compared("default of checklist", Filled([component("checklist", values=SEVERAL, defaultValue=["x"])]))


def conditions() -> Iterator[Compared]:
    for hide, data in CONDITIONS:
        form = [component("textfield", conditional={"hide": hide}, validate={"required": True})]
        yield Compared(f"hide {hide}", Filled(form, {"value": ""}, data))
        yield Compared(f"hide {hide}", Filled(form, {"value": "a"}, data))
        readonly = [component("textfield", readonly=hide, validate={"required": True})]
        yield Compared(f"readonly {hide}", Filled(readonly, {"value": "a"}, {**data, "value": "b"}))
    chain = [
        component("checkbox", "first"),
        component("textfield", "second", conditional={"hide": "=first = false"}),
        component("textfield", "third", conditional={"hide": '=second != "go"'}, validate={"required": True}),
    ]
    for first in (True, False):
        for second in ("go", "stay"):
            for third in ("", "x"):
                entered = {"first": True, "second": second, "third": third}
                yield Compared("a chain of conditions", Filled(chain, entered | {"first": first}))
    hidden = [
        component("textfield", "first"),
        component(
            "group",
            "box",
            path="box",
            conditional={"hide": '=first = "x"'},
            components=[component("textfield", "inner")],
        ),
    ]
    del hidden[1]["key"]
    for value in ("x", "y"):
        yield Compared("a hidden group", Filled(hidden, {"box.inner": "a", "first": value}))
    yield Compared("disabled", Filled([component("textfield", disabled=True)], {"value": "a"}, {"value": "b"}))
    yield Compared("readonly", Filled([component("textfield", readonly=True)], {"value": "a"}, {"value": "b"}))
    locked = [component("textfield", readonly=True, validate={"required": True})]
    yield Compared("readonly, nothing stored", Filled(locked), differs=LOCKED)
    yield Compared("unasked", Filled([component("textfield")], {"value": "a"}, {"other": 1}))


def expressions() -> Iterator[Compared]:
    for written, data in (
        ("=1 + 2", {}),
        ("=a * 2", {"a": 4}),
        ('="x" + name', {"name": "y"}),
        ("=[1, 2][1]", {}),
        ("=if a > 1 then true else false", {"a": 2}),
        ("={b: a}", {"a": 1}),
        ("=sum(list)", {"list": [1, 2, 3]}),
        ("=missing", {}),
    ):
        for computed in ("change", "presubmit"):
            form = [component("expression", expression=written, computeOn=computed)]
            yield Compared(f"expression {written} {computed}", Filled(form, {}, data))
    total = [
        component("number", "count"),
        component("number", "price"),
        component("expression", "total", expression="=count * price", computeOn="change"),
        component("textfield", "why", conditional={"hide": "=total < 100"}, validate={"required": True}),
    ]
    for count in ("1", "20", ""):
        yield Compared("an expression of fields", Filled(total, {"count": count, "price": "10"}))


def lists() -> Iterator[Compared]:
    inner = [component("textfield", "name", validate={"required": True}), component("number", "count")]
    for settings, rows in (
        ({"defaultRepetitions": 2, "allowAddRemove": True}, None),
        ({"defaultRepetitions": 0, "allowAddRemove": True}, None),
        ({"allowAddRemove": True}, [{"name": "甲", "count": 1}, {"name": "", "count": None}]),
        ({"allowAddRemove": False}, [{"name": "甲", "count": 1}, {"name": "乙", "count": 2}]),
        ({"allowAddRemove": True}, []),
    ):
        rows_ = component("dynamiclist", "rows", path="rows", components=inner, **settings)
        del rows_["key"]
        empty = rows == [] or settings.get("defaultRepetitions") == 0
        filled = Filled([rows_], {}, {} if rows is None else {"rows": rows})
        yield Compared(f"list {settings}", filled, differs=EMPTIED if empty else "")
    within = component(
        "dynamiclist",
        "rows",
        path="rows",
        components=[
            component("textfield", "name"),
            component("textfield", "note", conditional={"hide": '=this.name = "甲"'}),
        ],
    )
    del within["key"]
    stored_rows = [{"name": "甲", "note": "a"}, {"name": "乙", "note": "b"}]
    yield Compared("a condition in a row", Filled([within], {}, {"rows": stored_rows}))
    group = component("group", "box", path="a.b", components=[component("textfield", "c.d")])
    del group["key"]
    yield Compared("nested paths", Filled([group], {}, {"a": {"b": {"c": {"d": "x"}}}}))


TEMPLATES: Sequence[tuple[str, Settings]] = (
    ("普通", {}),
    ("=name", {"name": "张伟"}),
    ("=count + 1", {"count": 2}),
    ("=1 / 3 > 0", {}),
    ("{{name}}的报备", {"name": "张伟"}),
    ("共 {{count(list)}} 项", {"list": [1, 2]}),
    ("{{#if a > 1}}多{{/if}}{{#if a <= 1}}少{{/if}}", {"a": 2}),
    ("{{#loop list}}[{{this}}]{{/loop}}", {"list": ["x", "y"]}),
    ("{{#loop list}}{{name}}-{{parent.of}};{{/loop}}", {"list": [{"name": "x"}, {"name": "y"}], "of": "z"}),
    ("{{missing}}空", {}),
    ("{{a}} {{b}}", {"a": True, "b": 1.5}),
    ('{{if a then "是" else "否"}}', {"a": False}),
    ("{{upper case(name)}}", {"name": "ab"}),
    ("{{person.name}}", {"person": {"name": "李娜"}}),
    ("{{list[1]}}", {"list": ["x", "y"]}),
)
"""What a label may say, and the data it says it of."""


def template(written: str, data: Settings) -> Filled:
    return Filled([component("textfield", label=written)], {}, data)


CASES: tuple[Compared, ...] = (
    *texts(),
    *numbers(),
    *choices(),
    *moments(),
    *stored(),
    *conditions(),
    *expressions(),
    *lists(),
)

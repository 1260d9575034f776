import pytest

from engine.forms import texts


def said(text: object, **context: object) -> str:
    return texts.render(text, context)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("渠道", "渠道"),
        ("=1 + 2", "3"),
        ('="共 " + string(n) + " 项"', "共 2 项"),
        ("共 {{n}} 项", "共 2 项"),
        ('{{ if n > 1 then "多" else "一" }}', "多"),
        ("{{}}", ""),
        ("{{ missing }}", ""),
        ("{ {n} }", "{ {n} }"),
        ("{{n}}\n{{n}}", "2\n2"),
        (None, ""),
        (12, ""),
    ],
)
def test_a_text_shows_values(text: object, shown: str) -> None:
    assert said(text, n=2) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{#if yes}}甲{{/if}}乙", "甲乙"),
        ("{{#if no}}甲{{/if}}乙", "乙"),
        ("{{#if missing}}甲{{/if}}乙", "乙"),
        ("{{#loop list}}<{{this}}>{{/loop}}", "<a><b>"),
        ("{{#loop rows}}\n- {{name}}{{parent.sign}}\n{{/loop}}\n完", "- 甲!\n- 乙!\n完"),
        ("{{#loop rows}}{{#if n > 1}}{{name}}{{/if}}{{/loop}}", "乙"),
        ("{{#loop rows}}{{#loop parts}}{{parent.name}}{{this}} {{/loop}}{{/loop}}", "甲1 甲2 "),
        ("{{#loop missing}}x{{/loop}}", ""),
        ("{{#loop sign}}[{{this}}]{{/loop}}", "[!]"),
    ],
)
def test_sections_repeat_and_choose(text: str, shown: str) -> None:
    rows = [{"name": "甲", "n": 1, "parts": [1, 2]}, {"name": "乙", "n": 2}]
    assert said(text, yes=True, no=False, list=["a", "b"], rows=rows, sign="!") == shown


def test_a_value_shows_no_needless_zeros_and_no_exponent() -> None:
    assert [texts.show(one) for one in (12.50, 10**20, 0.1, -0.0, True, None, ["a", 1])] == [
        "12.5",
        "100000000000000000000",
        "0.1",
        "-0",
        "true",
        "",
        "a、1",
    ]


def test_a_template_that_does_not_match_is_shown_as_it_is() -> None:
    assert said("{{#if a}}x") == "{{#if a}}x"


def test_loops_in_loops_end() -> None:
    shown = said(
        "{{#loop l}}{{#loop _parent_.l}}{{#loop _parent_._parent_.l}}xxxxxxxxxx{{/loop}}{{/loop}}{{/loop}}", l=[1] * 300
    )
    assert len(shown) < texts.MAX_TEXT * 2


def test_a_label_has_one_line() -> None:
    assert texts.line("甲\n乙", {}) == "甲"


def test_a_broken_expression_shows_nothing() -> None:
    assert said("a{{ 1 + }}b") == "ab"

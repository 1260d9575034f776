from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms import markup, view
from engine.forms.parts import Prose
from tests.forms.building import Component, form

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "<svg onload=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "<style>body{display:none}</style>",
    "<p style='position:fixed'>x</p>",
    "<form action='https://evil.example'><input name=p></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<p id='field-decision' class='button'>x</p>",
]
FORBIDDEN = (
    "<script",
    "onerror",
    "onload",
    'href="javascript',
    "<iframe",
    "<style",
    "style=",
    "<form",
    "<input",
    "<svg",
    "data:text",
)


def shown(component: Component, **stored: object) -> str:
    part = view(form({"id": "t", **component}), stored)[0].parts[0]
    assert isinstance(part, Prose)
    return part.html


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("kind", [{"type": "text", "text": "{{x}}"}, {"type": "html", "content": "<p>{{x}}</p>"}])
def test_a_value_in_a_text_is_only_text(kind: Component, attack: str) -> None:
    html = shown(kind, x=attack).lower()
    inside = (
        html.replace("&lt;", "").replace("&gt;", "").removeprefix("<p>").removesuffix("</p>").removesuffix("</p>\n")
    )
    assert "<" not in inside


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("setting", ["text", "content"])
def test_an_owners_text_runs_nothing(setting: str, attack: str) -> None:
    html = shown({"type": "text" if setting == "text" else "html", setting: attack}).lower()
    assert not [word for word in FORBIDDEN if word in html]
    assert "id=" not in html
    assert "class=" not in html


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_an_escaped_value_in_markdown_reads_as_itself(value: str) -> None:
    words = " ".join(value.split())
    rendered = markup.from_markdown("a" + markup.in_markdown(words) + "b")
    assert "<" not in rendered.removeprefix("<p>").removesuffix("</p>\n")
    assert unescape(rendered.removeprefix("<p>").removesuffix("</p>\n")) == f"a{words}b"


def test_markdown_has_headings_lists_links_tables_and_line_breaks() -> None:
    html = markup.from_markdown(
        "# 标题\n\n- 一\n- **二**\n\n[链接](https://example.com)\n第二行\n\n|a|b|\n|-|-|\n|1|2|"
    )
    for expected in ("<h1>标题</h1>", "<li>一</li>", "<strong>二</strong>", "<br>", "<td>1</td>"):
        assert expected in html
    assert '<a href="https://example.com" target="_blank" rel="noopener noreferrer">链接</a>' in html

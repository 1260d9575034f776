"""Our verdicts and accepted values against the real form-js, which runs in Chromium."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

import orjson
import pytest
from playwright.sync_api import BrowserContext, Page

from engine.errors import FormInvalidError
from engine.forms import check, load, parts, view
from engine.forms.parts import Part, RowOfParts
from tests.forms.building import clock
from tests.forms.formjs import Filled, Verdict, ask_form_js
from tests.forms.table_of_forms import CASES, TEMPLATES, Compared, template


def ours(filled: Filled) -> Verdict:
    """Show the form with what is stored, enter, submit."""
    form = load(orjson.dumps(filled.schema))
    submitted = posted(view(form, filled.stored, clock=clock))
    for key, value in filled.entered.items():
        put(submitted, key, value)
    try:
        accepted = check(form, submitted, filled.stored, clock=clock)
    except FormInvalidError as error:
        # form-js names the component, whichever row it stands in.
        return Verdict(frozenset(str(steps(name)[-1]) for name in error.problems), {})
    return Verdict(frozenset(), {key: plain(value) for key, value in accepted.items()})


def posted(rows: tuple[RowOfParts, ...]) -> dict[str, Any]:
    """Give what a browser would send for a form as it is shown, without anybody touching it."""
    sent: dict[str, Any] = {}
    for part in (part for row in rows for part in row.parts):
        if isinstance(part, parts.Section):
            merge(sent, posted(part.rows))
        elif isinstance(part, parts.Repeat):
            put(sent, part.name, [])
            for item in part.items:
                merge(sent, posted(item.rows))
        elif isinstance(part, parts.Control) and not part.readonly:
            put(sent, part.name, value_of(part))
    return sent


def value_of(part: Part) -> object:
    match part:
        case parts.Line():
            return part.value
        case parts.Tick():
            return part.checked
        case parts.Choose():
            tokens = [one.value for one in part.chosen]
            return tokens if part.several else "".join(tokens)
        case parts.Moment():
            return part.time if part.subtype == "time" else part.date
        case _:
            raise AssertionError(part)


def steps(name: str) -> list[str | int]:
    return [int(step) if step.isdecimal() else step for step in name.replace("[", ".").replace("]", "").split(".")]


def put(holder: Any, name: str, value: object) -> None:  # noqa: ANN401 - nested lists and objects
    *way, last = steps(name)
    for step, following in pairwise([*way, last]):
        if isinstance(step, int):
            while len(holder) <= step:
                holder.append({})
            holder = holder[step]
        else:
            holder = holder.setdefault(step, [] if isinstance(following, int) else {})
    holder[last] = value


def merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        old = into.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merge(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            into[key] = [*old, *value[len(old) :]] if all(not one for one in value[: len(old)]) else value
        else:
            into[key] = value


def plain(value: object) -> object:
    """Give a value as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


@pytest.fixture
def viewer(open_context: Callable[..., BrowserContext]) -> Page:
    """Open a page for the real viewer; its sentences are English."""
    return open_context(locale="en-US").new_page()


def agrees(row: Compared, answer: Mapping[str, Any]) -> bool:
    verdict = ours(row.filled)
    return verdict.wrong == set(answer["wrong"]) and (bool(verdict.wrong) or verdict.data == answer["data"])


def test_every_verdict_and_every_accepted_value_is_that_of_form_js(viewer: Page) -> None:
    answers = ask_form_js(viewer, [row.filled for row in CASES])
    assert len(answers) > 400
    unlike = [(row, answer) for row, answer in zip(CASES, answers, strict=True) if not agrees(row, answer)]
    assert [(row.name, row.filled, answer, ours(row.filled)) for row, answer in unlike if not row.differs] == []
    # What we decide otherwise on purpose is still otherwise: else the reason in the table would be a tale.
    assert {row.name for row, _ in unlike} == {row.name for row in CASES if row.differs}


def label_of(filled: Filled) -> str:
    (row,) = view(load(orjson.dumps(filled.schema)), filled.stored, clock=clock)
    return row.parts[0].label


def test_labels_say_what_they_say_in_form_js(viewer: Page) -> None:
    asked = [template(written, data) for written, data in TEMPLATES]
    answers = ask_form_js(viewer, asked)
    theirs = [next(iter(answer["labels"]), "") for answer in answers]
    assert [label_of(one) for one in asked] == theirs

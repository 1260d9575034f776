"""What is said of compensation and cancel events that can't mean anything, before a diagram is published."""

import pytest

from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.interpreter.build import user_task
from tests.interpreter.test_compensation import (
    CANCELLED,
    by_signal,
    handler,
    line,
    sub,
    throw,
    transaction,
    undoable,
    undone,
)

KNOWN = Known(forms=frozenset(), job_types=frozenset({"pay"}))
END_UNDO = "</bpmn:boundaryEvent>"


def found(content: bytes) -> list[tuple[str, str | None]]:
    """Give code and element of each finding that forbids publication; each must say its label and a remedy."""
    errors = check(content, "process.bpmn", KNOWN).errors
    assert all("“" in error.message.format(**error.facts) and "请" in error.message for error in errors)
    return [(error.code, error.element) for error in errors]


def test_compensation_as_it_should_be_is_not_spoken_of() -> None:
    event_sub_process = sub("u", throw("one", "b"), "one").replace(
        '<bpmn:startEvent id="u_start"/>',
        '<bpmn:startEvent id="u_start"><bpmn:compensateEventDefinition/></bpmn:startEvent>',
    )
    event_sub_process = event_sub_process.replace('id="u"', 'id="u" triggeredByEvent="true"')
    nodes = (
        undoable("a") + sub("s", undoable("b") + event_sub_process, "b") + throw("x", "a") + throw("y", "s") + throw()
    )
    nodes += by_signal(throw("z", "a"), "z")
    assert found(line(nodes, "a", "s", "x", "y", "throw")) == []
    cancelled = transaction(undoable("a"), "a") + CANCELLED + user_task("sorry")
    assert found(line(cancelled, "t", more={"cancelled->sorry": "x", "sorry->end": "y"})) == []


UNDONE_BY_SUB = (
    sub("u", user_task("b"), "b")
    .replace(
        '<bpmn:startEvent id="u_start"/>',
        '<bpmn:startEvent id="u_start"><bpmn:compensateEventDefinition/></bpmn:startEvent>',
    )
    .replace('id="u"', 'id="u" triggeredByEvent="true"')
)
LOOP = "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>=more</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
UNDO_A = '<bpmn:boundaryEvent id="a_undo" attachedToRef="a"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>'
FREE = handler(user_task("undo_a"))


@pytest.mark.parametrize(
    ("nodes", "path", "more", "expected"),
    [
        (user_task("a") + UNDO_A, ["a"], {}, [("compensation_handler_missing", "a_undo")]),
        (
            user_task("a") + UNDO_A + user_task("b"),
            ["a"],
            {"a_undo->b": "x", "b->end": "y"},
            [("compensation_handler_missing", "a_undo")],
        ),
        (
            user_task("a") + undone("a", "b") + sub("s", handler(user_task("b")) + user_task("c"), "c"),
            ["a", "s"],
            {},
            [("compensation_handler_missing", "a_undo")],
        ),
        (
            undoable("a") + undone("a", "undo_b").replace('"a_', '"a2_') + handler(user_task("undo_b")),
            ["a"],
            {},
            [("compensation_twice", "a2_undo"), ("compensation_handler_alone", "undo_b")],
        ),
        (user_task("a") + FREE, ["a"], {}, [("compensation_handler_alone", "undo_a")]),
        (undoable("a"), ["a"], {"undo_a->end": "x"}, [("compensation_handler_connected", "undo_a")]),
        (
            undoable("a") + CANCELLED.replace('"t"', '"undo_a"').replace("cancelEvent", "signalEvent"),
            ["a"],
            {"cancelled->end": "x"},
            [("event_unnamed", "cancelled"), ("compensation_handler_border", "undo_a")],
        ),
        (undoable("a") + throw("throw", "missing"), ["a", "throw"], {}, [("compensation_target", "throw")]),
        (
            sub("s", undoable("a"), "a") + throw("throw", "a"),
            ["s", "throw"],
            {},
            [("compensation_target", "throw")],
        ),
        (user_task("b") + throw("throw", "b"), ["b", "throw"], {}, [("compensation_target", "throw")]),
        (
            undoable("a")
            + throw().replace(
                "<bpmn:compensateEventDefinition", '<bpmn:compensateEventDefinition waitForCompletion="false"'
            ),
            ["a", "throw"],
            {},
            [("compensation_not_waited_for", "throw")],
        ),
        (
            user_task("a") + UNDONE_BY_SUB,
            ["a"],
            {},
            [("compensation_sub_process", "u")],
        ),
        (
            sub("t", user_task("a"), "a").replace(
                '<bpmn:endEvent id="t_end"/>', '<bpmn:endEvent id="t_end"><bpmn:cancelEventDefinition/></bpmn:endEvent>'
            ),
            ["t"],
            {},
            [("cancel_outside_transaction", "t_end")],
        ),
        (
            user_task("t") + CANCELLED,
            ["t"],
            {"cancelled->end": "x"},
            [("cancel_outside_transaction", "cancelled")],
        ),
        (transaction(user_task("a"), "a"), ["t"], {}, [("cancel_border_missing", "t")]),
        (
            transaction(user_task("a"), "a").replace(
                "</bpmn:transaction>",
                LOOP + "</bpmn:transaction>",
            )
            + CANCELLED,
            ["t"],
            {"cancelled->end": "x"},
            [("cancel_repeated", "t")],
        ),
        (
            transaction(user_task("a"), "a") + CANCELLED.replace("attached", 'cancelActivity="false" attached'),
            ["t"],
            {"cancelled->end": "x"},
            [("cancel_interrupts", "cancelled")],
        ),
    ],
)
def test_what_cannot_mean_anything_is_refused_by_name_with_a_remedy(
    nodes: str, path: list[str], more: dict[str, str | tuple[str, str]], expected: list[tuple[str, str]]
) -> None:
    assert sorted(found(line(nodes, *path, more=more))) == sorted(expected)


def test_an_event_that_would_undo_nothing_is_warned_of() -> None:
    checked = check(line(user_task("a") + throw() + sub("s", undoable("b"), "b"), "a", "throw"), "p.bpmn", KNOWN)
    assert ("compensation_of_nothing", "throw") not in {(one.code, one.element) for one in checked.findings}
    checked = check(line(user_task("a") + throw(), "a", "throw"), "p.bpmn", KNOWN)
    assert ("compensation_of_nothing", "throw") in {(one.code, one.element) for one in checked.findings}
    assert checked.errors == []

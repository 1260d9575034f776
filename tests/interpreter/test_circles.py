"""Circles that no gateway leaves: the case goes round in them until something else ends it."""

from itertools import pairwise

from tests.interpreter.build import END, START, diagram, drawn, user_task
from tests.interpreter.test_case import Run

BORDER = (
    '<bpmn:boundaryEvent id="timer" attachedToRef="a" cancelActivity="{interrupting}"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
)
ROUND: dict[str, str | tuple[str, str]] = {"start->a": "f1", "a->b": "f2", "b->a": "f3", "timer->end": "f4"}


def test_two_tasks_in_a_circle_take_turns() -> None:
    run = Run(diagram(START + user_task("a") + user_task("b"), {"start->a": "f1", "a->b": "f2", "b->a": "f3"}))
    for _ in range(30):
        for element in "ab":
            assert run.waiting == [element]
            run.complete(element)
    assert run.waiting == ["a"]


def test_each_round_of_a_circle_takes_as_many_numbers_as_the_one_before() -> None:
    run = Run(diagram(START + user_task("a") + user_task("b"), {"start->a": "f1", "a->b": "f2", "b->a": "f3"}))
    numbers = []
    for _ in range(20):
        run.complete("a")
        run.complete("b")
        numbers.append(run.token("a"))
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    assert len(steps) == 1


def test_an_event_on_the_border_of_a_task_in_a_circle_is_there_in_each_round() -> None:
    nodes = START + user_task("a") + user_task("b") + BORDER.format(interrupting="true") + END
    run = Run(diagram(nodes, ROUND))
    for _ in range(4):
        assert run.waiting == ["a", "timer"]
        run.complete("a")
        assert run.waiting == ["b"]
        run.complete("b")
    run.fire("timer")
    assert run.outcome.ended


def test_a_link_that_leads_back_to_a_repeated_task_begins_it_anew() -> None:
    run = Run(drawn("link_events_circle"), people=["a", "b"], end=False)
    for _ in range(3):
        assert run.waiting == ["sign", "sign", "stop"]
        run.complete("sign")
        assert run.waiting == ["sign", "stop"]
        run.complete("sign")
    run.fire("stop")
    assert run.outcome.ended

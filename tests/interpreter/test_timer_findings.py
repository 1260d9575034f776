"""Timers that could not run are refused at publication, with the element and what to write instead."""

import pytest

from engine.errors import Finding
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.interpreter.build import END, START, diagram, user_task

NOTHING = Known(forms=frozenset(), job_types=frozenset())
WORK = user_task("work") + user_task("later")
FLOWS: dict[str, str | tuple[str, str]] = {"work->end": "f2", "later->end": "f4"}


def timed(place: str, kind: str, text: str) -> bytes:
    """Write a process with one timer: at its start, on a border, in the middle, or before an event sub-process."""
    definition = f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    if place == "start":
        start = f'<bpmn:startEvent id="timer" name="到点">{definition}</bpmn:startEvent>'
        return diagram(start + user_task("work") + END, {"timer->work": "f1", "work->end": "f2"})
    if place == "catch":
        catch = f'<bpmn:intermediateCatchEvent id="timer" name="到点">{definition}</bpmn:intermediateCatchEvent>'
        return diagram(START + catch + END, {"start->timer": "f1", "timer->end": "f2"})
    kept = "true" if place.startswith("interrupting") else "false"
    if place.endswith("border"):
        opening = f'<bpmn:boundaryEvent id="timer" name="到点" attachedToRef="work" cancelActivity="{kept}">'
        nodes = START + WORK + opening + definition + "</bpmn:boundaryEvent>" + END
        return diagram(nodes, {"start->work": "f1", "timer->later": "f3", **FLOWS})
    opening = f'<bpmn:startEvent id="timer" name="到点" isInterrupting="{kept}">'
    sub = (
        f'<bpmn:subProcess id="sub" triggeredByEvent="true">{opening}{definition}</bpmn:startEvent>'
        '<bpmn:endEvent id="sub_end"/><bpmn:sequenceFlow id="s" sourceRef="timer" targetRef="sub_end"/></bpmn:subProcess>'
    )
    return diagram(START + user_task("work") + sub + END, {"start->work": "f1", "work->end": "f2"})


def errors(content: bytes) -> list[Finding]:
    return check(content, "process.bpmn", NOTHING).errors


@pytest.mark.parametrize("text", ["R/PT1H", "R3/2026-01-01T09:00:00+08:00/P1D", "0 0 9 * * MON-FRI", "=cycle(pause)"])
@pytest.mark.parametrize("place", ["start", "border", "sub"])
def test_a_cycle_may_stand_where_a_timer_can_fire_again(place: str, text: str) -> None:
    assert errors(timed(place, "timeCycle", text)) == []


@pytest.mark.parametrize("text", ["R/PT1H", "=cycle(pause)"])
@pytest.mark.parametrize("place", ["catch", "interrupting border", "interrupting sub"])
def test_a_cycle_is_refused_where_a_timer_fires_once_with_what_to_draw(place: str, text: str) -> None:
    (found,) = errors(timed(place, "timeCycle", text))
    assert (found.code, found.element, found.name) == ("timer_cycle_here", "timer", "到点")
    assert "非中断" in str(found)


@pytest.mark.parametrize(
    ("kind", "text", "code", "hint"),
    [
        ("timeCycle", "R/1H", "timer_cycle", "R/P1D"),
        ("timeCycle", "R/PT0S", "timer_cycle", "至少 1 秒"),
        ("timeCycle", "0 9 * * *", "timer_cycle", "0 0 9 * * *"),
        ("timeCycle", "0 0 25 * * *", "timer_cycle", "第 3 段"),
        ("timeCycle", "0 0 0 31 2 MON", "timer_cycle", "没有一次会触发"),
        ("timeCycle", "R/P9999Y", "timer_cycle", "没有一次会触发"),
        ("timeDate", "2026-02-30T09:00:00", "timer_date", "2026-01-01T09:00:00"),
        ("timeDate", "下周一", "timer_date", "2026-01-01T09:00:00"),
        ("timeDate", "P2D", "timer_date", "时长"),
        ("timeDuration", "2 天", "timer_duration", "P2D"),
        ("timeDuration", "P", "timer_duration", "P2D"),
        ("timeDuration", "2026-01-01T09:00:00", "timer_duration", "日期"),
        ("timeDuration", "", "timer_missing", "P2D"),
    ],
)
def test_a_written_time_that_cannot_be_read_is_refused_with_what_to_write(
    kind: str, text: str, code: str, hint: str
) -> None:
    (found,) = errors(timed("border", kind, text))
    assert (found.code, found.element, found.name, found.resource) == (code, "timer", "到点", "process.bpmn")
    assert found.line
    assert hint in str(found)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDate", "2019-10-01T12:00:00Z"),
        ("timeDate", "2019-10-02T08:09:40+02:00"),
        ("timeDate", "2019-10-02T08:09:40+02:00[Europe/Berlin]"),
        ("timeDate", "2026-03-05"),
        ("timeDate", "=due"),
        ("timeDuration", "PT15S"),
        ("timeDuration", "P14DT1H30M"),
        ("timeDuration", "P3Y6M4DT12H30M5S"),
        ("timeDuration", "=remaining"),
        ("timeCycle", "R0/PT1H"),
    ],
)
def test_times_as_camunda_writes_them_are_accepted(kind: str, text: str) -> None:
    assert errors(timed("border", kind, text)) == []


def starts(*events: str) -> bytes:
    """Write a process with one start for each event definition; an empty one is a plain start."""
    nodes = "".join(f'<bpmn:startEvent id="s{number}">{text}</bpmn:startEvent>' for number, text in enumerate(events))
    flows: dict[str, str | tuple[str, str]] = {f"s{number}->work": f"f{number}" for number in range(len(events))}
    content = diagram(nodes + user_task("work") + END, {**flows, "work->end": "f"})
    return content.replace(b"<bpmn:process", b'<bpmn:message id="m" name="paid"/><bpmn:process', 1)


TIMED = "<bpmn:timerEventDefinition><bpmn:timeCycle>@daily</bpmn:timeCycle></bpmn:timerEventDefinition>"
PAID = '<bpmn:messageEventDefinition messageRef="m"/>'


@pytest.mark.parametrize("events", [("",), (TIMED,), ("", TIMED), ("", PAID, TIMED), (TIMED, TIMED, PAID)])
def test_a_process_may_have_one_plain_start_and_others_that_wait_for_events(events: tuple[str, ...]) -> None:
    assert errors(starts(*events)) == []


@pytest.mark.parametrize("events", [(), ("", ""), ("", "", TIMED), (PAID, PAID)])
def test_starts_that_would_have_to_be_guessed_among_are_refused(events: tuple[str, ...]) -> None:
    assert {found.code for found in errors(starts(*events))} >= {"start_event"}

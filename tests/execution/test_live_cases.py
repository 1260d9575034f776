"""A case that stays awake between commands is never another one than the database says."""

import gc
import tracemalloc
import weakref
from collections.abc import Iterator

import pytest
from sqlalchemy import Select, select

from engine import json_text
from engine.audit.standing import FEW, Standing
from engine.commands.complete_task import complete_task
from engine.database import Database
from engine.execution.live_cases import LIVE, LiveCases
from engine.interpreter import Case
from engine.model import HistoryEvent, UserTask
from tests.execution.test_events import World
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import RESULTS, SIGN, many, written

MINE_IN_BYTES = (b"tester", b"zhang.wei")
TWO = written(START + user_task("a") + user_task("b") + END, {"start->a": "f1", "a->b": "f2", "b->end": "f3"}).replace(
    *MINE_IN_BYTES
)
VOTES = written(START + many("sign", RESULTS) + user_task("after") + END, {**SIGN}).replace(*MINE_IN_BYTES)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Note each state that is read from its bytes."""
    LIVE.clear()
    found: list[bytes] = []
    wake = Case.wake

    def note(_cls: type[Case], body: bytes, *rest: object) -> Case:
        found.append(body)
        return wake(body, *rest)  # type: ignore[arg-type] # whatever it takes

    monkeypatch.setattr(Case, "wake", classmethod(note))
    yield found
    LIVE.clear()


def three(world: World) -> int:
    """Begin a case with three votes, the first of which is given."""
    world.publish(VOTES)
    case = world.start(people=["zhang.wei", "zhang.wei", "zhang.wei"])
    world.complete("sign", vote="yes")
    return case


def fail_after_a_vote(database: Database, case: int) -> None:
    """Vote in a transaction that does not come to its end."""
    with database.transaction() as session:
        task = select(UserTask.id).where(UserTask.instance_id == case, UserTask.state == "CREATED").limit(1)
        complete_task(session, session.scalars(task).one(), {"vote": "lost"}, "zhang.wei")
        raise ZeroDivisionError


def test_no_step_reads_a_state_that_was_just_written(world: World, woken: list[bytes]) -> None:
    three(world)
    world.complete("sign", vote="no")
    world.complete("sign", vote="no")
    world.complete("after")
    assert woken == []


INSIDE = (
    '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="g1" sourceRef="s" targetRef="sign"/>'
    '<bpmn:sequenceFlow id="g2" sourceRef="sign" targetRef="e"/>'
)


def test_no_step_among_sub_processes_reads_a_state(world: World, woken: list[bytes]) -> None:
    loop = many("sign", RESULTS).split("<bpmn:multiInstance")[1].split("</bpmn:userTask>")[0]
    stage = f'<bpmn:subProcess id="stage"><bpmn:multiInstance{loop}{INSIDE}{user_task("sign")}</bpmn:subProcess>'
    flows = {"start->stage": "f1", "stage->after": "f2", "after->end": "f3"}
    world.publish(written(START + stage + user_task("after") + END, {**flows}).replace(*MINE_IN_BYTES))
    case = world.start(people=["zhang.wei", "zhang.wei", "zhang.wei"])
    for vote in ("yes", "no", "perhaps"):
        world.complete("sign", vote=vote)
    world.complete("after")
    assert not woken
    assert world.state(case) == "COMPLETED"
    votes = world.variables(case)["votes"]
    assert [one["vote"] for one in votes] == ["yes", "no", "perhaps"]  # type: ignore[attr-defined] # a list of contexts


def test_a_case_that_calls_several_reads_no_state(world: World, woken: list[bytes]) -> None:
    called = world_of_calls(world)
    world.start(people=["a", "b", "c"])
    world.work()
    assert not woken
    assert len([case for case in world.cases() if case.parent_id is not None]) == 3
    for _ in range(3):
        world.complete(called)
    world.work()
    assert [case.state for case in world.cases()] == ["COMPLETED"] * 4


def world_of_calls(world: World) -> str:
    """Publish a process that calls another one for each of some people; give the task in that."""
    loop = many("sign", "").split("<bpmn:multiInstance")[1].split("</bpmn:userTask>")[0]
    call = (
        '<bpmn:callActivity id="ask"><bpmn:extensionElements><zeebe:calledElement processId="called"/>'
        f"</bpmn:extensionElements><bpmn:multiInstance{loop}</bpmn:callActivity>"
    )
    inner = written(START + user_task("answer") + END, {"start->answer": "f1", "answer->end": "f2"})
    world.publish(inner.replace(b'id="process"', b'id="called"').replace(*MINE_IN_BYTES), process="called")
    world.publish(written(START + call + END, {"start->ask": "f1", "ask->end": "f2"}))
    return "answer"


def test_what_is_rolled_back_is_forgotten(world: World, woken: list[bytes]) -> None:
    case = three(world)
    with pytest.raises(ZeroDivisionError):
        fail_after_a_vote(world.database, case)
    world.complete("sign", vote="kept")
    assert len(woken) == 1
    world.complete("sign", vote="kept")
    votes = world.variables(case)["votes"]
    assert [one["vote"] for one in votes] == ["yes", "kept", "kept"]  # type: ignore[attr-defined] # a list of contexts


def test_what_another_process_has_written_is_read(world: World, woken: list[bytes]) -> None:
    case = three(world)
    known = LIVE._known.pop(case)
    LIVE._size -= known[3]
    world.complete("sign", vote="elsewhere")
    LIVE.clear()
    LIVE.keep(case, *known[:3])
    world.complete("sign", vote="here")
    assert len(woken) == 2
    votes = world.variables(case)["votes"]
    assert [one["vote"] for one in votes] == ["yes", "elsewhere", "here"]  # type: ignore[attr-defined] # a list of contexts


def test_the_least_used_are_forgotten_first(world: World, woken: list[bytes]) -> None:
    world.publish(TWO)
    cases = [world.start() for _ in range(3)]
    for _case in cases:
        world.complete("a")
    states = [LIVE._known[case] for case in cases]
    small = LiveCases(most=states[1][3] + states[2][3])
    for case, state in zip(cases, states, strict=True):
        small.keep(case, *state[:3])
    assert [small.take(case, *state[:2]) is not None for case, state in zip(cases, states, strict=True)] == [
        False,
        True,
        True,
    ]
    assert small._size == 0


def _rows(count: int) -> list[dict[str, str]]:
    return [
        {"partner": f"星河传媒{number}", "amount": f"{number * 37}.50", "note": "兼做直播"} for number in range(count)
    ]


def _taken(world: World, element: str, count: int) -> int:
    """Give the bytes of memory that a case takes which is the only one awake."""
    world.start(people=_rows(count))
    LIVE.clear()
    gc.collect()
    tracemalloc.start()
    try:
        world.complete(element, vote="yes")
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "element", "count"),
    [(TWO, "a", 0), (TWO, "a", 50), (TWO, "a", 2000), (VOTES, "sign", 3), (VOTES, "sign", 600)],
)
def test_what_a_case_counts_for_is_about_the_memory_that_it_takes(
    world: World, content: bytes, element: str, count: int
) -> None:
    world.publish(content.replace(b'"=person"', b'"zhang.wei"'))
    # The first one fills whatever is read once.
    _taken(world, element, count)
    taken = _taken(world, element, count)
    assert 0.5 < taken / 1000 / LIVE._size < 1.8


def test_a_case_that_is_too_big_drives_no_other_out(world: World) -> None:
    world.publish(TWO)
    cases = [world.start(), world.start(people=_rows(400))]
    for _case in cases:
        world.complete("a")
    small, big = (LIVE._known[case] for case in cases)
    one = LiveCases(most=big[3] - 1)
    for case, state in zip(cases, (small, big), strict=True):
        one.keep(case, *state[:3])
    assert one.take(cases[1], *big[:2]) is None
    assert one.take(cases[0], *small[:2]) is small[2]
    assert one._size == 0


def test_history_tells_of_a_crowd_only_what_has_moved(world: World, woken: list[bytes]) -> None:
    world.publish(VOTES)
    count = FEW + 10
    case = world.start(people=["zhang.wei"] * count)
    for number in range(count - 1):
        world.complete("sign", vote=number)
    with world.database.reading() as session:
        bodies = [json_text.loads(event.body) for event in session.scalars(_events(case))]
        waiting = session.scalars(
            select(UserTask.token).where(UserTask.instance_id == case, UserTask.state == "CREATED")
        )
        open_tokens = set(waiting)
    assert ["moved" in body for body in bodies] == [False] + [True] * 9 + [False] * (count - 10)
    standing = Standing()
    assert all(standing.follow(body) for body in bodies)
    assert set(standing.places) == open_tokens
    assert standing.elements() == ["sign"]


def _events(case: int) -> Select[HistoryEvent]:
    return select(HistoryEvent).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)


def test_a_case_that_stays_awake_holds_on_to_no_transaction(world: World, woken: list[bytes]) -> None:
    case = three(world)
    sessions = []
    with world.database.transaction() as session:
        task = select(UserTask.id).where(UserTask.instance_id == case, UserTask.state == "CREATED").limit(1)
        complete_task(session, session.scalars(task).one(), {"vote": "kept"}, "zhang.wei")
        sessions.append(weakref.ref(session))
    del session
    gc.collect()
    assert case in LIVE._known
    assert [one() for one in sessions] == [None]

"""How much of its file SQLite writes for a step among very many instances."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.commands.cancel_instance import cancel_instance
from tests.execution.test_events import World
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import RESULTS, many, written

FEW, MANY = 20, 800
_FRAME = 4096 + 24
"""A page in the write-ahead log, with what stands before it."""


@pytest.fixture
def backend() -> str:
    """Look at SQLite: it alone leaves the pages of a value as they are that have not changed."""
    return "sqlite"


def stages() -> bytes:
    """Draw a sub-process with a task in it, for each of some people."""
    loop = many("sign", RESULTS).split("<bpmn:multiInstance")[1].split("</bpmn:userTask>")[0]
    inside = (
        '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="g1" sourceRef="s" targetRef="sign"/>'
        '<bpmn:sequenceFlow id="g2" sourceRef="sign" targetRef="e"/>'
    )
    stage = f'<bpmn:subProcess id="stage"><bpmn:multiInstance{loop}{inside}{user_task("sign")}</bpmn:subProcess>'
    return written(START + stage + END, {"start->stage": "f1", "stage->end": "f2"}).replace(b"tester", b"zhang.wei")


def pages_of_a_vote(world: World, people: int) -> int:
    """Give how many pages one more vote writes."""
    case = world.start(people=["zhang.wei"] * people)
    for _ in range(8):
        world.complete("sign", vote="yes")
    log = Path(f"{world.database.url.database}-wal")
    with closing(sqlite3.connect(str(world.database.url.database))) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    world.complete("sign", vote="yes")
    pages = log.stat().st_size // _FRAME
    with world.database.transaction() as session:
        cancel_instance(session, case, "measured", "admin")
    return pages


def test_a_vote_in_one_of_many_sub_processes_writes_few_pages_more(world: World) -> None:
    world.publish(stages())
    few, many_more = pages_of_a_vote(world, FEW), pages_of_a_vote(world, MANY)
    assert 0 < few <= many_more <= few + 8

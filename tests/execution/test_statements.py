"""A statement that goes to the driver as it was written once does what SQLAlchemy does with it."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import bindparam, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from engine.commands.complete_task import complete_task
from engine.execution.locked import _LOCK_JOB, _LOCK_TASK, lock_task
from engine.execution.prepared import table
from engine.execution.rows import changed
from engine.execution.statements import Query, Statement, settle
from engine.model import HistoryEvent, Job, ProcessInstance, UserTask
from engine.pipelining import Pipeline
from tests.execution.test_events import WAITING, World
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import written

TASKS = table(UserTask)
ONE = written(START + user_task("a") + END, {"start->a": "f1", "a->end": "f2"}).replace(b"tester", b"zhang.wei")


@pytest.mark.parametrize("query", [_LOCK_TASK, _LOCK_JOB])
def test_a_row_has_the_same_values_of_the_same_types(world: World, query: Query) -> None:
    world.publish(ONE)
    world.publish(WAITING, "waiting")
    world.start()
    world.start("waiting", order="7")
    world.message("7", amount=12)
    with world.database.transaction() as session:
        for number in session.scalars(select(UserTask.id if query is _LOCK_TASK else Job.id)).all():
            found = query.one_or_none(session, number=number)
            expected = session.execute(query.written, {"number": number}).one()
            assert found._asdict() == expected._asdict()
            assert [type(value) for value in found] == [type(value) for value in expected]
        assert query.one_or_none(session, number=999_999) is None


def test_moments_and_json_are_bound_as_the_columns_say(world: World) -> None:
    world.publish(ONE)
    world.start()
    at = dt.datetime(2026, 3, 4, 5, 6, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    give = Statement(
        update(TASKS).where(TASKS.c.token == bindparam("at")).values(due_at=bindparam("due"), facts=bindparam("told"))
    )
    with world.database.transaction() as session:
        token = session.scalars(select(UserTask.token)).one()
        assert give.run(session, {"at": token, "due": at, "told": {"由": [1, None]}}) == 1
        assert give.run(session, {"at": token + 100, "due": at, "told": {}}) == 0
        task = session.scalars(select(UserTask)).one()
        assert task.due_at == at
        assert task.due_at.utcoffset() == dt.timedelta(0)
        assert task.facts == {"由": [1, None]}


def test_a_value_that_python_would_fill_in_is_asked_for(world: World) -> None:
    careless = Statement(insert(TASKS), ("instance_id", "token"))
    with world.database.transaction() as session, pytest.raises(ValueError, match="priority, open_signs"):
        careless.run(session, {"instance_id": 1, "token": 1})


def test_what_the_driver_refuses_is_an_error_of_sqlalchemy(world: World) -> None:
    world.publish(ONE)
    world.start()
    twice = Statement(insert(table(HistoryEvent)), table(HistoryEvent).c.keys())
    with world.database.reading() as session:
        known = session.execute(select(table(HistoryEvent)).limit(1)).one()._asdict()
    with pytest.raises(IntegrityError) as refused, world.database.transaction() as session:
        twice.run(session, known)
    assert str(refused.value.statement).startswith("INSERT INTO history_events")
    with world.database.transaction() as session:
        assert changed(session, update(TASKS).values(priority=7)) == 1


def test_whoever_listens_to_the_engine_hears_of_it(world: World) -> None:
    world.publish(ONE)
    world.start()
    heard: list[str] = []

    def note(*arguments: object) -> None:
        heard.append(str(arguments[2]))

    event.listen(world.database.engine, "after_cursor_execute", note)
    with world.database.transaction() as session:
        number = session.scalars(select(UserTask.id)).one()
        assert _LOCK_TASK.one_or_none(session, number=number) is not None
    event.remove(world.database.engine, "after_cursor_execute", note)
    assert len(heard) == 2
    assert "FROM process_instances JOIN user_tasks" in heard[1]


CHANGE = Statement(update(TASKS).where(TASKS.c.id == bindparam("task")).values(name=bindparam("called")))


class OvertakenError(Exception):
    """Somebody was faster."""


@pytest.fixture
def task(world: World) -> int:
    """Let there be a case with a task, and give its id."""
    world.publish(ONE)
    world.start()
    with world.database.reading() as session:
        return session.scalars(select(UserTask.id)).one()


def test_what_was_sent_is_there_for_the_next_statement_and_after_the_commit(world: World, task: int) -> None:
    with world.database.transaction() as session:
        CHANGE.send(session, {"task": task, "called": "甲"}, OvertakenError)
        CHANGE.send(session, {"task": task, "called": "乙"}, OvertakenError)
        assert session.scalars(select(UserTask.name)).one() == "乙"
        CHANGE.send(session, {"task": task, "called": "丙"}, OvertakenError)
    with world.database.reading() as session:
        assert session.scalars(select(UserTask.name)).one() == "丙"


@pytest.mark.parametrize("then", ["settle", "statement", "prepared", "commit"])
def test_what_changes_no_row_ends_the_transaction_with_what_it_has_to_say(world: World, task: int, then: str) -> None:
    def change() -> None:
        with world.database.transaction() as session:
            CHANGE.send(session, {"task": task, "called": "甲"}, OvertakenError)
            CHANGE.send(session, {"task": -1, "called": "乙"}, OvertakenError)
            match then:
                case "settle":
                    settle(session)
                case "statement":
                    session.execute(select(UserTask.id))
                case "prepared":
                    _LOCK_TASK.one_or_none(session, number=task)

    with pytest.raises(OvertakenError):
        change()
    with world.database.transaction() as session:
        assert session.scalars(select(UserTask.name)).one() == "a"


@pytest.mark.parametrize("then", ["settle", "commit"])
def test_what_the_driver_refuses_of_what_was_sent_is_told_of_the_very_statement(
    world: World, task: int, then: str
) -> None:
    twice = Statement(insert(table(HistoryEvent)), table(HistoryEvent).c.keys())
    with world.database.reading() as session:
        known = session.execute(select(table(HistoryEvent)).limit(1)).one()._asdict()

    def change() -> None:
        with world.database.transaction() as session:
            CHANGE.send(session, {"task": task, "called": "甲"}, OvertakenError)
            twice.send(session, known)
            CHANGE.send(session, {"task": task, "called": "乙"}, OvertakenError)
            if then == "settle":
                settle(session)

    with pytest.raises(IntegrityError) as refused:
        change()
    assert str(refused.value.statement).startswith("INSERT INTO history_events")
    with world.database.transaction() as session:
        assert session.scalars(select(UserTask.name)).one() == "a"


def test_a_transaction_that_fails_meanwhile_says_why_and_leaves_nothing(world: World, task: int) -> None:
    def change() -> None:
        with world.database.transaction() as session:
            CHANGE.send(session, {"task": task, "called": "甲"}, OvertakenError)
            raise RuntimeError("为什么")

    with pytest.raises(RuntimeError, match="为什么"):
        change()
    with world.database.transaction() as session:
        assert session.scalars(select(UserTask.name)).one() == "a"


def test_what_was_sent_within_a_savepoint_goes_with_it_alone(world: World, task: int) -> None:
    with world.database.transaction() as session:
        CHANGE.send(session, {"task": task, "called": "甲"}, OvertakenError)
        inner = session.begin_nested()
        CHANGE.send(session, {"task": task, "called": "乙"}, OvertakenError)
        inner.rollback()
        assert session.scalars(select(UserTask.name)).one() == "甲"
        with session.begin_nested():
            CHANGE.send(session, {"task": task, "called": "丙"}, OvertakenError)
    with world.database.reading() as session:
        assert session.scalars(select(UserTask.name)).one() == "丙"


def test_whoever_listens_to_the_engine_hears_of_what_is_sent(world: World, task: int) -> None:
    heard: list[str] = []

    def note(*arguments: object) -> None:
        heard.append(str(arguments[2]))

    event.listen(world.database.engine, "before_cursor_execute", note)
    with world.database.transaction() as session:
        CHANGE.send(session, {"task": task, "called": "甲"}, OvertakenError)
        CHANGE.send(session, {"task": task, "called": "乙"}, OvertakenError)
    event.remove(world.database.engine, "before_cursor_execute", note)
    assert [one.split(" SET ")[0] for one in heard] == ["UPDATE user_tasks"] * 2


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_step_waits_once_for_all_it_writes(world: World, task: int, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[int] = []
    ever = Pipeline.settle

    def count(pipeline: Pipeline) -> None:
        waits.append(pipeline.waiting)
        ever(pipeline)

    monkeypatch.setattr(Pipeline, "settle", count)
    with world.database.transaction() as session:
        complete_task(session, task, {}, "zhang.wei")
    # The task, its passages, what the ended case held, the event, the case.
    assert waits == [5]


@pytest.mark.parametrize("backend", ["postgresql"])
def test_whoever_waited_for_a_case_sees_its_tasks_as_they_are_now(world: World, task: int) -> None:
    def look() -> str:
        with world.database.transaction() as session:
            return str(lock_task(session, task).work.task_name)

    with ThreadPoolExecutor() as others:
        with world.database.transaction() as session:
            assert lock_task(session, task).work.task_name == "a"
            looks = others.submit(look)
            while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                time.sleep(0.01)
            session.execute(update(TASKS).values(name="b"))
            session.execute(update(table(ProcessInstance)).values(revision=table(ProcessInstance).c.revision + 1))
        assert looks.result(60) == "b"


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_connection_that_dies_under_what_was_sent_is_an_error_and_is_replaced(world: World, task: int) -> None:
    def change() -> None:
        with world.database.transaction() as session:
            number = session.scalar(text("SELECT pg_backend_pid()"))
            CHANGE.send(session, {"task": task, "called": "甲"}, OvertakenError)
            with world.database.transaction() as other:
                other.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
            CHANGE.send(session, {"task": task, "called": "乙"}, OvertakenError)
            settle(session)

    with pytest.raises(OperationalError):
        change()
    with world.database.transaction() as session:
        assert session.scalars(select(UserTask.name)).one() == "a"

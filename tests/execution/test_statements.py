"""A statement that goes to the driver as it was written once does what SQLAlchemy does with it."""

import datetime as dt

import pytest
from sqlalchemy import bindparam, event, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.execution.locked import _LOCK_JOB, _LOCK_TASK
from engine.execution.prepared import table
from engine.execution.rows import changed
from engine.execution.statements import Query, Statement
from engine.model import HistoryEvent, Job, UserTask
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
        assert changed(session, give, at=token, due=at, told={"由": [1, None]}) == 1
        assert changed(session, give, at=token + 100, due=at, told={}) == 0
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

"""Cases of a database that was upgraded are searched like new ones: their history tells what rows now hold."""

from typing import Any

from sqlalchemy import Select, select, text

from engine.audit.replay_case import replay_case
from engine.audit.verify import verify
from engine.commands.deploy import File, deploy
from engine.commands.publish_message import publish_message
from engine.commands.start_instance import start_instance
from engine.commands.withdraw_instance import withdraw_instance
from engine.database import Database
from engine.migrations import upgrade
from engine.migrations.changing import downgrade
from engine.model import DecisionInstance, ElementInstance, HistoryEvent, MessageCorrelation, ProcessInstance
from tests.api.test_called_cases import calling
from tests.audit.stories import recorded
from tests.audit.tampering import set_column
from tests.execution.test_events import TABLE, WAITING
from tests.interpreter.build import END, START, user_task
from tests.interpreter.test_elements import written
from tests.support.company import Company

RULE = (
    '<bpmn:businessRuleTask id="rule" name="定比例"><bpmn:extensionElements>'
    '<zeebe:calledDecision decisionId="rate" resultVariable="share"/></bpmn:extensionElements></bpmn:businessRuleTask>'
)
DECIDING = written(START + RULE + END, {"start->rule": "f1", "rule->end": "f2"})


def test_cases_from_before_can_be_searched_like_new_ones(company: Company) -> None:
    first = company.start()
    company.send_back(first)
    company.correct(first)
    company.approve(first)
    company.record(first)
    second = company.start()
    with company.database.transaction() as session:
        withdraw_instance(session, second, "不做了", "zhang.wei")
    company.start()
    wanted = select(ElementInstance).order_by(ElementInstance.instance_id, ElementInstance.token)
    as_written = rows(company, wanted)
    assert {row[5] for row in as_written} == {"ACTIVE", "COMPLETED", "TERMINATED"}
    again(company.database, "0002")
    # Where a passage came from is not in the history: nobody goes back over what was done before.
    assert [row[:8] for row in rows(company, wanted)] == [row[:8] for row in as_written]


def test_decisions_from_before_can_be_searched_like_new_ones(company: Company) -> None:
    with company.database.transaction() as session:
        files = [File(name="deciding.bpmn", content=DECIDING), File(name="rate.dmn", content=TABLE)]
        deploy(session, files, "zeng.rui")
        start_instance(session, "process", {"amount": 250}, "zhang.wei")
    wanted = select(DecisionInstance).order_by(DecisionInstance.id)
    [as_written] = rows(company, wanted)
    again(company.database, "0002")
    assert rows(company, wanted) == [as_written]


def test_called_cases_from_before_name_their_first_caller(company: Company) -> None:
    asking = written(
        START + user_task("ask").replace("tester", "zhang.wei") + END, {"start->ask": "f1", "ask->end": "f2"}
    )
    inner = File(name="inner.bpmn", content=asking.replace(b'id="process"', b'id="inner"'))
    with company.database.transaction() as session:
        deploy(session, [calling("outer", "middle"), calling("middle", "inner"), inner], "zeng.rui")
        first = start_instance(session, "outer", {}, "zhang.wei")
        start_instance(session, "inner", {}, "zhang.wei")
    while company.work():
        pass
    wanted = select(ProcessInstance).order_by(ProcessInstance.id)
    as_written = rows(company, wanted)
    again(company.database, "0012")
    assert rows(company, wanted) == as_written
    with company.database.reading() as session:
        assert session.scalars(select(ProcessInstance.root_id).order_by(ProcessInstance.id)).all() == [
            None,
            None,
            first,
            first,
        ]


def test_messages_that_arrived_before_are_found_by_where_they_went(company: Company) -> None:
    with company.database.transaction() as session:
        deploy(session, [File(name="waiting.bpmn", content=WAITING)], "zeng.rui")
        start_instance(session, "process", {"order": "7"}, "zhang.wei")
        publish_message(session, "paid", "7", {}, "zhang.wei")
    company.work()
    wanted = select(MessageCorrelation)
    [as_written] = rows(company, wanted)
    again(company.database, "0012")
    [read] = rows(company, wanted)
    # What waited for it is not in history.
    assert (as_written[4] is not None, read[4]) == (True, None)
    assert (*as_written[:4], *as_written[5:]) == (*read[:4], *read[5:])


def test_history_of_before_is_the_same_texts_and_hashes_in_fewer_bytes(company: Company) -> None:
    first = recorded(company)
    wanted = select(HistoryEvent).order_by(HistoryEvent.instance_id, HistoryEvent.sequence)
    as_written = rows(company, wanted)
    downgrade(company.database, "0015")
    with company.database.reading() as session:
        old = session.execute(
            text("SELECT body, definition_hash, previous_hash, hash FROM history_events ORDER BY instance_id, sequence")
        ).all()
        heads = session.scalars(text("SELECT chain_head FROM process_instances")).all()
    assert [tuple(row) for row in old] == [row[8:] for row in as_written]
    # Somebody has altered it before the upgrade, which must neither fail nor put it right.
    set_text(company.database, "UPDATE history_events SET previous_hash = 'none' WHERE sequence = 2")
    upgrade(company.database)
    assert company.instance(first).chain_head == heads[0]
    with company.database.reading() as session:
        found = [(one.instance_id, one.sequence, one.column) for one in verify(session).discrepancies]
    assert found == [(first, 2, "previous_hash")]
    set_column(company.database, first, 2, "previous_hash", as_written[1][10])
    assert rows(company, wanted) == as_written
    # Later events are written beside those of before, and both are read.
    second = recorded(company)
    with company.database.reading() as session:
        assert verify(session).intact
        assert [replay_case(session, case).identical for case in (first, second)] == [True, True]


def set_text(database: Database, statement: str) -> None:
    """Alter the database as it was before the upgrade."""
    with database.transaction() as session:
        session.execute(text(statement))


def again(database: Database, revision: str) -> None:
    """Take the schema back to a revision and bring it up again."""
    downgrade(database, revision)
    upgrade(database)


def rows(company: Company, statement: Select[Any]) -> list[tuple[object, ...]]:
    with company.database.reading() as session:
        found = session.scalars(statement).all()
        return [tuple(getattr(row, column.name) for column in row.__table__.columns) for row in found]

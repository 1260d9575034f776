"""The demo company's last three months: lived through by the engine, whatever day it is."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import clock
from engine.audit.replay_case import replay_case
from engine.audit.verify import verify
from engine.commands.deploy import deploy
from engine.database import Database
from engine.demo import load_demo
from engine.model import HistoryEvent, Incident, Notification, ProcessDefinition, ProcessInstance, RegisterEntry
from engine.scenarios import play_chronicle, process_files, read_chronicle, read_folder
from tests.bpmn.drawing import ROOT


@pytest.fixture(params=["2026-11-24T13:20", "2027-02-08T21:00"], ids=["a_workday", "in_the_spring_festival"])
def now(request: pytest.FixtureRequest) -> dt.datetime:
    """Give a day on which somebody opens the demo."""
    return dt.datetime.fromisoformat(request.param).replace(tzinfo=clock.SHANGHAI).astimezone(dt.UTC)


def test_sixty_cases_of_three_months_stand_where_their_people_left_them(
    sqlite_url: str, tmp_path: Path, now: dt.datetime
) -> None:
    database = Database(sqlite_url)
    chronicle = read_chronicle(now)
    with clock.ticking(lambda: chronicle.begins), database.transaction() as session:
        load_demo(session)
        deploy(session, read_folder(ROOT / "forms/registers"), "system")
        for folder in sorted(path.name for path in (ROOT / "bpmn").iterdir() if (path / f"{path.name}.bpmn").exists()):
            deploy(session, process_files(ROOT, folder), "system")
    assert len(list(play_chronicle(database, tmp_path / "files", chronicle, now))) == len(chronicle.steps)
    with database.reading() as session:
        states = Counter(session.scalars(select(ProcessInstance.state)))
        processes = set(
            session.scalars(
                select(ProcessDefinition.process_id).join(
                    ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id
                )
            )
        )
        first, last = session.execute(select(func.min(HistoryEvent.at), func.max(HistoryEvent.at))).one()
        incidents = session.scalar(select(func.count()).select_from(Incident))
        entries = Counter(session.scalars(select(RegisterEntry.register)))
        told = session.scalars(select(Notification.read_at)).all()
        numbers = session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id)).all()
        replayed = [replay_case(session, number) for number in numbers]
        findings = verify(session).discrepancies
    database.dispose()
    assert sum(states.values()) >= 52
    assert states["ACTIVE"] >= 15
    assert states["WITHDRAWN"] >= 1
    assert processes >= {"new_channel_filing", "account_application", "rebate_settlement"}
    assert last <= now
    assert now - first > dt.timedelta(days=80)
    assert incidents == 0
    assert entries["channel"] >= 10
    assert None in told
    assert any(told)
    assert all(one.identical for one in replayed)
    assert findings == []

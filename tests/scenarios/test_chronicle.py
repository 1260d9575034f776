"""The demo company's last three months: lived through by the engine, whatever day it is."""

import datetime as dt
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from engine import clock
from engine.audit.replay_case import replay_case
from engine.audit.verify import verify
from engine.commands.deploy import deploy
from engine.database import Database
from engine.demo import load_demo
from engine.model import HistoryEvent, Incident, Notification, ProcessDefinition, ProcessInstance, RegisterEntry
from engine.scenarios import play_chronicle, process_files, read_chronicle, shared_files
from tests.bpmn.drawing import ROOT
from tests.support.server import Server

PROCESSES = sorted(path.parent.name for path in (ROOT / "bpmn").glob("*/scenarios.json"))


def test_sixty_cases_of_three_months_stand_where_their_people_left_them(postgresql_url: str, tmp_path: Path) -> None:
    told = Server(data_folder=tmp_path, database_url=postgresql_url, port=0).run("init", "--demo", "--cases")
    assert "new_channel_filing" in told
    database = Database(postgresql_url)
    with database.reading() as session:
        states = Counter(session.scalars(select(ProcessInstance.state)))
        shown = select(ProcessDefinition.process_id).join(
            ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id
        )
        processes = set(session.scalars(shown))
        first, last = session.execute(select(func.min(HistoryEvent.at), func.max(HistoryEvent.at))).one()
        incidents = session.scalar(select(func.count()).select_from(Incident))
        entries = Counter(session.scalars(select(RegisterEntry.register)))
        read = session.scalars(select(Notification.read_at)).all()
        numbers = session.scalars(select(ProcessInstance.id)).all()
        differing = [number for number in numbers if not replay_case(session, number).identical]
        findings = verify(session, attachments=tmp_path / "attachments").discrepancies
    database.dispose()
    assert sum(states.values()) >= 60
    assert states["ACTIVE"] >= 15
    assert states["WITHDRAWN"] >= 1
    assert processes == set(PROCESSES)
    assert last <= clock.now()
    assert clock.now() - first > dt.timedelta(days=80)
    assert (incidents, differing, findings) == (0, [], [])
    assert entries["channel"] >= 10
    assert None in read
    assert any(read)


def test_a_demo_opened_in_the_spring_festival_shows_the_same_people_at_work(sqlite_url: str, tmp_path: Path) -> None:
    now = dt.datetime(2027, 2, 8, 21, tzinfo=clock.SHANGHAI).astimezone(dt.UTC)
    database, chronicle = Database(sqlite_url), read_chronicle(now)
    with clock.ticking(lambda: chronicle.begins), database.transaction() as session:
        load_demo(session)
        deploy(session, shared_files(ROOT), "system")
        for process in PROCESSES:
            deploy(session, process_files(ROOT, process), "system")
    played = list(play_chronicle(database, tmp_path / "files", chronicle, now))
    with database.reading() as session:
        incidents = session.scalar(select(func.count()).select_from(Incident))
    database.dispose()
    assert [step.at for step in played] == sorted(step.at for step in played)
    assert len(played) == len(chronicle.steps)
    assert incidents == 0

"""The demo company with its first process published, and people who act in it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from engine.commands.complete_task import complete_task
from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.commands.upload_attachment import upload_attachment
from engine.database import Database
from engine.demo import load_demo
from engine.model import HistoryEvent, ProcessInstance, UserTask
from tests.support.clock import FixedClock
from tests.support.working import do_due

ROOT = Path(__file__).resolve().parents[2]
PROCESS = "new_channel_filing"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def process_files() -> list[File]:
    """Read the diagram and the forms of the first process as they stand in the repository."""
    paths = [*sorted((ROOT / "bpmn" / PROCESS).glob("*.bpmn")), *sorted((ROOT / "forms" / PROCESS).glob("*.form"))]
    return [File(name=path.name, content=path.read_bytes()) for path in paths]


def register_files() -> list[File]:
    """Read the declared registers."""
    paths = sorted((ROOT / "forms" / "registers").glob("*.form"))
    return [File(name=path.name, content=path.read_bytes()) for path in paths]


@dataclass
class Company:
    """A database with the demo company in it; its methods are what people do, each in one transaction."""

    database: Database
    folder: Path
    clock: FixedClock
    statements: list[str] = field(default_factory=list)

    def upload(self, actor: str = "zhang.wei", name: str = "合同.pdf", content: bytes = PDF) -> dict[str, object]:
        """Upload a file that belongs to no case yet."""
        with self.database.transaction() as session:
            return upload_attachment(session, self.folder, io.BytesIO(content), name, actor)

    def filing(self, actor: str = "zhang.wei", **changes: object) -> dict[str, object]:
        """Fill the form of a new channel."""
        return {
            "channel_name": "抖音旗舰店",
            "channel_kind": "online",
            "partner": "星河传媒有限公司",
            "region": "华东",
            "basics": "以短视频带货为主",
            "expected_business_size": "120.50",
            "expected_start_date": "2026-04-01",
            "resources_needed": "直播间一间,运营两人",
            "attachments": [self.upload(actor)],
            "declaration_of_truth": True,
            **changes,
        }

    def start(self, actor: str = "zhang.wei", **changes: object) -> int:
        """Start a filing and give the number of the case."""
        values = self.filing(actor, **changes)
        with self.database.transaction() as session:
            return start_instance(session, PROCESS, values, actor)

    def task(self, case: int, element: str | None = None) -> Any:  # noqa: ANN401 - a row
        """Give the one open task of a case."""
        statement = select(UserTask).where(UserTask.instance_id == case, UserTask.state == "CREATED")
        if element is not None:
            statement = statement.where(UserTask.element_id == element)
        with self.database.reading() as session:
            task = session.scalars(statement).one()
            session.expunge(task)
            return task

    def complete(self, case: int, actor: str, values: Mapping[str, object], element: str | None = None) -> None:
        """Complete the one open task of a case."""
        task_id = self.task(case, element).id
        with self.database.transaction() as session:
            complete_task(session, task_id, values, actor)

    def approve(self, case: int, actor: str = "zhao.lei") -> None:
        """Approve a filing."""
        values = {
            "decision": "approve",
            "opinion": "同意备案",
            "completeness_checked": True,
            "compliance_checked": True,
        }
        self.complete(case, actor, values, "approve_filing")

    def send_back(self, case: int, actor: str = "zhao.lei", opinion: str = "请补充合作方资质") -> None:
        """Send a filing back for correction."""
        self.complete(case, actor, {"decision": "return", "opinion": opinion}, "approve_filing")

    def correct(self, case: int, actor: str = "zhang.wei", **changes: object) -> None:
        """Correct a filing that was sent back, with its files as they are."""
        values = {**self.variables(case), "declaration_of_truth": True, **changes}
        self.complete(case, actor, values, "correct_filing")

    def record(self, case: int, actor: str = "wu.tao") -> None:
        """File a channel in the channel department, and let the machine do the rest."""
        self.complete(case, actor, {"filing_date": "2026-03-02", "filing_remarks": ""}, "record_filing")
        self.work()

    def work(self) -> int:
        """Do all due jobs."""
        return do_due(self.database)

    def instance(self, case: int) -> Any:  # noqa: ANN401 - a row
        """Give the row of a case."""
        with self.database.reading() as session:
            row = session.get_one(ProcessInstance, case)
            session.expunge(row)
            return row

    def variables(self, case: int) -> dict[str, Any]:
        """Give the variables of a case."""
        # Imported here, so that a test of the database alone does not load the interpreter.
        from engine.interpreter import load_variables

        return load_variables(self.instance(case).body)

    def events(self, case: int) -> list[HistoryEvent]:
        """Give the history of a case."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(HistoryEvent).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)
            ).all()
            session.expunge_all()
            return list(rows)


@pytest.fixture
def company(database: Database, tmp_path: Path, fixed_clock: FixedClock) -> Company:
    """Found the demo company in a fresh database, on both kinds."""
    with database.transaction() as session:
        load_demo(session)
        deploy(session, register_files(), "zeng.rui")
        deploy(session, process_files(), "zeng.rui")
    founded = Company(database=database, folder=tmp_path / "attachments", clock=fixed_clock)

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(*arguments: Any) -> None:  # noqa: ANN401 - SQLAlchemy's six arguments
        founded.statements.append(str(arguments[2]))

    return founded

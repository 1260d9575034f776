"""A diagram on the stage of a real database: what people, workers, the clock and the world do to its cases."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine.audit.replay_case import replay_case
from engine.audit.verify import verify
from engine.clock import SHANGHAI
from engine.commands.activate_jobs import ActivatedJob, activate_jobs
from engine.commands.broadcast_signal import broadcast_signal
from engine.commands.complete_job import complete_job
from engine.commands.complete_task import complete_task
from engine.commands.deploy import File, deploy
from engine.commands.publish_message import publish_message
from engine.commands.resolve_incident import resolve_incident
from engine.commands.set_variables import WantedValues, set_variables
from engine.commands.start_instance import start_instance
from engine.commands.throw_job_error import throw_job_error
from engine.database import Database
from engine.execution.immutable import definition
from engine.interpreter import Case, Environment, Process, load_variables, read
from engine.json_text import loads
from engine.model import (
    ElementInstance,
    EventSubscription,
    HistoryEvent,
    Incident,
    Job,
    ProcessInstance,
    UserTask,
)
from tests.support.clock import FixedClock
from tests.support.working import do_due

FOLDER = Path(__file__).parent


def belonging(stem: Path) -> list[Path]:
    """Give a diagram and what is published with it: its forms, tables and the processes that it calls."""
    return sorted(path for path in stem.parent.glob(f"{stem.name}.*") if path.suffix in {".bpmn", ".dmn", ".form"})


@dataclass
class Play:
    """One diagram, published, and its cases from their starts to their ends."""

    database: Database
    clock: FixedClock
    stem: Path
    """Where the diagram lies, without its suffix; its process has the same name."""
    first: int = field(init=False)
    """The number after which this play's cases come."""

    def __post_init__(self) -> None:
        with self.database.transaction() as session:
            self.first = session.scalar(select(func.max(ProcessInstance.id))) or 0
            files = [File(name=path.name, content=path.read_bytes()) for path in belonging(self.stem)]
            deploy(session, files, "zeng.rui")

    # -- what happens -----------------------------------------------------------------------------

    def start(self, process: str = "", /, **variables: object) -> int:
        """Start a case and do what the machine has to do at once."""
        with self.database.transaction() as session:
            case = start_instance(session, process or self.stem.name, variables, "zhang.wei")
        self.work()
        return case

    def do(self, element: str, by: str = "zhang.wei", **values: object) -> None:
        """Complete the oldest open task of an element, and do what the machine has to do then."""
        with self.database.transaction() as session:
            wanted = select(UserTask.id).where(
                UserTask.element_id == element, UserTask.state == "CREATED", UserTask.instance_id > self.first
            )
            complete_task(session, session.scalars(wanted.order_by(UserTask.id).limit(1)).one(), values, by)
        self.work()

    def taken(self, type_: str) -> ActivatedJob:
        """Hand the one due job of a type to an external worker."""
        with self.database.transaction() as session:
            (job,) = activate_jobs(session, type_, "worker", most=10, timeout=dt.timedelta(minutes=1))
        return job

    def answer(self, type_: str, /, **variables: object) -> ActivatedJob:
        """Do the one due job of a type as an external worker would; give what it was told."""
        job = self.taken(type_)
        with self.database.transaction() as session:
            complete_job(session, job.id, variables, "admin")
        self.work()
        return job

    def fail(self, type_: str, error: str, **variables: object) -> None:
        """Throw a BPMN error at the one due job of a type."""
        job = self.taken(type_)
        with self.database.transaction() as session:
            throw_job_error(session, job.id, error, "", variables, "admin")
        self.work()

    def message(self, name: str, key: str = "", *, minutes: int = 0, **variables: object) -> None:
        """Publish a message that is kept for some minutes."""
        with self.database.transaction() as session:
            life = dt.timedelta(minutes=minutes)
            publish_message(session, name, key, variables, "zhang.wei", time_to_live=life)
        self.work()

    def signal(self, name: str, **variables: object) -> None:
        """Tell everybody a signal."""
        with self.database.transaction() as session:
            broadcast_signal(session, name, variables, "zhang.wei")
        self.work()

    def command(self, act: Any, *arguments: object, **more: object) -> Any:  # noqa: ANN401 - any command
        """Run one command in a transaction of its own, and do what the machine has to do then."""
        with self.database.transaction() as session:
            given = act(session, *arguments, **more)
        self.work()
        return given

    def change(self, case: int, **values: object) -> None:
        """Set variables of a case as an administrator does."""
        self.command(set_variables, case, WantedValues(values=values), "admin")

    def wait(self, **duration: float) -> None:
        """Let time go by."""
        self.clock.advance(**duration)
        self.work()

    def until(self, moment: str) -> None:
        """Wait until a moment of March 2026 in Shanghai, such as ``05 09:00``."""
        day, time = moment.split()
        self.clock.moment = dt.datetime.fromisoformat(f"2026-03-{day}T{time}:00+08:00").astimezone(dt.UTC)
        self.work()

    def work(self) -> None:
        """Do all due jobs of the machine."""
        do_due(self.database)

    def resolve(self, **corrections: object) -> None:
        """Resolve the one open incident, after correcting the data."""
        (incident,) = self.incidents()
        self.command(resolve_incident, incident.id, "admin", corrections=corrections or None)

    # -- what is so -------------------------------------------------------------------------------

    def tasks(self) -> list[str]:
        """Name the elements of all open user tasks."""
        return [task.element_id for task in self.rows()]

    def rows(self, state: str = "CREATED") -> list[UserTask]:
        """Give the user tasks in a state, by their elements."""
        return self._rows(
            select(UserTask)
            .where(UserTask.instance_id > self.first, UserTask.state == state)
            .order_by(UserTask.element_id, UserTask.id)
        )

    def cases(self) -> list[ProcessInstance]:
        """Give all cases, the oldest first."""
        return self._rows(select(ProcessInstance).where(ProcessInstance.id > self.first).order_by(ProcessInstance.id))

    def outcome(self, case: int) -> str | None:
        """Give the name of the end event that says how a case ended; None while it goes on."""
        return next(one.outcome for one in self.cases() if one.id == case)

    def variables(self, case: int) -> dict[str, object]:
        """Give the variables of the whole case."""
        return load_variables(next(one for one in self.cases() if one.id == case).body)

    def seen(self, element: str) -> list[dict[str, object]]:
        """Give what each open task of an element sees: the variables of all scopes around it."""
        found = []
        with self.database.reading() as session:
            for task in [one for one in self.rows() if one.element_id == element]:
                case = session.get_one(ProcessInstance, task.instance_id)
                specification = definition(session, case.definition_id).specification
                woken = Case.wake(case.body, specification, Environment(now=self.clock()))
                found.append(dict(woken.visible(task.token)))
        return found

    def jobs(self) -> list[str]:
        """Name the types of all jobs that wait for an external worker, and ``timer`` for each timer."""
        wanted = select(Job).where(Job.instance_id > self.first, Job.state == "CREATED").order_by(Job.id)
        return sorted(job.kind if job.kind == "timer" else str(job.type) for job in self._rows(wanted))

    def due(self) -> list[str]:
        """Give when the waiting timers are due, in Shanghai."""
        wanted = select(Job).where(Job.instance_id > self.first, Job.state == "CREATED", Job.kind == "timer")
        return sorted(f"{job.due_at.astimezone(SHANGHAI):%m-%d %H:%M}" for job in self._rows(wanted))

    def waits(self) -> list[str]:
        """Name what is waited for: messages with their keys, and signals."""
        wanted = select(EventSubscription).where(EventSubscription.instance_id > self.first)
        return sorted(f"{one.name} {one.correlation_key or ''}".strip() for one in self._rows(wanted))

    def incidents(self) -> list[Incident]:
        """Give all open incidents."""
        wanted = select(Incident).where(Incident.instance_id > self.first, Incident.resolved_at.is_(None))
        return self._rows(wanted.order_by(Incident.id))

    def went(self, case: int, *elements: str, state: str = "COMPLETED") -> list[str]:
        """Name the elements that a case passed in the order in which it did, or some of them."""
        what = {"COMPLETED": "completed", "TERMINATED": "canceled"}[state]
        wanted = select(HistoryEvent).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)
        passages = [one for event in self._rows(wanted) for one in loads(event.body).get("passages", ())]
        return [one[1] for one in passages if one[0] == what and (not elements or one[1] in elements)]

    def passed(self, case: int, state: str = "COMPLETED") -> Counter[str]:
        """Count the passages through each element that ended in a way."""
        wanted = select(ElementInstance).where(ElementInstance.instance_id == case, ElementInstance.state == state)
        return Counter(one.element_id for one in self._rows(wanted))

    def _rows(self, wanted: Any) -> list[Any]:  # noqa: ANN401 - any statement
        with self.database.reading() as session:
            found = list(session.scalars(wanted))
            session.expunge_all()
            return found

    # -- what must be so in the end ---------------------------------------------------------------

    def check(self) -> None:
        """See that all has ended, that nothing was left out and that history tells the same again."""
        cases = self.cases()
        assert {case.id: case.state for case in cases if case.state == "ACTIVE"} == {}
        assert (self.tasks(), self.jobs(), self.waits(), self.incidents()) == ([], [], [], [])
        assert sorted(self.drawn() - self.entered()) == []
        with self.database.reading() as session:
            assert [found for case in cases for found in verify(session, case.id).discrepancies] == []
            replays = {case.id: replay_case(session, case.id) for case in cases}
        assert {case: replay.difference for case, replay in replays.items() if not replay.identical} == {}

    def drawn(self) -> set[str]:
        """Name every element of every diagram of this play."""
        return {element for process in self.processes() for element in process.elements}

    def processes(self) -> Iterator[Process]:
        for path in belonging(self.stem):
            if path.suffix == ".bpmn":
                yield from (process for process in read(path.read_bytes()) if process.executable)

    def entered(self) -> set[str]:
        """Name every element that some case has entered."""
        wanted = select(ElementInstance).where(ElementInstance.instance_id > self.first)
        return {one.element_id for one in self._rows(wanted)}

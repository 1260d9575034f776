"""A world of small processes whose tasks people operate on; what they did must verify and replay."""

from typing import Any

from sqlalchemy import select

from engine.commands.claim_task import claim_task
from engine.commands.complete_task import complete_task
from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from engine.interpreter import load_variables
from engine.model import HistoryEvent, Notification, ProcessInstance, UserTask
from tests.execution.test_events import World
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

ALL = "return, reject, takeBack, reassign, delegate, addSign, removeSign, urge, copy, comment"


def task(element: str, assignee: str = "li.na", *, groups: str = "", more: str = "", **properties: str) -> str:
    """Draw a user task that offers every operation, unless its properties say something else."""
    lines = "".join(
        f'<zeebe:property name="{name}" value="{value}"/>' for name, value in {"operations": ALL, **properties}.items()
    )
    people = f'candidateGroups="{groups}"' if groups else f'assignee="{assignee}"'
    return (
        f'<bpmn:userTask id="{element}" name="核对{element}"><bpmn:extensionElements><zeebe:userTask/>'
        f"<zeebe:assignmentDefinition {people}/><zeebe:properties>{lines}</zeebe:properties>"
        f"</bpmn:extensionElements>{more}</bpmn:userTask>"
    )


ONE = written(START + task("check") + END, {"start->check": "f1", "check->end": "f2"})
"""One task of 李娜."""


class Office(World):
    """A world in which people act by their own names."""

    def begin(self, content: bytes = ONE, actor: str = "zhang.wei", **variables: object) -> int:
        """Publish a process and start a case of it."""
        with self.database.transaction() as session:
            deploy(session, [File(name="process.bpmn", content=content)], "zeng.rui")
            return start_instance(session, "process", variables, actor)

    def do(self, command: Any, *arguments: object, **more: object) -> Any:  # noqa: ANN401 - any command
        """Run one command in a transaction of its own."""
        with self.database.transaction() as session:
            return command(session, *arguments, **more)

    def claim(self, task_id: int, actor: str) -> None:
        self.do(claim_task, task_id, actor)

    def finish(self, task_id: int, actor: str, **values: object) -> None:
        """Complete a task by its number."""
        self.do(complete_task, task_id, values, actor)

    def rows(self, case: int, state: str = "CREATED") -> list[UserTask]:
        """Give the tasks of a case in a state, the oldest first."""
        wanted = select(UserTask).where(UserTask.instance_id == case, UserTask.state == state).order_by(UserTask.id)
        with self.database.reading() as session:
            found = list(session.scalars(wanted))
            session.expunge_all()
            return found

    def row(self, case: int, assignee: str | None = None) -> UserTask:
        """Give the one open task of a case, or that of a person."""
        (found,) = [row for row in self.rows(case) if assignee is None or row.assignee == assignee]
        return found

    def events(self, case: int) -> list[HistoryEvent]:
        """Give the history of a case."""
        wanted = select(HistoryEvent).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)
        with self.database.reading() as session:
            found = list(session.scalars(wanted))
            session.expunge_all()
            return found

    def told(self, username: str) -> list[str]:
        """Give the titles of a person's notifications."""
        wanted = select(Notification.title).where(Notification.username == username).order_by(Notification.id)
        with self.database.reading() as session:
            return list(session.scalars(wanted))

    def of(self, case: int) -> dict[str, Any]:
        """Give the variables of a case."""
        with self.database.reading() as session:
            return load_variables(session.get_one(ProcessInstance, case).body)

"""A random case driven by the commands that people use, with all that they do to tasks beside: see ``Pair``.

What time, messages and administrators do to it is in ``overseen``.
"""

import random
import re

import pytest
from sqlalchemy import select

from engine import json_text
from engine.audit.standing import Standing
from engine.commands.add_signers import Signers, add_signers
from engine.commands.begin_handover import begin_handover
from engine.commands.complete_task import complete_task
from engine.commands.continue_handover import continue_handover
from engine.commands.delegate_task import delegate_task
from engine.commands.reassign_task import reassign_task
from engine.commands.recall_task import recall_task
from engine.commands.remove_signer import remove_signer
from engine.commands.resolve_task import resolve_task
from engine.commands.resume_instance import resume_instance
from engine.commands.return_task import return_task
from engine.commands.save_task_draft import save_task_draft
from engine.commands.sign_task import sign_task
from engine.commands.suspend_instance import suspend_instance
from engine.commands.take_back_task import take_back_task
from engine.errors import ConflictError
from engine.execution.immutable import definition
from engine.execution.ways import way_of
from engine.interpreter import Way
from engine.interpreter.signing import Position
from engine.model import EventSubscription, HistoryEvent, Job, ProcessInstance, UserTask
from engine.organisation import organisation
from engine.queries.returnable import may_take_back, returnable
from tests.execution import beside
from tests.execution.operating import ALL
from tests.execution.people import SHARING, People
from tests.interpreter.blocks import THROWN, Block
from tests.interpreter.drawing import Drawing

OTHERS = ["zhou.min", "sun.yan"]
"""Who is asked by those who have the tasks."""
MORE = [*OTHERS, "zhao.lei", "zeng.rui", "zhang.wei"]
"""Who is asked to do one more part of what several do; each of them does one."""
WITHDRAWABLE = (
    '<bpmn:extensionElements><zeebe:properties><zeebe:property name="withdrawable" value="true"/>'
    "</zeebe:properties></bpmn:extensionElements>"
)


def published(block: Block) -> bytes:
    """Draw a block so that every task offers every operation, and its initiator may withdraw it.

    Every third task is for two people, one of whom claims it.
    """
    offers = f'<zeebe:properties><zeebe:property name="operations" value="{ALL}"/></zeebe:properties>'
    text = Drawing(block).content.decode().replace('"tester"', '"li.na"')
    text = text.replace('isExecutable="true">', f'isExecutable="true">{WITHDRAWABLE}')
    text = text.replace(
        "</bpmn:extensionElements></bpmn:userTask>", f"{offers}</bpmn:extensionElements></bpmn:userTask>"
    )
    text = re.sub(
        r"(<zeebe:assignmentDefinition[^>]*/>)(?=</bpmn:extensionElements><bpmn:(?:multi|standard))",
        rf"\1{offers}",
        text,
    )
    sharing = f'candidateUsers="{", ".join(SHARING)}"'
    return re.sub(r'(userTask id="t\d*[0369]" .*?)assignee="li.na"', rf"\1{sharing}", text).encode()


class Commanded:
    """One case in the database; ``chance`` decides what else is done around each step."""

    def __init__(self, people: People, content: bytes, chance: random.Random, **variables: object) -> None:
        self.office, self.people, self.chance, self._content = people.office, people, chance, content
        self.case = self.office.begin(content, "zhang.wei", **variables)
        self._standing, self._followed = Standing(), 0
        self.parts: list[str] = []
        """Who was asked to do one more part of anything."""

    # -- what is there ----------------------------------------------------------------------------------

    @property
    def tokens(self) -> dict[int, str]:
        """Give what waits: tasks, timers, messages and signals by their rows, and what only the case itself throws."""
        timers = Job.instance_id == self.case, Job.kind == "timer", Job.state == "CREATED"
        with self.office.database.reading() as session:
            rows = [
                *session.execute(select(Job.token, Job.element_id).where(*timers)),
                *session.execute(
                    select(EventSubscription.token, EventSubscription.element_id).where(
                        EventSubscription.instance_id == self.case
                    )
                ),
            ]
            process = definition(session, session.get_one(ProcessInstance, self.case).definition_id).process
            of_case = HistoryEvent.instance_id == self.case, HistoryEvent.sequence > self._followed
            told = select(HistoryEvent.sequence, HistoryEvent.body).where(*of_case).order_by(HistoryEvent.sequence)
            for self._followed, body in session.execute(told):
                self._standing.follow(json_text.loads(body))
        places = self._standing.places.items()
        thrown = {token: name for token, name in places if process.elements[name].event in THROWN}
        return (
            {row.token: row.element_id for row in self._open()} | {row.token: row.element_id for row in rows} | thrown
        )

    def _open(self) -> list[UserTask]:
        """Give the open tasks; nobody is asked to sign one that is not open."""
        rows = self.office.rows(self.case)
        mains = {row.id: row for row in rows if row.parent_task_id is None}
        asked = [*rows, *self.office.rows(self.case, "CREATING")]
        assert {row.parent_task_id for row in asked if row.parent_task_id is not None} <= set(mains)
        assert len({row.token for row in mains.values()}) == len(mains)
        return list(mains.values())

    @property
    def ended(self) -> bool:
        return self.office.state(self.case) != "ACTIVE"

    def way(self) -> Way:
        with self.office.database.reading() as session:
            case = session.get_one(ProcessInstance, self.case)
            return way_of(session, definition(session, case.definition_id).process, self.case)

    def task(self, token: int, state: str = "CREATED") -> UserTask:
        """Give the task at a token."""
        return next(
            row for row in self.office.rows(self.case, state) if row.token == token and row.parent_task_id is None
        )

    # -- what people do -----------------------------------------------------------------------------------

    def complete(self, element: int, **result: object) -> object:
        task = self.task(element)
        if task.assignee is None and self.chance.random() < 0.3:
            # Whoever may claim a task may also do it at once.
            self._complete(task, result)
            return None
        task = self._fuss(task)
        how = self.chance.choice(["", "", "", "before", "after", "parallel"])
        if not how or self._is_instance(task):
            self._complete(task, result)
        else:
            self._signed(task, how, result)
        return None

    def _complete(self, task: UserTask, result: dict[str, object]) -> None:
        self._later()
        self.hand_in(task.id, self.people.doer(task, self.chance), result)

    def hand_in(self, task_id: int, doer: str, result: dict[str, object]) -> None:
        """Complete a task with a result."""
        self.office.finish(task_id, doer, **result)

    def _signed(self, task: UserTask, how: str, result: dict[str, object]) -> None:
        """Complete a task that others sign, or are no longer asked to."""
        self._ask(task, how)
        asked = self.office.rows(self.case, "CREATING" if how == "after" else "CREATED")[-1]
        if how == "before":
            with pytest.raises(ConflictError):
                self._complete(task, result)
        else:
            doer = self.people.doer(task, self.chance)
            assert self.office.do(complete_task, task.id, result, doer) is False
        if self.chance.random() < 0.5:
            self.office.do(sign_task, asked.id, "可以", str(asked.assignee), agreed=True)
        else:
            self.office.do(remove_signer, asked.id, "不用了", str(task.assignee))
        if how == "before":
            self._complete(task, result)

    def _ask(self, task: UserTask, how: str) -> None:
        known = self.parts if self._is_instance(task) else [str(task.assignee)]
        people = [one for one in (MORE if self._is_instance(task) else OTHERS) if one not in known][:1]
        if self._is_instance(task):
            self.parts += people
        wanted = Signers(people=people, position=how, reason="请把关")  # type: ignore[arg-type] # one of three
        self.office.do(add_signers, task.id, wanted, self.people.doer(task, self.chance))

    def _is_instance(self, task: UserTask) -> bool:
        return task.element_id.startswith("m")

    def _fuss(self, task: UserTask) -> UserTask:
        """Do something with a task that leaves it where it is, after somebody has claimed it."""
        if task.assignee is None:
            self.people.claim(task, self.chance)
            task = self.task(task.token)
        ways = [self._reassign, self._delegate, self._suspend, self._draft, self._unclaim, self._come_back]
        ways += [self._beside, self._hand_over]
        if self.chance.random() < 0.5:
            self.chance.choice(ways)(task)
        return self.task(task.token)

    def _reassign(self, task: UserTask) -> None:
        to = "wu.tao" if task.assignee == "li.na" else "li.na"
        if self._is_instance(task):
            # Nobody signs twice: it goes to somebody who has no part in it yet.
            free = [one for one in MORE if one not in self.parts]
            if not free:
                return
            to = free[0]
            self.parts.append(to)
        self.office.do(reassign_task, task.id, to, "出差", self.people.doer(task, self.chance))

    def _beside(self, task: UserTask) -> None:
        beside.do_something(self.office, task, self.chance)

    def _hand_over(self, task: UserTask) -> None:
        """Let whoever has it leave; those who share tasks stay, or nobody could claim them."""
        free = [one for one in MORE if one not in self.parts]
        if free and task.assignee not in SHARING:
            self.parts.append(free[0])
            number = self.office.do(begin_handover, task.assignee, free[0], "离职", "admin")
            assert self.office.do(continue_handover, number) is False

    def _unclaim(self, task: UserTask) -> None:
        self.people.unclaim(task, self.chance)

    def _come_back(self, task: UserTask) -> None:
        self.people.come_back(task, self.chance)

    def _delegate(self, task: UserTask) -> None:
        self.office.do(delegate_task, task.id, "zhao.lei", "请先看", str(task.assignee))
        if self.chance.random() < 0.5:
            self.office.do(resolve_task, task.id, "可以", "zhao.lei")
        else:
            self.office.do(recall_task, task.id, str(task.assignee))

    def _suspend(self, task: UserTask) -> None:
        self.office.do(suspend_instance, self.case, "核查", "admin")
        with pytest.raises(ConflictError):
            self._complete(task, {})
        self.office.do(resume_instance, self.case, "admin")

    def _draft(self, task: UserTask) -> None:
        self.office.do(save_task_draft, task.id, {"opinion": "还没想好"}, str(task.assignee))

    # -- returning ----------------------------------------------------------------------------------------

    def targets(self, token: int) -> dict[str, int]:
        task = self.task(token)
        with self.office.database.reading() as session:
            of = definition(session, session.get_one(ProcessInstance, self.case).definition_id)
            return {one.name: one.token for one in returnable(session, of, task, organisation(session))}

    def back(self, token: int, wanted: str) -> None:
        self._return(token, wanted, straight=False)

    def detour(self, token: int, wanted: str) -> None:
        self._return(token, wanted, straight=True)

    def _return(self, token: int, wanted: str, *, straight: bool) -> None:
        task = self._fuss(self.task(token))
        if not self._is_instance(task) and self.chance.random() < 0.3:
            # Whoever is asked to sign is asked no more when the task goes back.
            self._ask(task, self.chance.choice(["before", "after", "parallel"]))
        self._later()
        target = self.targets(token)[wanted]
        doer = self.people.doer(task, self.chance)
        self.office.do(return_task, task.id, target, "请补充", doer, straight_back=straight)

    def may_undo(self, token: int) -> bool:
        task = self.task(token, "COMPLETED")
        if self._is_instance(task):
            # One's own part alone is not of the model; tests by name try that.
            return False
        with self.office.database.reading() as session:
            of = definition(session, session.get_one(ProcessInstance, self.case).definition_id)
            return may_take_back(session, of, task)

    def undo(self, token: int) -> None:
        task = self.task(token, "COMPLETED")
        self._later()
        self.office.do(take_back_task, task.id, str(task.completed_by))

    # -- signers ------------------------------------------------------------------------------------------

    def _later(self) -> None:
        self.office.clock.advance(minutes=1)

    def may_add(self) -> bool:
        return len(self.parts) < len(MORE)

    def add_one(self, token: int, position: Position) -> None:
        self._ask(self._fuss(self.task(token)), position)

    def remove(self, token: int) -> None:
        task = self._fuss(self.task(token))
        self.office.do(remove_signer, task.id, "不用了", str(task.assignee))

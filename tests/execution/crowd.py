"""One of several who do anything to the cases of an office, each in a thread of their own."""

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import select

from engine import json_text
from engine.audit.standing import Standing
from engine.commands.add_signers import Signers, add_signers
from engine.commands.broadcast_signal import broadcast_signal
from engine.commands.cancel_instance import cancel_instance
from engine.commands.claim_task import claim_task
from engine.commands.comment_case import comment_case
from engine.commands.complete_task import complete_task
from engine.commands.copy_task import copy_task
from engine.commands.delegate_task import delegate_task
from engine.commands.modify_instance import Modification, Move, modify_instance
from engine.commands.publish_message import publish_message
from engine.commands.reassign_task import reassign_task
from engine.commands.recall_task import recall_task
from engine.commands.redo_element import redo_element
from engine.commands.reject_task import reject_task
from engine.commands.remove_signer import remove_signer
from engine.commands.resolve_incident import resolve_incident
from engine.commands.resolve_task import resolve_task
from engine.commands.resume_instance import resume_instance
from engine.commands.return_task import return_task
from engine.commands.save_task_draft import save_task_draft
from engine.commands.set_variables import WantedValues, set_variables
from engine.commands.sign_task import sign_task
from engine.commands.start_instance import start_instance
from engine.commands.suspend_instance import suspend_instance
from engine.commands.take_back_task import take_back_task
from engine.commands.unclaim_task import unclaim_task
from engine.commands.urge_task import urge_task
from engine.commands.withdraw_instance import withdraw_instance
from engine.execution.immutable import definition
from engine.execution.ways import way_of
from engine.interpreter import Way
from engine.model import EventSubscription, HistoryEvent, Incident, Job, ProcessInstance, UserTask
from engine.organisation import organisation
from engine.queries.returnable import returnable
from tests.execution.operating import Office
from tests.execution.people import People
from tests.interpreter.blocks import THROWN, TOLD, Block
from tests.interpreter.drawing import KEY
from tests.support.working import do_due

EVERYBODY = ["li.na", "wu.tao", "xiao.han", "zhou.min", "sun.yan", "zhao.lei", "zhang.wei"]
OPEN_JOBS = ("CREATED", "FAILED")


def choices(block: Block, chance: random.Random) -> dict[str, object]:
    """Decide what every gateway will do; a loop goes round rarely."""
    found: dict[str, object] = {}
    for one in block.all():
        ways = range(len(one.inner))
        if one.kind == "exc":
            found[one.name] = chance.choice(ways)
        elif one.kind == "inc":
            found[one.name] = chance.sample(ways, chance.randint(1, len(ways)))
        elif one.kind in {"loop", "throw"}:
            found[one.name] = chance.random() < 0.3
    return found


class Crowd:
    """One of them; ``chance`` decides what they do."""

    def __init__(self, people: People, cases: list[int], block: Block, chance: random.Random) -> None:
        self.office, self.people, self.cases, self.block, self.chance = people.office, people, cases, block, chance
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.words = ""
        """What they try now."""

    def anything(self) -> tuple[str, Callable[[], object]]:
        """Choose something to do, as likely as people would."""
        place = self.chance.randrange(len(self.cases))
        case, self.words = self.cases[place], ""
        open_tasks = self.office.rows(case)
        if open_tasks:
            task = self.chance.choice(open_tasks)
            name = self.chance.choice(_LIKELY)
            self.words = f"case {case}, task {task.id} at {task.element_id} of {task.assignee}"
            return name, partial(getattr(self, f"_{name}"), case, task)
        if self.office.state(case) == "ACTIVE":
            return "work", partial(do_due, self.office.database)
        return "start", partial(self._start, place)

    def _start(self, place: int) -> None:
        """Begin another case where one has ended."""
        self.cases[place] = self.office.do(start_instance, "process", choices(self.block, self.chance), "zhang.wei")

    def _do(self, command: Any, *arguments: object, **more: object) -> object:  # noqa: ANN401 - any command
        self.words += f": {arguments} {more}"
        return self.office.do(command, *arguments, **more)

    def _doer(self, task: UserTask) -> str:
        return self.people.doer(task, self.chance)

    def _somebody(self) -> str:
        return self.chance.choice(EVERYBODY)

    # -- with a task ------------------------------------------------------------------------------------

    def _complete(self, _case: int, task: UserTask) -> None:
        if task.parent_task_id is not None:
            self._do(sign_task, task.id, "可以", str(task.assignee), agreed=self.chance.random() < 0.8)
        else:
            self._do(complete_task, task.id, choices(self.block, self.chance), self._doer(task))

    def _claim(self, _case: int, task: UserTask) -> None:
        self._do(claim_task, task.id, self._doer(task))

    def _unclaim(self, _case: int, task: UserTask) -> None:
        self._do(unclaim_task, task.id, self._doer(task))

    def _reassign(self, _case: int, task: UserTask) -> None:
        self._do(reassign_task, task.id, self._somebody(), "出差", self._doer(task))

    def _delegate(self, _case: int, task: UserTask) -> None:
        if task.owner is None:
            self._do(delegate_task, task.id, self._somebody(), "请先看", self._doer(task))
        elif self.chance.random() < 0.5:
            self._do(resolve_task, task.id, "可以", str(task.assignee))
        else:
            self._do(recall_task, task.id, task.owner)

    def _sign(self, _case: int, task: UserTask) -> None:
        position = self.chance.choice(["before", "after", "parallel"])
        wanted = Signers(people=[self._somebody()], position=position, reason="请把关")  # type: ignore[arg-type] # one of three
        self._do(add_signers, task.id, wanted, self._doer(task))

    def _remove(self, _case: int, task: UserTask) -> None:
        self._do(remove_signer, task.id, "不用了", self._doer(task))

    def _return(self, case: int, task: UserTask) -> None:
        with self.office.database.reading() as session:
            of = definition(session, session.get_one(ProcessInstance, case).definition_id)
            targets = list(returnable(session, of, task, organisation(session)))
        if targets:
            straight = self.chance.random() < 0.4
            target = self.chance.choice(targets).token
            self._do(return_task, task.id, target, "请补充", self._doer(task), straight_back=straight)

    def _take_back(self, case: int, _task: UserTask) -> None:
        done = self.office.rows(case, "COMPLETED")[-4:]
        if done:
            task = self.chance.choice(done)
            self._do(take_back_task, task.id, str(task.completed_by))

    def _draft(self, _case: int, task: UserTask) -> None:
        self._do(save_task_draft, task.id, {"opinion": "还没想好"}, self._doer(task))

    def _talk(self, case: int, task: UserTask) -> None:
        how = self.chance.choice(["comment", "copy", "urge"])
        if how == "comment":
            self._do(comment_case, case, "@李娜 请看", "zhang.wei")
        elif how == "copy":
            self._do(copy_task, task.id, [self._somebody()], "请阅", self._doer(task))
        else:
            self._do(urge_task, task.id, "请尽快", "zhang.wei")

    # -- with a case ------------------------------------------------------------------------------------

    def _suspend(self, case: int, _task: UserTask) -> None:
        self._do(suspend_instance, case, "核查", "admin")
        # Whatever others do to it meanwhile.
        self._do(resume_instance, case, "admin")

    def _administer(self, case: int, task: UserTask) -> None:
        how = self.chance.choice(["move", "redo", "correct", "mend"])
        if how == "move":
            to = self.chance.choice([one.name for one in self.block.all() if one.kind in {"task", "many"}])
            moves = [Move(token=task.token, element_id=to, within="inferred")]
            self._do(modify_instance, case, Modification(moves=moves), "走错了", "admin")
        elif how == "redo":
            repeatable = [one.token for one in self._way(case).repeatable()]
            if repeatable:
                self._do(redo_element, case, self.chance.choice(repeatable), "配错了", "admin")
        elif how == "correct":
            wanted = WantedValues(values=choices(self.block, self.chance), reason="填错了")
            self._do(set_variables, case, wanted, "admin")
        else:
            self._mend(case)

    def _way(self, case: int) -> Way:
        with self.office.database.reading() as session:
            process = definition(session, session.get_one(ProcessInstance, case).definition_id).process
            return way_of(session, process, case)

    def _mend(self, case: int) -> None:
        wanted = select(Incident.id).where(Incident.instance_id == case, Incident.resolved_at.is_(None)).limit(1)
        with self.office.database.reading() as session:
            incident = session.scalar(wanted)
        if incident is not None:
            right = choices(self.block, self.chance)
            self._do(resolve_incident, incident, "admin", corrections=right, reason="填错了")

    def _happen(self, _case: int, _task: UserTask) -> None:
        """Let time go by, and what is waited for come."""
        events = [one for one in self.block.all() if one.by in TOLD]
        one = self.chance.choice(events) if events else None
        if one is not None and one.by == "message":
            self._do(publish_message, one.name, KEY, {}, "zhang.wei")
        elif one is not None and one.by == "signal":
            self._do(broadcast_signal, one.name, {}, "zhang.wei")
        else:
            self.office.clock.advance(minutes=self.chance.choice([1, 30, 300]))
        do_due(self.office.database)

    def _end(self, case: int, task: UserTask) -> None:
        how = self.chance.choice(["cancel", "reject", "withdraw"])
        if self.chance.random() < 0.7:
            return
        if how == "cancel":
            self._do(cancel_instance, case, "不做了", "admin")
        elif how == "reject":
            self._do(reject_task, task.id, "不同意", self._doer(task))
        else:
            self._do(withdraw_instance, case, "不需要了", "zhang.wei")


_LIKELY = (
    *["complete"] * 8,
    *["claim"] * 2,
    *["return"] * 3,
    *["take_back"] * 2,
    *["sign"] * 2,
    *["administer"] * 2,
    *["happen"] * 2,
    "unclaim",
    "reassign",
    "delegate",
    "remove",
    "draft",
    "talk",
    "suspend",
    "end",
)


def left_open(office: Office, case: int) -> tuple[dict[int, str], dict[int, str]]:
    """Give what waits in a case by the rows of its tasks, jobs, subscriptions and incidents, and by its history."""
    standing = Standing()
    rows: dict[int, str] = {}
    with office.database.reading() as session:
        found = session.get_one(ProcessInstance, case)
        process = definition(session, found.definition_id).process
        for body in session.scalars(
            select(HistoryEvent.body).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.sequence)
        ):
            standing.follow(json_text.loads(body))
        of_task = UserTask.instance_id == case, UserTask.parent_task_id.is_(None), UserTask.state == "CREATED"
        of_job = Job.instance_id == case, Job.state.in_(OPEN_JOBS)
        of_incident = Incident.instance_id == case, Incident.resolved_at.is_(None)
        for wanted in (
            select(UserTask.token, UserTask.element_id).where(*of_task),
            select(Job.token, Job.element_id).where(*of_job),
            select(EventSubscription.token, EventSubscription.element_id).where(EventSubscription.instance_id == case),
            select(Incident.token, Incident.element_id).where(*of_incident),
        ):
            rows |= {row.token: row.element_id for row in session.execute(wanted)}
    places = {token: name for token, name in standing.places.items() if process.elements[name].event not in THROWN}
    return rows, places if found.state == "ACTIVE" else {}

"""People at work on one random approval: whatever they try is done, or refused in words by what the diagram says."""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from engine.commands.add_signers import Signers, add_signers
from engine.commands.assign_task import assign_task
from engine.commands.begin_handover import begin_handover
from engine.commands.claim_task import claim_task
from engine.commands.complete_task import complete_task
from engine.commands.continue_handover import continue_handover
from engine.commands.create_substitution import WantedSubstitution, create_substitution
from engine.commands.delegate_task import delegate_task
from engine.commands.deploy import deploy
from engine.commands.end_substitution import end_substitution
from engine.commands.reassign_task import reassign_task
from engine.commands.recall_task import recall_task
from engine.commands.redo_element import redo_element
from engine.commands.reject_task import reject_task
from engine.commands.remove_signer import remove_signer
from engine.commands.resolve_task import resolve_task
from engine.commands.resume_instance import resume_instance
from engine.commands.return_task import return_task
from engine.commands.set_variables import WantedValues, set_variables
from engine.commands.sign_task import sign_task
from engine.commands.start_instance import start_instance
from engine.commands.suspend_instance import suspend_instance
from engine.commands.take_back_task import take_back_task
from engine.errors import EngineError, FormInvalidError
from engine.execution.immutable import definition
from engine.execution.ways import way_of
from engine.model import ProcessInstance, Substitution, UserTask, UserTaskCandidate
from engine.organisation import organisation
from engine.queries.returnable import may_take_back, returnable
from tests.execution.approving import PEOPLE, approval
from tests.execution.operating import Office

LIKELY = (
    *["complete"] * 12,
    *["sign", "return", "take_back", "delegate", "time"] * 3,
    *["reassign", "assign", "correct"] * 2,
    *["claim", "remove", "redo", "stand_in", "leave"],
    *["reject", "suspend"],
)


class Approvers:
    """All who act in one case."""

    def __init__(self, office: Office, chance: random.Random) -> None:
        self.office, self.chance = office, chance
        self.steps, files = approval(chance)
        self.initiator = chance.choice(PEOPLE)
        self.tried: list[str] = []
        with office.database.transaction() as session:
            deploy(session, files, "zeng.rui")
            self.case = start_instance(session, "process", {"amount": "7", "remark": "旧"}, self.initiator)

    def act(self) -> None:
        """Do something, as likely as people would."""
        tasks = self.office.rows(self.case)
        name = self.chance.choice(LIKELY) if tasks else "time"
        getattr(self, f"_{name}")(self.chance.choice(tasks) if tasks else None)

    # -- how -------------------------------------------------------------------------------------------

    def _try(self, command: Callable[..., Any], *arguments: object, **more: object) -> EngineError | None:
        """Try a command and give by what it was refused: an error that says something."""
        self.tried.append(f"{command.__name__} {arguments} {more}")
        refused: EngineError | None = None
        try:
            self.office.do(command, *arguments, **more)
        except EngineError as error:
            refused = error
            self.tried[-1] += f": {error}"
        assert refused is None or (str(refused) and type(refused) is not EngineError), "a refusal that says nothing"
        return refused

    def _operate(
        self, task: UserTask, command: Callable[..., Any], *arguments: object, name: str, **more: object
    ) -> EngineError | None:
        """Try an operation on a task: what its step does not offer is refused."""
        refused = self._try(command, task.id, *arguments, **more)
        offers = next((one.offers for one in self.steps if one.id == task.element_id), {"return", "takeBack"})
        assert refused is not None or name in offers, f"{name} is not offered"
        return refused

    def _doer(self, task: UserTask) -> str:
        """Give who may do a task: its holder, who stands in for them, or one who may claim it; rarely anybody."""
        if self.chance.random() < 0.05:
            return self.chance.choice(PEOPLE)
        with self.office.database.reading() as session:
            if task.assignee is not None:
                others = session.scalars(select(Substitution.substitute).where(Substitution.principal == task.assignee))
                acting: list[str] = [task.assignee, *others]
                return self.chance.choice(acting)
            wanted = select(UserTaskCandidate).where(UserTaskCandidate.task_id == task.id)
            known, rows = organisation(session), session.scalars(wanted.order_by(UserTaskCandidate.principal)).all()
        of_groups = [name for one in rows if one.kind == "group" for name in known.members_of(one.principal)]
        return self.chance.choice([*(one.principal for one in rows if one.kind == "user"), *of_groups])

    def _somebody(self) -> str:
        # Whom rules leave out is asked for often.
        return self.chance.choice([self.initiator, self.initiator, *PEOPLE])

    # -- with a task -----------------------------------------------------------------------------------

    def _complete(self, task: UserTask) -> None:
        if task.parent_task_id is not None:
            self._try(sign_task, task.id, "看过", self._doer(task), agreed=self.chance.random() < 0.7)
            return
        decision, opinion = (
            self.chance.choice(["approve", "approve", "reject", "return"]),
            self.chance.choice(["好", ""]),
        )
        values = {"decision": decision, "opinion": opinion, "amount": str(self.chance.randint(10, 99)), "remark": "新"}
        refused = self._try(complete_task, task.id, values, self._doer(task))
        if task.element_id != "start" and task.form_id == "deal":
            silent = decision != "approve" and not opinion
            assert refused is not None or not silent, "nobody refuses without saying why"
            assert silent or not isinstance(refused, FormInvalidError)

    def _claim(self, task: UserTask) -> None:
        self._try(claim_task, task.id, self._doer(task))

    def _reassign(self, task: UserTask) -> None:
        self._operate(task, reassign_task, self._somebody(), "出差", self._doer(task), name="reassign")

    def _assign(self, task: UserTask) -> None:
        self._try(assign_task, task.id, self._somebody(), "admin")

    def _delegate(self, task: UserTask) -> None:
        if task.owner is None:
            self._operate(task, delegate_task, self._somebody(), "请看", self._doer(task), name="delegate")
        elif self.chance.random() < 0.7:
            self._try(resolve_task, task.id, "可以", self._doer(task))
        else:
            self._try(recall_task, task.id, task.owner)

    def _sign(self, task: UserTask) -> None:
        position = self.chance.choice(["before", "after", "after", "parallel"])
        wanted = Signers(people=[self._somebody()], position=position, reason="请看")  # type: ignore[arg-type] # one of three
        self._operate(task, add_signers, wanted, self._doer(task), name="addSign")

    def _remove(self, task: UserTask) -> None:
        self._operate(task, remove_signer, "不用了", self.chance.choice([self._doer(task), "admin"]), name="removeSign")

    def _return(self, task: UserTask) -> None:
        with self.office.database.reading() as session:
            of = definition(session, session.get_one(ProcessInstance, self.case).definition_id)
            targets = returnable(session, of, session.get_one(UserTask, task.id), organisation(session))
        if targets:
            to, straight = self.chance.choice(targets), self.chance.random() < 0.4
            self._operate(task, return_task, to.token, "请改", self._doer(task), name="return", straight_back=straight)

    def _take_back(self, _task: UserTask) -> None:
        rows = [*self.office.rows(self.case, "COMPLETED")[-4:], *self.office.rows(self.case)]
        done = [one for one in rows if one.completed_by or (one.pending or {}).get("signing")]
        if not done:
            return
        one = self.chance.choice(done)
        with self.office.database.reading() as session:
            of = definition(session, session.get_one(ProcessInstance, self.case).definition_id)
            may = may_take_back(session, of, session.get_one(UserTask, one.id))
        whose = one.completed_by or one.assignee
        refused = self._operate(one, take_back_task, whose, name="takeBack")
        assert refused is not None or may, "nobody is offered what they have taken back"

    def _reject(self, task: UserTask) -> None:
        if self.chance.random() < 0.2:
            self._operate(task, reject_task, "不行", self._doer(task), name="reject")

    # -- with the case, and with people ------------------------------------------------------------------

    def _time(self, _task: UserTask | None) -> None:
        self.office.clock.advance(hours=self.chance.choice([0.1, 1, 3, 6]))
        self.tried.append("time goes by")
        self.office.work()

    def _suspend(self, task: UserTask) -> None:
        self._try(suspend_instance, self.case, "核查", "admin")
        assert self._try(complete_task, task.id, {"decision": "approve"}, self._doer(task)) is not None
        self._try(resume_instance, self.case, "admin")

    def _redo(self, _task: UserTask) -> None:
        with self.office.database.reading() as session:
            of = definition(session, session.get_one(ProcessInstance, self.case).definition_id)
            tokens = [one.token for one in way_of(session, of.process, self.case).repeatable()]
        if tokens:
            self._try(redo_element, self.case, self.chance.choice(tokens), "配错了", "admin")

    def _correct(self, _task: UserTask) -> None:
        values = {"amount": self.chance.randint(100, 999)}
        self._try(set_variables, self.case, WantedValues(values=values, reason="填错了"), "admin")

    def _stand_in(self, task: UserTask) -> None:
        now = self.office.clock.moment
        with self.office.database.reading() as session:
            holding = session.execute(select(Substitution.id, Substitution.principal).where(Substitution.ends_at > now))
            running: Sequence[Any] = holding.all()
        if running and self.chance.random() < 0.5:
            one = self.chance.choice(running)
            self._try(end_substitution, one.id, one.principal)
            return
        principal, ends_at = task.assignee or self._somebody(), now + dt.timedelta(hours=self.chance.choice([4, 40]))
        wanted = WantedSubstitution(
            principal=principal, substitute=self._somebody(), starts_at=now, ends_at=ends_at, reason="出差"
        )
        self._try(create_substitution, wanted, principal)

    def _leave(self, task: UserTask) -> None:
        leaver, successor = task.assignee or self._somebody(), self._somebody()
        if leaver != successor:
            number = self.office.do(begin_handover, leaver, successor, "离职", "admin")
            self.tried.append(f"{leaver} leaves, {successor} comes")
            while self.office.do(continue_handover, number):
                pass

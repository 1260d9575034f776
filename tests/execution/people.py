"""Who does the tasks of random cases: two share some of them and claim those, and others stand in for the two."""

import datetime as dt
import random

import pytest
from sqlalchemy import func, select

from engine.commands.claim_task import claim_task
from engine.commands.complete_task import complete_task
from engine.commands.create_substitution import WantedSubstitution, create_substitution
from engine.commands.end_substitution import end_substitution
from engine.commands.unclaim_task import unclaim_task
from engine.errors import ForbiddenError, InvalidError
from engine.model import UserTask, UserTaskCandidate
from tests.execution.operating import Office

SHARING = ["li.na", "wu.tao"]
SUBSTITUTE = "xiao.han"
STANDING_IN = {"li.na": SUBSTITUTE, "wu.tao": "li.na"}
"""Who stands in for whom: for 吴涛 also whoever stands in for 李娜."""


class People:
    """Those who act in all cases of one office."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._numbers = {principal: self._begin(principal) for principal in STANDING_IN}

    def _begin(self, principal: str) -> int:
        now = self.office.clock.moment
        wanted = WantedSubstitution(
            principal=principal,
            substitute=STANDING_IN[principal],
            starts_at=now,
            ends_at=now + dt.timedelta(days=3650),
            reason="出差",
        )
        number: int = self.office.do(create_substitution, wanted, principal)
        return number

    def acting_for(self, holder: str | None, chance: random.Random) -> str:
        """Give who acts for the one who has a task: that person, as often as not."""
        assert holder is not None
        return chance.choice([holder, SUBSTITUTE]) if holder in STANDING_IN else holder

    def doer(self, task: UserTask, chance: random.Random) -> str:
        """Give who does a task that somebody has, or that nobody has claimed."""
        return self.acting_for(task.assignee or chance.choice(SHARING), chance)

    def claim(self, task: UserTask, chance: random.Random) -> None:
        """Claim a task that nobody has, and perhaps think better of it."""
        self.office.do(claim_task, task.id, self.doer(task, chance))
        if chance.random() < 0.3:
            self.unclaim(self._now(task), chance)

    def unclaim(self, task: UserTask, chance: random.Random) -> None:
        """Put a task back for the others, one of whom claims it; what is for one person only stays theirs."""
        if not self._is_shared(task):
            with pytest.raises(InvalidError):
                self.office.do(unclaim_task, task.id, task.assignee)
            return
        self.office.do(unclaim_task, task.id, task.assignee)
        with pytest.raises(ForbiddenError):
            self.office.do(claim_task, task.id, "zhou.min")
        self.office.do(claim_task, task.id, self.acting_for(chance.choice(SHARING), chance))

    def come_back(self, task: UserTask, chance: random.Random) -> None:
        """Let somebody be back for a while, so that nobody acts for them; then they leave again."""
        if task.assignee not in STANDING_IN:
            return
        principal = chance.choice([task.assignee, "li.na"])
        self.office.do(end_substitution, self._numbers[principal], principal)
        with pytest.raises(ForbiddenError):
            self.office.do(complete_task, task.id, {}, SUBSTITUTE)
        self._numbers[principal] = self._begin(principal)

    def _is_shared(self, task: UserTask) -> bool:
        wanted = select(func.count()).select_from(UserTaskCandidate).where(UserTaskCandidate.task_id == task.id)
        with self.office.database.reading() as session:
            return bool(session.scalar(wanted))

    def _now(self, task: UserTask) -> UserTask:
        return next(row for row in self.office.rows(task.instance_id) if row.id == task.id)

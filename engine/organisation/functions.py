"""The functions on organisation and calendar that FEEL rules of a diagram may call."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

from engine.clock import SHANGHAI
from engine.feel import HostFunction
from engine.organisation.calendar import working_days_after
from engine.organisation.snapshot import Organisation


class Reads:
    """What the functions answered: stored with the result of a rule as its proof, and with each step for a replay."""

    def __init__(self) -> None:
        self._reads: list[object] = []
        self._all: dict[str, object] = {}

    def add(self, call: str, answer: object) -> None:
        """Note one answer."""
        self._reads.append({"call": call, "answer": answer})
        self._all[call] = answer

    def everything(self) -> dict[str, object]:
        """Give call → answer of the whole step: one organisation and one clock always answer alike."""
        return dict(self._all)

    def take(self) -> list[object]:
        """Give what was noted and forget it."""
        reads, self._reads = self._reads, []
        return reads


def functions(organisation: Organisation, reads: Reads) -> Mapping[str, HostFunction]:
    """Give the functions over one state of the organisation; every answer is noted in ``reads``."""

    def noted(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            answer = function(*arguments)
            shown = ", ".join(str(argument) for argument in arguments if argument is not None)
            reads.add(f"{name}({shown})", answer.isoformat() if isinstance(answer, dt.datetime) else answer)
            return answer

        return call

    def superior_of(user: object, level: object = None) -> str | None:
        above = organisation.superiors_of(str(user))
        wanted = int(level) if isinstance(level, (Decimal, int)) else 1
        return above[wanted - 1] if 1 <= wanted <= len(above) else None

    def head_of(department: object) -> str | None:
        return organisation.heads.get(str(department))

    def department_of(user: object) -> str | None:
        person = organisation.people.get(str(user))
        return person.department if person is not None else None

    def name_of(user: object) -> str:
        return organisation.display_name(str(user))

    def members_of(name: object) -> list[str]:
        return organisation.members_of(str(name))

    return {
        "superior of": HostFunction(("user", "level"), noted("superior of", superior_of), optional=1),
        "head of": HostFunction(("department",), noted("head of", head_of)),
        "department of": HostFunction(("user",), noted("department of", department_of)),
        "name of": HostFunction(("user",), noted("name of", name_of)),
        "members of": HostFunction(("group",), noted("members of", members_of)),
        "holders of": HostFunction(("post",), noted("holders of", members_of)),
        "working days after": HostFunction(("date", "days"), noted("working days after", _working_days_after)),
    }


def _working_days_after(date: object, days: object) -> dt.datetime | None:
    if not isinstance(days, (Decimal, int)):
        return None
    if isinstance(date, dt.datetime):
        start = date if date.tzinfo is not None else date.replace(tzinfo=SHANGHAI)
    elif isinstance(date, dt.date):
        start = dt.datetime.combine(date, dt.time(), SHANGHAI)
    else:
        return None
    return working_days_after(start, int(days))

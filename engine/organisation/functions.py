"""The functions on organisation and calendar that FEEL rules of a diagram may call."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial

from engine.clock import SHANGHAI
from engine.feel import HostFunction
from engine.organisation.calendar import working_days_after, working_hours_after
from engine.organisation.snapshot import Organisation


class Reads:
    """What the functions answered: stored with the result of a rule as its proof, and with each step for a replay."""

    def __init__(self) -> None:
        self._reads: list[object] = []
        self._all: dict[str, object] = {}
        self._times: dict[str, int] = {}

    def add(self, call: str, answer: object) -> None:
        """Note one answer."""
        self._reads.append({"call": call, "answer": answer})
        self._all[call] = answer

    def numbered(self, call: str) -> str:
        """Name a call that answers differently each time by how often it came in this step: from the second on."""
        times = self._times[call] = self._times.get(call, 0) + 1
        return call if times == 1 else f"{call.removesuffix(')')}, #{times})"

    def everything(self) -> dict[str, object]:
        """Give call → answer of the whole step: one organisation and one clock always answer alike."""
        return dict(self._all)

    def take(self) -> list[object]:
        """Give what was noted and forget it."""
        reads, self._reads = self._reads, []
        return reads


Take = Callable[[str, Sequence[str]], str | None]
"""Gives whose turn it is in a rotation, among people."""

TAKES_A_TURN = frozenset({"rotate"})
"""Functions that answer differently each time they are asked."""

GIVES_A_MOMENT = frozenset({"working days after", "working hours after"})
"""Functions whose answers are noted as text."""


def called(name: str, arguments: Sequence[object], reads: Reads) -> str:
    """Write a call as it is noted and found again by a replay."""
    given = [argument for argument in arguments if argument is not None]
    shown = ", ".join("、".join(map(str, one)) if isinstance(one, list) else str(one) for one in given)
    call = f"{name}({shown})"
    return reads.numbered(call) if name in TAKES_A_TURN else call


def _no_turns(_key: str, _people: Sequence[str]) -> None:
    """Give nobody: where no case is at work nobody's turn may pass."""


class _Functions(Mapping[str, HostFunction]):
    """The functions by name, each made when it is asked for: most steps call none."""

    def __init__(self, organisation: Organisation, reads: Reads, take_turn: Take) -> None:
        self._organisation, self._reads, self._take_turn = organisation, reads, take_turn

    def __getitem__(self, name: str) -> HostFunction:
        """Give a function."""
        parameters, optional, answer = _FUNCTIONS[name]
        own = self._rotate if answer is None else partial(answer, self._organisation)
        return HostFunction(parameters, _noted(self._reads, name, own), optional=optional)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a function of that name."""
        return name in _FUNCTIONS

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(_FUNCTIONS)

    def __len__(self) -> int:
        """Give how many there are."""
        return len(_FUNCTIONS)

    def _rotate(self, group: object, key: object) -> str | None:
        return self._take_turn(str(key), _people(self._organisation, group))


def functions(organisation: Organisation, reads: Reads, take_turn: Take = _no_turns) -> Mapping[str, HostFunction]:
    """Give the functions over one state of the organisation; every answer is noted in ``reads``."""
    return _Functions(organisation, reads, take_turn)


def _superior_of(organisation: Organisation, user: object, level: object = None) -> str | None:
    above = organisation.superiors_of(str(user))
    wanted = int(level) if isinstance(level, (Decimal, int)) else 1
    return above[wanted - 1] if 1 <= wanted <= len(above) else None


def _head_of(organisation: Organisation, department: object) -> str | None:
    return organisation.heads.get(str(department))


def _department_of(organisation: Organisation, user: object) -> str | None:
    person = organisation.people.get(str(user))
    return person.department if person is not None else None


def _name_of(organisation: Organisation, user: object) -> str:
    return organisation.display_name(str(user))


def _members_of(organisation: Organisation, name: object) -> list[str]:
    return organisation.members_of(str(name))


def _noted(reads: Reads, name: str, function: Callable[..., object]) -> Callable[..., object]:
    """Let a function's answers be noted."""

    def call(*arguments: object) -> object:
        answer = function(*arguments)
        asked = called(name, arguments, reads)
        reads.add(asked, answer.isoformat() if isinstance(answer, dt.datetime) else answer)
        return answer

    return call


def _people(organisation: Organisation, group: object) -> list[str]:
    """Give the active people of a group by its name, or of a list of usernames."""
    named = map(str, group) if isinstance(group, list) else organisation.members_of(str(group))
    return [username for username in named if organisation.is_active(username)]


def _working_days_after(_organisation: Organisation, date: object, days: object) -> dt.datetime | None:
    start = _start(date)
    return working_days_after(start, int(days)) if start is not None and isinstance(days, (Decimal, int)) else None


def _working_hours_after(_organisation: Organisation, date: object, hours: object) -> dt.datetime | None:
    start = _start(date)
    if start is None or not isinstance(hours, (Decimal, int)):
        return None
    return working_hours_after(start, Decimal(hours))


def _start(date: object) -> dt.datetime | None:
    """Give the moment that is counted from: a date begins at midnight in Shanghai."""
    if isinstance(date, dt.datetime):
        return date if date.tzinfo is not None else date.replace(tzinfo=SHANGHAI)
    return dt.datetime.combine(date, dt.time(), SHANGHAI) if isinstance(date, dt.date) else None


_FUNCTIONS: Mapping[str, tuple[tuple[str, ...], int, Callable[..., object] | None]] = {
    "superior of": (("user", "level"), 1, _superior_of),
    "head of": (("department",), 0, _head_of),
    "department of": (("user",), 0, _department_of),
    "name of": (("user",), 0, _name_of),
    "members of": (("group",), 0, _members_of),
    "holders of": (("post",), 0, _members_of),
    "rotate": (("group", "key"), 0, None),
    "working days after": (("date", "days"), 0, _working_days_after),
    "working hours after": (("date", "hours"), 0, _working_hours_after),
}
"""Of each its parameters, how many of them may be left out, and what answers; rotations are answered by the case."""

"""Fair rotation: whose turn it is, stored so that it holds for all cases, all machines and every restart."""

import datetime as dt
from collections.abc import Sequence
from contextlib import AbstractContextManager

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.interpreter import StuckError
from engine.model import Rotation, Substitution


class Turns:
    """Takes turns in the transaction of the case that asks: a turn is taken exactly when the case has its person."""

    def __init__(self, session: Session, now: dt.datetime) -> None:
        self._session = session
        self._now = now
        self._taken: list[tuple[str, str | None]] = []
        """The rotations that moved on, each with who was last before."""

    def take(self, key: str, people: Sequence[str]) -> str | None:
        """Give whose turn it is among ``people`` and let the next one's come; None where there is nobody.

        Whoever is stood in for in all processes is absent and passed over; where all are, their substitutes do it.
        The order is that of the usernames. Who was last is stored, not a count: whoever joins, leaves or is absent
        changes nobody else's turn, and as long as nobody does each of k people gets n of any n·k turns.
        """
        if not people:
            return None
        last = self._lock(key)
        absent = self._absent(people)
        chosen = following([one for one in people if one not in absent] or people, last)
        self._session.execute(update(Rotation).where(Rotation.key == key).values(last=chosen))
        self._taken.append((key, last))
        return chosen

    def attempt(self) -> AbstractContextManager[None]:
        """Give back the turns taken in a block that gets stuck: the one who is next is still next."""
        return _Attempt(self)

    def taken(self) -> int:
        """Give how many turns were taken and not given back."""
        return len(self._taken)

    def give_back(self, number: int) -> None:
        """Give back the last turns until only a number of them is left."""
        while len(self._taken) > number:
            key, last = self._taken.pop()
            given_back = update(Rotation).where(Rotation.key == key)
            self._session.execute(given_back.values(last=last, turns=Rotation.turns - 1))

    def _absent(self, people: Sequence[str]) -> frozenset[str]:
        """Give who is away now: the one for whom somebody stands in whatever the process."""
        statement = select(Substitution.principal).where(
            Substitution.principal.in_(people),
            Substitution.process_ids.is_(None),
            Substitution.starts_at <= self._now,
            Substitution.ends_at > self._now,
        )
        return frozenset(self._session.scalars(statement))

    def _lock(self, key: str) -> str | None:
        """Count a turn and give who was last. The row stays locked until the case is committed: others wait for it."""
        dialect = postgresql if self._session.get_bind().dialect.name == "postgresql" else sqlite
        counted = dialect.insert(Rotation).values(key=key, last=None, turns=1)
        statement = counted.on_conflict_do_update(
            index_elements=[Rotation.key], set_={"turns": Rotation.turns + 1}
        ).returning(Rotation.last)
        last: str | None = self._session.execute(statement).scalar_one()
        return last


class _Attempt(AbstractContextManager[None]):
    """A block that may get stuck. A class of its own, since every element is passed in one."""

    def __init__(self, turns: Turns) -> None:
        self._turns, self._before = turns, turns.taken()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, StuckError):
            self._turns.give_back(self._before)


def following(people: Sequence[str], last: str | None) -> str:
    """Give the one who comes after ``last`` in the order of the usernames, be ``last`` there or not."""
    order = sorted(set(people))
    return next((person for person in order if last is not None and person > last), order[0])

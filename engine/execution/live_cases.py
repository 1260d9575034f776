"""Cases that stay awake in this process from one command to the next, so that a step need not read their whole state.

A case is found by the very bytes of its state, which the statement that locks it has read. So it does not matter what
another process, a failure or a rollback has done meanwhile: other bytes are another state, and it is read as ever.
Only what is committed stays awake; while a command works on a case nobody else can have it.
"""

import threading
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from engine.database import run_after_commit
from engine.interpreter import Case, Environment, Live, Outcome, Specification

if TYPE_CHECKING:
    from engine.execution.locked import LockedCase

MOST = 11_000
"""About how many kB all of them take together; the least used go first."""
_AWAKE = "awake_cases"


class LiveCases:
    """The cases that are awake, by their numbers."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._known: OrderedDict[int, tuple[bytes, Specification, Live, int]] = OrderedDict()
        """The state of each, its version, the case itself and how big it is."""
        self._size = 0

    def take(self, instance_id: int, body: bytes, specification: Specification) -> Live | None:
        """Give and forget a case whose state has exactly these bytes."""
        with self._guard:
            known = self._known.pop(instance_id, None)
            self._size -= known[3] if known is not None else 0
        return known[2] if known is not None and known[0] == body and known[1] is specification else None

    def keep(self, instance_id: int, body: bytes, specification: Specification, live: Live) -> None:
        """Keep a case, and forget those that were not used for longest where they are too big together.

        One that is too big by itself is not kept: all the others would go for it.
        """
        size = live.size
        with self._guard:
            known = self._known.pop(instance_id, None)
            self._size -= known[3] if known is not None else 0
            if size > self._most:
                return
            self._known[instance_id] = body, specification, live, size
            self._size += size
            while self._size > self._most:
                self._size -= self._known.popitem(last=False)[1][3]

    def clear(self) -> None:
        """Forget all of them."""
        with self._guard:
            self._known.clear()
            self._size = 0


LIVE = LiveCases()
"""The cases that are awake in this process."""


def wake(session: Session, instance: Any, specification: Specification, environment: Environment) -> Case:  # noqa: ANN401 - a row
    """Wake a locked case, or go on with it where it is still awake."""
    live = LIVE.take(instance.id, instance.body, specification)
    if live is None:
        case = Case.wake(instance.body, specification, environment)
    else:
        case = Case.resume(live, specification, environment)
    session.info.setdefault(_AWAKE, {})[instance.id] = case
    return case


def stay_awake(locked: "LockedCase", outcome: Outcome) -> None:
    """Let a case stay awake when this transaction is committed, if what is stored is what it has come to."""
    case: Case | None = locked.session.info.get(_AWAKE, {}).pop(locked.instance.id, None)
    if case is not None:
        keep_awake(locked.session, locked.instance.id, case, locked.definition.specification, outcome)


def keep_awake(session: Session, instance_id: int, case: Case, specification: Specification, outcome: Outcome) -> None:
    """Let a case that was just begun, or gone on with, stay awake when this transaction is committed."""
    run_after_commit(session, partial(_keep, instance_id, case, specification, outcome.body))


def stay_awake_as_it_was(locked: "LockedCase") -> None:
    """Let a case stay awake when this transaction is committed, if it was only asked for its variables."""
    case: Case | None = locked.session.info.get(_AWAKE, {}).pop(locked.instance.id, None)
    live = case.rest_as_it_was() if case is not None else None
    if live is not None:
        run_after_commit(
            locked.session,
            partial(LIVE.keep, locked.instance.id, locked.instance.body, locked.definition.specification, live),
        )


def _keep(instance_id: int, case: Case, specification: Specification, body: bytes) -> None:
    live = case.rest(body)
    if live is not None:
        LIVE.keep(instance_id, body, specification, live)

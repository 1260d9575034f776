"""Tell a signal to everything that waits for it."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine.execution.subscriptions import throw_signals


def broadcast_signal(session: Session, name: str, variables: Mapping[str, object], actor: str) -> int:
    """Tell a signal to all waiting tokens and start events; give how many got it. Nobody keeps a signal.

    The history of each case that gets it names who told it.
    """
    return throw_signals(session, [name], variables, {"person": actor})

"""What a step caused, added to its event: the auditor's view and the proof of a replay."""

from engine.audit.caused import caused
from engine.audit.chain import NewEvent
from engine.interpreter import Outcome

_ALWAYS = frozenset({"passages", "waiting", "moved", "changes"})
"""What every event of a step says, be it that there was nothing; the rest it says where there was any."""


def with_effects(event: NewEvent, outcome: Outcome) -> NewEvent:
    """Add to an event what its step caused."""
    stuck = [
        {"token": s.token, "element": s.element.id, "code": s.code, "message": s.message, "facts": s.facts}
        for s in outcome.stuck
    ]
    found = {**caused(outcome), "reads": outcome.reads, "stuck": stuck}
    always = _ALWAYS | {"ended_at"} if outcome.ended else _ALWAYS
    return NewEvent(
        kind=event.kind,
        actor=event.actor,
        body={**event.body, **{name: what for name, what in found.items() if what or name in always}},
        element_id=event.element_id,
        token=event.token,
        on_behalf_of=event.on_behalf_of,
    )

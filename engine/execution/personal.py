"""Personal data of a process: where its cases hold them, for everybody who writes or reads a text about a case."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import forms
from engine.execution.immutable import Definition, form
from engine.forms import Veil
from engine.model import Register


def veil_over(session: Session, of: Definition, *known: Mapping[str, object]) -> Veil:
    """Give what hides the personal data of a version's cases: of all its forms, and of the registers it reads.

    ``known`` are values whose words are kept wherever they stand. A process whose forms pick from no register and
    whose diagram asks none costs no statement: its forms come from memory.
    """
    bound = [form(session, key) for key in of.forms.values()]
    places = frozenset(place for one in bound for place in forms.personal_places(one))
    reads = any(map(forms.picked_registers, bound)) or any(
        (element.job_type or "").startswith("register.") for element in of.process.elements.values()
    )
    return Veil(places=places, registers=_registers(session) if reads else {}).over(*known)


def _registers(session: Session) -> dict[str, frozenset[forms.Place]]:
    rows = session.execute(select(Register.name, Register.personal))
    return {row.name: frozenset(map(tuple, row.personal)) for row in rows if row.personal}

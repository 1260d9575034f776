"""Whether a submitted form is right, and what it then says."""

from collections.abc import Mapping

from engine.clock import Clock
from engine.errors import FieldProblem, FormInvalidError
from engine.forms.instances import Instance, collect
from engine.forms.picking import Finder
from engine.forms.resolving import resolve
from engine.forms.schema import Form


def check(
    form: Form,
    submitted: Mapping[str, object],
    stored: Mapping[str, object],
    *,
    clock: Clock | None = None,
    finder: Finder | None = None,
) -> dict[str, object]:
    """Give the accepted values of a submission, nested as the keys say.

    Numbers are ``Decimal``, dates and times ISO texts, files lists of document references. Readonly fields come
    from ``stored``, expressions are computed, hidden and disabled fields are left out; nothing the form doesn't ask
    for is taken. ``finder`` knows what pickers offer: without one they take only what is stored already. That a
    document reference is genuine must be known beforehand: no store can be asked here.

    Raises:
        FormInvalidError: with the first problem of each field that has one.

    """
    instances = resolve(form, stored, submitted, clock=clock, finder=finder)
    problems = dict(_problems(instances))
    if problems:
        raise FormInvalidError(problems)
    accepted: dict[str, object] = {}
    for instance in instances:
        collect(instance, accepted, disabled=False)
    return accepted


def _problems(instances: tuple[Instance, ...]) -> list[tuple[str, FieldProblem]]:
    return [(one.name, one.problem) for top in instances for one in top.walk() if one.problem]

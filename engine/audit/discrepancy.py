"""What a check of the evidence finds, in a sentence for people."""

from dataclasses import dataclass

from engine.errors import Finding


@dataclass(frozen=True, kw_only=True)
class Discrepancy(Finding):
    """Something that is not as the program wrote it; ``facts`` fill the sentence."""

    instance_id: int | None = None
    """The case it is about."""
    sequence: int | None = None
    """The event it is about."""
    column: str | None = None
    """The column that was altered, as far as the rest of the evidence can tell."""


def discrepancy(
    code: str,
    message: str,
    *,
    case: int | None = None,
    sequence: int | None = None,
    column: str | None = None,
    **facts: object,
) -> Discrepancy:
    """Make a discrepancy; ``case`` and ``sequence`` may be used in the sentence, too."""
    return Discrepancy(
        severity="error",
        code=code,
        message=message,
        facts={"case": case, "sequence": sequence, **facts},
        instance_id=case,
        sequence=sequence,
        column=column,
    )

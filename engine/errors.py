"""The one tree of errors, and the findings of a check.

Texts are Chinese templates for ``str.format``; whoever shows one translates the template first and
fills in the facts afterwards, so the engine needs to know nobody's language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


def mark(text: str) -> str:
    """Mark a literal for the message catalogue and return it unchanged."""
    return text


class EngineError(Exception):
    """A request was refused; nothing was changed.

    ``message`` is the template, ``facts`` fill it; ``where`` names the field, element or line at fault.
    """

    def __init__(self, message: str, *, where: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.facts = facts

    def __str__(self) -> str:
        return self.message.format(**self.facts)


class NotFoundError(EngineError):
    """What was asked for does not exist, or the asker may not know that it does."""


class ForbiddenError(EngineError):
    """The actor may not do this."""


class ConflictError(EngineError):
    """Somebody else was first; the actor should look again."""


class GoneError(ConflictError):
    """What was waiting is no longer there: the case went on, or has ended."""


class SuspendedError(ConflictError):
    """An administrator lets the case rest: what is asked for has to wait until it is resumed."""


class CollidedError(ConflictError):
    """Two transactions waited for each other, so the database gave up this one: the same again will most likely do."""


class InvalidError(EngineError):
    """The input is wrong; ``where`` says which part."""


class UnauthenticatedError(EngineError):
    """The name and secret do not belong together, or a token has ended."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One result of checking a diagram, form or table before publication."""

    severity: Literal["error", "warning"]
    """An error forbids publication; a warning is shown."""
    code: str
    """A stable snake_case name of the rule, for tests and documentation."""
    message: str
    """What is wrong and what to do, a template for ``facts``."""
    facts: dict[str, object] = field(default_factory=dict)
    resource: str | None = None
    """The name of the file."""
    element: str | None = None
    """The id of the BPMN element, form component key or DMN rule."""
    name: str | None = None
    """The label of that element as people know it."""
    line: int | None = None
    """The line in the file, counted from 1."""

    def __str__(self) -> str:
        return self.message.format(**self.facts)


class UnpublishableError(InvalidError):
    """Files that were handed in can't be published; ``findings`` says why, most serious first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            mark("不能发布：发现 {count} 个问题，第一个：{first}"),
            count=len(findings),
            first=str(findings[0]) if findings else "",
        )
        self.findings = list(findings)


class UnmigratableError(InvalidError):
    """A case can't go on under another version; ``findings`` has a reason for each token."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            mark("不能迁移：发现 {count} 个问题，第一个：{first}"),
            where="mappingInstructions",
            count=len(findings),
            first=findings[0] if findings else "",
        )
        self.findings = list(findings)


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of a form, in a sentence that can be translated."""

    message: str
    """What is wrong and what to do, a template for ``facts``."""
    facts: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.facts)


class FormInvalidError(InvalidError):
    """A submitted form is wrong; ``problems`` has one for each field, by its path (``contacts[0].phone``)."""

    def __init__(self, problems: Mapping[str, FieldProblem]) -> None:
        super().__init__(mark("表单有 {count} 处需要修改。"), count=len(problems))
        self.problems = dict(problems)

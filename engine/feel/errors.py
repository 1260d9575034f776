"""What can go wrong: a text that is no FEEL, a limit that was reached, and warnings beside a null."""

from dataclasses import dataclass, field

from engine.errors import InvalidError
from engine.feel.messages import Text


class FeelError(InvalidError):
    """An expression has no value; the only exception that ``engine.feel`` raises.

    ``str()`` is Chinese, ``english`` the same sentence in English.
    """

    def __init__(self, text: Text, /, *, where: str | None = None, **facts: object) -> None:
        super().__init__(text.chinese, where=where, **facts)
        self.text = text

    @property
    def english(self) -> str:
        """Give the sentence in English."""
        return self.text.in_english(self.facts)

    def fresh(self) -> "FeelError":
        """Give the same error without a past: one that is kept must not keep the frames it was raised in."""
        return type(self)(self.text, where=self.where, **self.facts)


class FeelSyntaxError(FeelError):
    """The text is no FEEL; ``line`` and ``column`` count from 1, ``expected`` says what belongs there."""

    def __init__(self, text: Text, *, line: int, column: int, expected: Text, found: str | Text) -> None:
        super().__init__(text, where=f"{line}:{column}", line=line, column=column, expected=expected, found=found)
        self.line = line
        self.column = column
        self.expected = expected.chinese
        self.expected_english = expected.english
        self._parts = (expected, found)

    def fresh(self) -> "FeelSyntaxError":
        """Give the same error without a past."""
        expected, found = self._parts
        return FeelSyntaxError(self.text, line=self.line, column=self.column, expected=expected, found=found)


class FeelLimitError(FeelError):
    """The expression asks for more steps, depth or space than anyone gets."""


@dataclass(frozen=True)
class FeelWarning:
    """Why a part of an expression became null.

    DMN 1.5 section 10.3.2.13 lets an error give null and be reported beside the value.
    """

    text: Text
    line: int
    """Counted from 1; 0 where the value came from outside the text."""
    column: int
    facts: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.in_chinese(self.facts)

    @property
    def message(self) -> str:
        """Give the Chinese template that ``facts`` fill."""
        return self.text.chinese

    @property
    def english(self) -> str:
        """Give the sentence in English."""
        return self.text.in_english(self.facts)

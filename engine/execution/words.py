"""What people write beside an act, why or what they think: history keeps it for ever, so it is bounded."""

from engine.errors import InvalidError, mark

LONGEST = 2000
"""Characters that somebody still reads."""


def words(text: str, where: str = "reason") -> str:
    """Give what somebody wrote without the space around it. Raises InvalidError for what nobody would read."""
    text = text.strip()
    if len(text) > LONGEST:
        raise InvalidError(
            mark("最多 {limit} 个字，现在是 {length} 个。"), where=where, limit=LONGEST, length=len(text)
        )
    return text


def required_words(text: str, where: str, otherwise: str) -> str:
    """Give what somebody had to write; ``otherwise`` says what is missing. Raises InvalidError."""
    text = words(text, where)
    if not text:
        raise InvalidError(otherwise, where=where)
    return text


def required_reason(text: str) -> str:
    """Give why somebody does something. Raises InvalidError where nothing is said, or too much."""
    return required_words(text, "reason", mark("请填写原因。"))

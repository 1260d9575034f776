"""Numbers for passages through elements: they have no rows of their own."""

from typing import Any

from sqlalchemy import func

from engine.model import ProcessInstance

ROOT_CASE = func.coalesce(ProcessInstance.root_id, ProcessInstance.id)
"""The case at the beginning of the calls that led to one; itself where nobody called it."""


def passage_number(instance_id: Any, token: Any) -> Any:  # noqa: ANN401 - numbers, or columns that hold them
    """Give the number of a token's passage: the case in the upper bits, the token in the lower 32."""
    return instance_id * 2**32 + token


def passage_of(number: int) -> tuple[int, int]:
    """Give the case and the token that a number stands for; a number of nothing gives a case that doesn't exist."""
    instance_id, token = divmod(number, 2**32)
    # Beyond what the columns hold, PostgreSQL would fail instead of finding nothing.
    return (instance_id, token) if 0 < instance_id < 2**31 and token < 2**31 else (0, 0)

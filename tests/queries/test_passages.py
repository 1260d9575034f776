"""Numbers of passages: whatever a program asks for, it is a passage or none, and never more than a column holds."""

import pytest

from engine.queries.passages import passage_number, passage_of


def test_a_number_stands_for_its_case_and_token() -> None:
    assert passage_of(passage_number(12, 7)) == (12, 7)
    assert passage_of(passage_number(12, 0)) == (12, 0)


@pytest.mark.parametrize("number", [-20, -1, 0, 7, 2**63 - 1, 2**200, passage_number(12, 2**31)])
def test_a_number_of_nothing_gives_a_case_that_does_not_exist(number: int) -> None:
    assert passage_of(number) == (0, 0)

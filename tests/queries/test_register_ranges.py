"""Lists of registers are narrowed by ranges of days and of numbers, on both kinds of database."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from engine.queries.people import find_person
from engine.queries.registers import EntryFilter, list_entries, view_register
from engine.registers import Writer, add_entry, require_register
from tests.support.company import Company

NOTHING: Mapping[str, Any] = MappingProxyType({})
SIZES = {"甲": Decimal("99.99"), "乙": Decimal(100), "丙": Decimal("1000.50"), "丁": "", "戊": "很多", "己": None}


@pytest.fixture
def sized(company: Company) -> Company:
    """Write channels of several sizes; some of them were written before their field was a number."""
    with company.database.transaction() as session:
        channel = require_register(session, "channel")
        writer = Writer(session=session, now=company.clock(), username="system")
        for day, (name, size) in enumerate(SIZES.items(), start=1):
            values = {"channel_name": name, "expected_business_size": size, "filing_date": f"2026-03-{day:02}"}
            add_entry(writer, channel, "已备案", values)
    return company


def found(company: Company, days: Mapping[str, Any] = NOTHING, numbers: Mapping[str, Any] = NOTHING) -> str:
    with company.database.reading() as session:
        person = find_person(session, "li.na")
        assert person is not None
        register = view_register(session, person, "channel")
        page = list_entries(session, register, EntryFilter(sort="number", days=days, numbers=numbers), 1)
        return "".join(row.title for row in page.rows)


def test_numbers_are_compared_as_numbers_and_both_ends_belong_to_the_range(sized: Company) -> None:
    def between(least: str | None, most: str | None) -> str:
        sides = tuple(None if side is None else Decimal(side) for side in (least, most))
        return found(sized, numbers={"expected_business_size": sides})

    assert between("99.99", "100") == "甲乙"
    assert between("100", None) == "乙丙"
    assert between(None, "99.990") == "甲"
    assert between("-5", "5000") == "甲乙丙"
    assert between("1000.51", None) == ""


def test_days_belong_to_the_range_too(sized: Company) -> None:
    assert found(sized, days={"filing_date": ("2026-03-02", "2026-03-03")}) == "乙丙"
    assert found(sized, days={"filing_date": ("2026-03-05", None)}) == "戊己"

"""The list of a register is read by an index in its order, so that a page costs the same of ten and of thousands."""

from typing import Any

import pytest
from sqlalchemy import insert, text

from engine.execution.picking import OFFERED, RegisterFinder
from engine.forms import Picker
from engine.model import RegisterEntry
from engine.queries.paging import COUNT_LIMIT
from engine.queries.people import find_person
from engine.queries.registers import EntryFilter, EntrySort, list_entries, view_register
from tests.queries.test_plans import asked, plan_of
from tests.support.company import Company


def _entry(company: Company, number: int) -> dict[str, Any]:
    return {
        "register": "channel",
        "number": f"QD-2026-{number:05d}",
        "status": "已备案",
        "title": f"渠道{number}",
        "fields": {"channel_name": f"渠道{number}"},
        "search_text": f"渠道{number}",
        "version": 1,
        "created_at": company.clock(),
        "updated_at": company.clock(),
        "updated_by": "wu.tao",
    }


@pytest.mark.parametrize("sort", ["-updated", "updated", "number"])
def test_a_page_is_read_by_an_index_without_sorting_all(company: Company, sort: EntrySort) -> None:
    with company.database.transaction() as session:
        session.execute(insert(RegisterEntry), [_entry(company, number) for number in range(2_000)])
        session.execute(text("ANALYZE"))
    with company.database.reading() as session:
        person = find_person(session, "li.na")
        assert person is not None
        register = view_register(session, person, "channel")
        with asked(company.database) as statements:
            page = list_entries(session, register, EntryFilter(sort=sort), 3)
    assert (len(page.rows), page.total) == (page.size, COUNT_LIMIT)
    (listed,) = [one for one in statements if "ORDER BY" in one[0]]
    plan = "\n".join(plan_of(company.database, *listed))
    assert "register_entries" in plan
    if company.database.is_sqlite:
        # The number is unique in its register: what follows it in the order is never compared.
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan, plan
    else:
        assert "Sort Key: register_entries.updated_at" not in plan, plan


def test_a_picker_finds_among_thousands_with_one_statement_in_the_order_of_an_index(company: Company) -> None:
    with company.database.transaction() as session:
        session.execute(insert(RegisterEntry), [_entry(company, number) for number in range(2_000)])
        session.execute(text("ANALYZE"))
    with company.database.reading() as session, asked(company.database) as statements:
        finder = RegisterFinder(session, {"channel": "渠道19"})
        found = finder.offer("channel", Picker(source="register", name="channel", statuses=("已备案",)), (), ())
    assert [one.key for one in found] == [f"QD-2026-{number:05d}" for number in range(1_999, 1_999 - OFFERED, -1)]
    (searched,) = statements
    plan = "\n".join(plan_of(company.database, *searched))
    if company.database.is_sqlite:
        assert "ix_register_entries_updated" in plan, plan
        assert "USE TEMP B-TREE" not in plan, plan

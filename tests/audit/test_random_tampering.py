"""Whatever one changes in history by chance, it is found, in the right case."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from engine.audit.rows import COLUMNS
from engine.audit.verify import verify
from tests.audit.stories import recorded, returned_twice
from tests.audit.tampering import as_stored, intruder
from tests.support.company import Company

MICROSECOND = dt.timedelta(microseconds=1)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=64)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "actor": texts,
    "on_behalf_of": st.none() | texts,
    "kind": texts,
    "element_id": st.none() | texts,
    "token": st.none() | st.integers(-5, 10**6),
    "body": texts,
    "definition_hash": texts,
    "previous_hash": texts,
    "hash": texts,
    "at": st.integers(0, 10**15).map(lambda step: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + step * MICROSECOND),
    "sequence": st.integers(-5, 40),
}


@st.composite
def alterations(draw: st.DrawFn) -> tuple[str, Any]:
    column = draw(st.sampled_from(sorted(VALUES)))
    return column, draw(VALUES[column])


@pytest.fixture
def cases(company: Company) -> list[int]:
    return [recorded(company), returned_twice(company), recorded(company)]


def test_every_column_is_tried() -> None:
    assert {*VALUES, "instance_id"} == set(COLUMNS)


# The database is put back after each example, so that one fixture serves them all.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(alteration=alterations(), where=st.floats(0, 0.999))
def test_an_altered_event_never_passes(
    company: Company, cases: list[int], alteration: tuple[str, Any], where: float
) -> None:
    column, value = alteration
    case, sequence = cases[1], 1 + int(where * company.instance(cases[1]).event_count)
    if column == "at":
        value = value.strftime("%Y-%m-%d %H:%M:%S.%f") if company.database.is_sqlite else value
    if column == "sequence" and 1 <= value <= company.instance(case).event_count:
        return  # another event stands there: the key forbids it
    value = as_stored(column, value)
    with intruder(company.database) as connection:
        where_it_is = {"c": case, "s": sequence}
        before = connection.execute(
            text(f"SELECT {column} FROM history_events WHERE instance_id = :c AND sequence = :s"),  # noqa: S608 - our own columns
            where_it_is,
        ).scalar_one()
        change = text(f"UPDATE history_events SET {column} = :v WHERE instance_id = :c AND sequence = :s")  # noqa: S608
        connection.execute(change, {"v": value, **where_it_is})
        now_at = value if column == "sequence" else sequence
    try:
        with company.database.reading() as session:
            report = verify(session)
        assert report.intact == (before == value)
        assert {one.instance_id for one in report.discrepancies} <= {case}
    finally:
        with intruder(company.database) as connection:
            connection.execute(change, {"v": before, "c": case, "s": now_at})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_removed_event_never_passes(company: Company, cases: list[int], data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(cases))
    last = company.instance(case).event_count
    gone = data.draw(st.sets(st.integers(1, last), min_size=1))
    with intruder(company.database) as connection:
        connection.execute(text("DROP TABLE IF EXISTS kept"))
        connection.execute(text("CREATE TABLE kept AS SELECT * FROM history_events"))
        for sequence in gone:
            connection.execute(
                text("DELETE FROM history_events WHERE instance_id = :c AND sequence = :s"), {"c": case, "s": sequence}
            )
    try:
        with company.database.reading() as session:
            report = verify(session)
        told = {
            number
            for one in report.discrepancies
            if one.code == "event_removed" and one.sequence is not None
            for number in range(one.sequence, int(str(one.facts["last"])) + 1)
        }
        assert {one.instance_id for one in report.discrepancies} == {case}
        assert told == gone
    finally:
        with intruder(company.database) as connection:
            connection.execute(text("DELETE FROM history_events"))
            connection.execute(text("INSERT INTO history_events SELECT * FROM kept"))
            connection.execute(text("DROP TABLE kept"))

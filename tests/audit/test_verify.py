"""Whatever is altered, removed, inserted or moved in any case's history is found and named."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.audit.chain import event_hash
from engine.audit.checkpoint import seal
from engine.audit.discrepancy import Discrepancy
from engine.audit.rows import cases_with_events
from engine.audit.verify import LIMIT, Report, verify
from engine.errors import NotFoundError
from engine.model.packing import pack
from tests.audit.stories import STORIES, recorded, returned_twice
from tests.audit.tampering import copy_event, intruder, recompute, remove, run, set_column, swap
from tests.support.company import PDF, Company


def check(company: Company, case: int | None = None, *, key: Path | None = None) -> Report:
    with company.database.reading() as session:
        return verify(session, case, attachments=company.folder, key_path=key)


def found(
    company: Company, case: int | None = None, *, key: Path | None = None
) -> list[tuple[str, int | None, int | None]]:
    return [(one.code, one.instance_id, one.sequence) for one in check(company, case, key=key).discrepancies]


def only(company: Company, case: int | None = None) -> Discrepancy:
    report = check(company, case)
    assert len(report.discrepancies) == 1, [str(one) for one in report.discrepancies]
    return report.discrepancies[0]


def test_cases_of_every_kind_are_found_intact(company: Company) -> None:
    for story in STORIES.values():
        story(company)
    report = check(company)
    assert [str(one) for one in report.discrepancies] == []
    assert report.intact
    assert report.cases == len(STORIES)
    assert report.events > 4 * len(STORIES)


@pytest.mark.parametrize(
    ("column", "value", "original"),
    [
        ("actor", "li.na", "zhao.lei"),
        ("on_behalf_of", "liu.yang", None),
        ("kind", "task.claimed", "task.completed"),
        ("element_id", "record_filing", "approve_filing"),
        ("token", 77, None),
        ("previous_hash", "f" * 64, None),
        ("hash", "f" * 64, None),
    ],
)
def test_an_altered_column_is_named_with_what_it_said_before(
    company: Company, column: str, value: object, original: str | None
) -> None:
    recorded(company)
    case = recorded(company)
    set_column(company.database, case, 2, column, value)
    one = only(company)
    assert (one.code, one.instance_id, one.sequence, one.column) == ("event_altered", case, 2, column)
    assert f"事项 #{case} 的第 2 步" in str(one)
    if original is not None:
        assert f"原为“{original}”" in str(one)
    assert only(company, case) == one


def test_an_altered_time_is_named_down_to_the_microsecond(company: Company) -> None:
    case = recorded(company)
    before = company.events(case)[1].at
    for wrong in (before + dt.timedelta(days=1), before + dt.timedelta(microseconds=1)):
        shown = wrong.strftime("%Y-%m-%d %H:%M:%S.%f") if company.database.is_sqlite else wrong
        set_column(company.database, case, 2, "at", shown)
        one = only(company)
        assert (one.code, one.sequence, one.column) == ("event_altered", 2, "at")


def test_an_altered_body_is_named_even_by_one_character(company: Company) -> None:
    case = recorded(company)
    body = company.events(case)[1].body
    set_column(company.database, case, 2, "body", body.replace("同意备案", "同意备案。"))
    one = only(company)
    assert (one.code, one.sequence, one.column) == ("event_altered", 2, "body")


@pytest.mark.parametrize("column", ["body", "hash", "previous_hash"])
@pytest.mark.parametrize("junk", [b"", b"\xff\xfe", b"\x01", b"\x01(\xb5/\xfd junk", b"\x00" * 32])
def test_bytes_that_the_program_never_writes_are_named_like_any_other(
    company: Company, column: str, junk: bytes
) -> None:
    case = recorded(company)
    set_column(company.database, case, 2, column, junk)
    assert ("event_altered", case, 2) in found(company)


def test_a_packed_body_with_something_behind_it_is_not_what_was_written(company: Company) -> None:
    case = recorded(company)
    set_column(company.database, case, 2, "body", pack(company.events(case)[1].body) + b"{}")
    assert found(company) == [("event_altered", case, 2)]


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("column", ["body", "hash", "previous_hash"])
def test_a_text_that_sqlite_lets_lie_where_bytes_belong_is_named(company: Company, column: str) -> None:
    case = recorded(company)
    run(company.database, f"UPDATE history_events SET {column} = 'none' WHERE sequence = 2")  # noqa: S608 - our own columns
    assert ("event_altered", case, 2) in found(company)


def test_a_version_that_was_never_published_is_named(company: Company) -> None:
    case = recorded(company)
    set_column(company.database, case, 2, "definition_hash", "0" * 64)
    assert found(company) == [("event_altered", case, 2), ("definition_unknown", case, 2)]


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_a_removed_event_is_named(company: Company, sequence: int) -> None:
    case = recorded(company)
    remove(company.database, case, sequence)
    assert ("event_removed", case, sequence) in found(company)
    assert f"事项 #{case} 的第 {sequence} 步被删除了。" in [str(one) for one in check(company).discrepancies]


def test_a_removed_tail_is_named(company: Company) -> None:
    case = recorded(company)
    last = company.instance(case).event_count
    remove(company.database, case, last)
    remove(company.database, case, last - 1)
    one = only(company)
    assert (one.code, one.instance_id, one.sequence) == ("event_removed", case, last - 1)
    assert f"第 {last - 1} 至 {last} 步" in str(one)


def test_a_case_whose_whole_history_was_removed_is_named(company: Company) -> None:
    case = recorded(company)
    run(company.database, "DELETE FROM history_events WHERE instance_id = :case", case=case)
    one = only(company)
    assert (one.code, one.instance_id, one.sequence) == ("event_removed", case, 1)


def test_an_event_appended_at_the_end_is_named(company: Company) -> None:
    case = recorded(company)
    last = company.instance(case).event_count
    copy_event(company.database, case, last, to=case, new_sequence=last + 1)
    codes = found(company)
    assert ("event_appended", case, last + 1) in codes
    assert ("event_moved", case, last + 1) in codes


@pytest.mark.parametrize("sequence", [0, -3])
def test_an_event_inserted_before_the_beginning_is_named(company: Company, sequence: int) -> None:
    case = recorded(company)
    copy_event(company.database, case, 1, to=case, new_sequence=sequence)
    assert ("event_inserted", case, sequence) in found(company)


def test_an_event_of_another_case_is_named(company: Company) -> None:
    case, other = recorded(company), recorded(company)
    last = company.instance(case).event_count
    copy_event(company.database, other, 2, to=case, new_sequence=last + 1)
    altered = [one for one in check(company).discrepancies if one.code == "event_appended"]
    assert [(one.instance_id, one.sequence) for one in altered] == [(case, last + 1)]


def test_events_that_changed_places_are_named_with_their_old_place(company: Company) -> None:
    case = returned_twice(company)
    swap(company.database, case, 2, 4)
    moved = [one for one in check(company).discrepancies if one.code == "event_moved"]
    assert [(one.sequence, one.facts["original"]) for one in moved] == [(2, 4), (4, 2)]


def test_an_event_of_no_case_is_named(company: Company) -> None:
    case = recorded(company)
    copy_event(company.database, case, 1, to=4711, new_sequence=1)
    assert found(company) == [("case_removed", 4711, None)]
    assert found(company, 4711) == [("case_removed", 4711, None)]


def test_a_case_of_which_only_traces_are_left_is_named(company: Company) -> None:
    case = recorded(company)
    for statement in (
        "DELETE FROM history_events WHERE instance_id = :case",
        "DELETE FROM process_instances WHERE id = :case",
    ):
        run(company.database, statement, case=case)
    assert found(company) == [("case_removed", case, None)]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("event_count", 2, "event_appended"),
        ("event_count", 99, "event_removed"),
        ("chain_head", b"a" * 32, "head_mismatch"),
        ("started_by", "li.na", "case_row_altered"),
    ],
)
def test_a_case_row_that_disagrees_with_its_events_is_named(
    company: Company, column: str, value: object, code: str
) -> None:
    case = recorded(company)
    run(company.database, f"UPDATE process_instances SET {column} = :value WHERE id = :case", value=value, case=case)  # noqa: S608 - our own columns
    assert (only(company).code, only(company).instance_id) == (code, case)


def test_a_replaced_event_with_a_hash_of_its_own_breaks_the_link(company: Company) -> None:
    case = recorded(company)
    set_column(company.database, case, 2, "actor", "li.na")
    with company.database.reading() as session:
        events = [dict(event) for _case, events in cases_with_events(session, case) for event in events]
    set_column(company.database, case, 2, "hash", event_hash(events[1]))
    assert found(company) == [("link_broken", case, 3)]


def test_a_chain_that_was_rewritten_as_a_whole_is_found_by_a_seal(company: Company, tmp_path: Path) -> None:
    key = tmp_path / "seal.key"
    untouched, case = recorded(company), recorded(company)
    assert seal(company.database, key) is not None
    set_column(company.database, case, 2, "actor", "li.na")
    recompute(company.database, case)
    last = company.instance(case).event_count
    assert found(company, key=key) == [("rewritten_after_seal", case, last)]
    assert found(company, case, key=key) == [("rewritten_after_seal", case, last)]
    assert found(company, untouched, key=key) == []


def test_a_case_that_vanished_without_a_trace_is_found_by_a_seal(company: Company, tmp_path: Path) -> None:
    case = company.start()
    last = company.instance(case).event_count
    seal(company.database, tmp_path / "seal.key")
    with intruder(company.database) as connection:
        for table in ("user_task_candidates",):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own tables
        for table in ("history_events", "user_tasks", "jobs", "attachments", "access_events", "notifications"):
            connection.execute(text(f"DELETE FROM {table} WHERE instance_id = :case"), {"case": case})  # noqa: S608
        connection.execute(text("DELETE FROM process_instances WHERE id = :case"), {"case": case})
    report = check(company)
    assert [(one.code, one.instance_id, one.sequence) for one in report.discrepancies] == [("case_removed", case, last)]
    assert f"事项 #{case} 整个不见了" in str(report.discrepancies[0])


def test_a_tail_removed_together_with_the_case_row_is_found_by_a_seal(company: Company, tmp_path: Path) -> None:
    case = recorded(company)
    last = company.instance(case).event_count
    seal(company.database, tmp_path / "seal.key")
    remove(company.database, case, last)
    recompute(company.database, case)
    assert found(company) == [("event_removed_after_seal", case, last)]


def test_a_published_file_that_was_altered_is_named(company: Company) -> None:
    recorded(company)
    with company.database.reading() as session:
        digest = session.scalar(text("SELECT sha256 FROM deployed_resources WHERE name = 'new_channel_filing.bpmn'"))
    changed = "UPDATE contents SET body = body || :more WHERE sha256 = :digest"
    if company.database.is_sqlite:
        changed = "UPDATE contents SET body = CAST(body || :more AS BLOB) WHERE sha256 = :digest"
    run(company.database, changed, more=b" ", digest=digest)
    report = check(company)
    assert {"content_altered", "deployment_altered"} <= {one.code for one in report.discrepancies}
    assert "new_channel_filing.bpmn" in str(report.discrepancies[0])


@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE process_definitions SET properties = \'{"withdrawable": "true"}\'',
        "UPDATE process_definitions SET start_form_id = NULL",
        "UPDATE form_definitions SET sha256 = (SELECT sha256 FROM process_definitions LIMIT 1)",
    ],
)
def test_a_version_that_was_rebound_is_named(company: Company, statement: str) -> None:
    recorded(company)
    run(company.database, statement)
    assert "definition_altered" in {one.code for one in check(company).discrepancies}


def test_a_case_that_was_put_on_another_version_is_named(company: Company) -> None:
    case = recorded(company)
    with intruder(company.database) as connection:
        connection.execute(
            text(
                "INSERT INTO process_definitions (process_id, name, version, deployment_id, resource_name, sha256, "
                "definition_hash, forms, decisions, properties, start_form_id) "
                "SELECT process_id, name, 99, deployment_id, resource_name, sha256, "
                ":hash, forms, decisions, properties, start_form_id FROM process_definitions"
            ),
            {"hash": b"b" * 32},
        )
        connection.execute(
            text("UPDATE process_instances SET definition_id = (SELECT max(id) FROM process_definitions)")
        )
    codes = {one.code for one in check(company).discrepancies}
    assert {"case_version_altered", "definition_altered"} <= codes
    assert case in {one.instance_id for one in check(company).discrepancies}


def test_an_attachment_that_was_altered_or_lost_on_disk_is_named(company: Company) -> None:
    case = recorded(company)
    path = next(path for path in company.folder.rglob("*") if path.is_file())
    path.write_bytes(PDF + b"more")
    assert "内容被改动过" in str(only(company))
    path.unlink()
    one = only(company, case)
    assert (one.code, one.instance_id) == ("attachment_content", case)
    assert "合同.pdf" in str(one)


@pytest.mark.parametrize(
    "statement", ["UPDATE attachments SET sha256 = :hash", "DELETE FROM attachments WHERE :hash = :hash"]
)
def test_an_attachment_row_that_disagrees_with_history_is_named(company: Company, statement: str) -> None:
    case = recorded(company)
    run(company.database, statement, hash="c" * 64)
    assert ("attachment_altered", case, None) in found(company)


def test_several_things_altered_at_once_are_all_named(company: Company) -> None:
    one, two = recorded(company), recorded(company)
    set_column(company.database, one, 2, "actor", "li.na")
    set_column(company.database, one, 2, "kind", "task.claimed")
    remove(company.database, two, 3)
    codes = found(company)
    assert ("event_altered", one, 2) in codes
    assert ("event_removed", two, 3) in codes
    assert "不止一列" in str(check(company, one).discrepancies[0])


def test_checking_can_be_stopped_and_says_so(company: Company) -> None:
    for _ in range(3):
        company.start()
    seen: list[tuple[int, int]] = []

    def progress(cases: int, events: int) -> bool:
        seen.append((cases, events))
        return cases < 2

    with company.database.reading() as session:
        report = verify(session, progress=progress)
    assert seen == [(1, 1), (2, 2)]
    assert (report.complete, report.intact, report.cases) == (False, False, 2)


def test_a_case_that_never_was_is_refused(company: Company) -> None:
    with pytest.raises(NotFoundError):
        check(company, 4711)


def test_a_report_keeps_no_more_than_people_can_read() -> None:
    report = Report()
    for number in range(LIMIT + 5):
        report.add(Discrepancy(severity="error", code="x", message="x", instance_id=number))
    assert (len(report.discrepancies), report.more) == (LIMIT, 5)


def test_checking_holds_a_batch_in_memory_and_asks_a_fixed_number_of_statements(company: Company) -> None:
    def statements(of: Callable[[], object]) -> int:
        company.statements.clear()
        of()
        return len(company.statements)

    for _ in range(2):
        company.start(attachments=[company.upload()])
    few = statements(lambda: check(company))
    for _ in range(4):
        company.start(attachments=[company.upload()])
    # One more for each case that has attachments; none for an event.
    assert statements(lambda: check(company)) - few <= 4

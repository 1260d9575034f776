"""What one completion costs the database, and that two people at once can't both have it."""

import threading

import pytest
from sqlalchemy import select

from engine.commands.complete_task import complete_task
from engine.errors import ConflictError
from engine.model import HistoryEvent, RegisterEntry, UserTask
from tests.support.company import Company

APPROVAL = {"decision": "approve", "opinion": "好", "completeness_checked": True, "compliance_checked": True}


def test_no_completion_takes_more_than_eight_statements_and_one_commit(company: Company) -> None:
    warm = company.start()
    company.send_back(warm)
    company.correct(warm)
    company.approve(warm)
    company.record(warm)

    case = company.start()
    steps = [
        ("zhao.lei", {"decision": "return", "opinion": "请补充"}),
        ("zhang.wei", {**company.variables(case), "declaration_of_truth": True}),
        ("zhao.lei", APPROVAL),
        ("wu.tao", {"filing_date": "2026-03-02"}),
    ]
    costs = {}
    for actor, values in steps:
        task = company.task(case)
        company.statements.clear()
        with company.database.transaction() as session:
            complete_task(session, task.id, values, actor)
        costs[task.element_id] = len(company.statements)
    assert max(costs.values()) <= 8, costs


def test_of_two_people_who_complete_at_once_exactly_one_wins(company: Company) -> None:
    case = company.start()
    company.approve(case)
    task = company.task(case)
    barrier = threading.Barrier(2)
    results: dict[str, object] = {}

    def complete(actor: str) -> None:
        barrier.wait()
        try:
            with company.database.transaction() as session:
                complete_task(session, task.id, {"filing_date": "2026-03-02"}, actor)
            results[actor] = "done"
        except ConflictError as error:
            results[actor] = error

    threads = [threading.Thread(target=complete, args=(actor,)) for actor in ("wu.tao", "xu.jing")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    company.work()

    winners = [actor for actor, result in results.items() if result == "done"]
    assert len(winners) == 1, results
    (loser,) = results.keys() - set(winners)
    assert "办理" in str(results[loser]) or "处理" in str(results[loser])
    with company.database.reading() as session:
        kinds = session.scalars(select(HistoryEvent.kind).where(HistoryEvent.token == task.token)).all()
        assert kinds.count("task.completed") == 1
        assert session.scalar(select(UserTask.completed_by).where(UserTask.id == task.id)) == winners[0]
        assert len(session.scalars(select(RegisterEntry)).all()) == 1


@pytest.mark.parametrize("people", [10])
def test_many_cases_started_and_approved_at_once_get_different_numbers(company: Company, people: int) -> None:
    cases = [company.start() for _ in range(people)]
    errors: list[Exception] = []

    def go(case: int) -> None:
        try:
            company.approve(case)
            company.record(case)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=go, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    company.work()
    assert errors == []
    with company.database.reading() as session:
        numbers = session.scalars(select(RegisterEntry.number)).all()
    assert sorted(numbers) == [f"QD-2026-{number:04d}" for number in range(1, people + 1)]

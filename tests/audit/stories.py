"""Cases of every kind that the first process knows, told by what people do."""

from collections.abc import Callable

from sqlalchemy import select, update

from engine.commands.assign_task import assign_task
from engine.commands.cancel_instance import cancel_instance
from engine.commands.claim_task import claim_task
from engine.commands.fail_job import fail_job
from engine.commands.resolve_incident import resolve_incident
from engine.commands.unclaim_task import unclaim_task
from engine.commands.withdraw_instance import withdraw_instance
from engine.errors import InvalidError
from engine.model import Incident, Job, OrganisationRevision, User
from tests.support.company import Company


def recorded(company: Company) -> int:
    case = company.start()
    company.approve(case)
    company.record(case)
    return case


def returned_twice(company: Company) -> int:
    case = company.start()
    for region in ("华南", "华北"):
        company.clock.advance(hours=1)
        company.send_back(case)
        company.clock.advance(hours=1)
        company.correct(case, region=region, attachments=[company.upload(), company.upload(name="执照.pdf")])
    company.approve(case)
    company.record(case)
    return case


def rejected(company: Company) -> int:
    case = company.start()
    company.complete(case, "zhao.lei", {"decision": "reject", "opinion": "与现有渠道重复"})
    company.work()
    return case


def reminded_and_escalated(company: Company) -> int:
    case = company.start("li.na")
    company.approve(case)
    for _ in range(3):
        company.clock.advance(days=1, minutes=1)
        company.work()
    company.record(case)
    return case


def withdrawn(company: Company) -> int:
    case = company.start()
    company.approve(case)
    with company.database.transaction() as session:
        withdraw_instance(session, case, "合作方退出", "zhang.wei")
    return case


def terminated(company: Company) -> int:
    case = company.start()
    with company.database.transaction() as session:
        cancel_instance(session, case, "重复提交", "admin")
    return case


def claimed_and_given_on(company: Company) -> int:
    case = company.start()
    company.approve(case)
    task = company.task(case).id
    with company.database.transaction() as session:
        claim_task(session, task, "wu.tao")
    with company.database.transaction() as session:
        unclaim_task(session, task, "wu.tao")
    with company.database.transaction() as session:
        assign_task(session, task, "xu.jing", "admin")
    company.record(case, "xu.jing")
    return case


def failed_and_repaired(company: Company) -> int:
    case = company.start()
    company.approve(case)
    company.complete(case, "wu.tao", {"filing_date": "2026-03-02", "filing_remarks": ""}, "record_filing")
    with company.database.reading() as session:
        job = session.scalars(select(Job.id).where(Job.state == "CREATED", Job.kind == "service")).one()
    with company.database.transaction() as session:
        fail_job(session, job, InvalidError("台账打不开"))
    with company.database.transaction() as session:
        resolve_incident(session, session.scalars(select(Incident.id)).one(), "admin")
    company.work()
    return case


def nobody_to_approve(company: Company) -> int:
    case = company.start()
    company.send_back(case)
    with company.database.transaction() as session:
        session.execute(update(User).where(User.username == "zhang.wei").values(superior=None))
        session.execute(update(OrganisationRevision).values(revision=OrganisationRevision.revision + 1))
    company.correct(case)
    with company.database.transaction() as session:
        assign_task(session, company.task(case).id, "zhao.lei", "admin")
    company.approve(case)
    company.record(case)
    return case


STORIES: dict[str, Callable[[Company], int]] = {
    story.__name__: story
    for story in (
        recorded,
        returned_twice,
        rejected,
        reminded_and_escalated,
        withdrawn,
        terminated,
        claimed_and_given_on,
        failed_and_repaired,
        nobody_to_approve,
    )
}

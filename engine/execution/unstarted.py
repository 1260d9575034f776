"""Cases that could not be started: the administrators hear of each."""

import datetime as dt

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import clock
from engine.clock import SHANGHAI
from engine.errors import mark
from engine.model import Job, Notification, ProcessDefinition
from engine.organisation import organisation

TITLE = mark("流程“{process}”没有按时发起")
TEXT = mark(
    "应在 {due} 发起的一件“{process}”试了几次都没有成功：{error} 这一件不会再自动发起；以后的仍会照常发起。"
    "请在“异常”页里重试或放弃这一件（作业编号 {job}）；是流程的问题，就更正后重新发布。"
)


def tell_administrators(session: Session, job: Job) -> None:
    """Write a notification to each administrator about a job of kind ``start`` that has failed for good."""
    known = organisation(session)
    groups = [group for group, grant in known.grants.items() if grant == "admin"]
    people = dict.fromkeys(name for group in groups for name in known.members_of(group))
    newest = select(ProcessDefinition.name).where(ProcessDefinition.process_id == job.type)
    process = session.scalar(newest.order_by(ProcessDefinition.version.desc()).limit(1)) or job.type
    due = dt.datetime.fromisoformat((job.payload or {})["due"]).astimezone(SHANGHAI)
    rows = [
        {
            "username": name,
            "instance_id": None,
            "title": TITLE.format(process=process),
            "text": TEXT.format(process=process, due=f"{due:%Y-%m-%d %H:%M}", error=job.error, job=job.id),
            "created_at": clock.now(),
        }
        for name in people
    ]
    if rows:
        session.execute(insert(Notification), rows)

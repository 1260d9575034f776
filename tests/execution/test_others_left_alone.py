"""Whatever is done with one task of one case, the tasks of all other cases stay as they are."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import inspect, select

from engine.commands.assign_task import assign_task
from engine.commands.complete_task import complete_task
from engine.commands.delegate_task import delegate_task
from engine.commands.reassign_task import reassign_task
from engine.commands.recall_task import recall_task
from engine.commands.reject_task import reject_task
from engine.commands.remove_signer import remove_signer
from engine.commands.resolve_task import resolve_task
from engine.commands.return_task import return_task
from engine.commands.save_task_draft import save_task_draft
from engine.commands.sign_task import sign_task
from engine.commands.take_back_task import take_back_task
from engine.commands.unclaim_task import unclaim_task
from engine.commands.urge_task import urge_task
from engine.model import ElementInstance, UserTask, UserTaskCandidate
from tests.execution.operating import Office, task
from tests.execution.test_handover import hand_all_over
from tests.execution.test_signing import ask, many, sign, vote
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

TWO = written(
    START + task("draw", "zhang.wei") + task("check") + END,
    {"start->draw": "f1", "draw->check": "f2", "check->end": "f3"},
)
QUEUE = written(START + task("check", groups="渠道专员") + END, {"start->check": "f1", "check->end": "f2"})
SHARED = written(START + task("check") + END, {"start->check": "f1", "check->end": "f2"}).replace(
    b'assignee="li.na"', b'candidateUsers="li.na, chen.jie"'
)


def at_check(office: Office) -> int:
    """Begin a case and let its initiator do the first task."""
    case = office.begin(TWO)
    office.finish(office.row(case).id, "zhang.wei")
    return case


@pytest.fixture
def beside(office: Office) -> Iterator[None]:
    """Let other cases stand by, whose tasks, candidates and passages must be the same afterwards."""
    plain, signed, held = at_check(office), at_check(office), at_check(office)
    office.do(save_task_draft, office.row(plain).id, {"amount": 1}, "li.na")
    ask(office, office.row(signed).id, "sun.yan", "zhou.min", position="before")
    sign(office, signed, "sun.yan")
    ask(office, office.row(held).id, "sun.yan", position="after")
    office.finish(office.row(held).id, "li.na")
    later = at_check(office)
    ask(office, office.row(later).id, "sun.yan", position="after")
    entrusted = at_check(office)
    office.do(delegate_task, office.row(entrusted).id, "sun.yan", "请看", "li.na")
    claimed = office.begin(QUEUE)
    office.claim(office.row(claimed).id, "xu.jing")
    part = office.begin(many(sequential=True), people=["li.na", "wang.fang", "sun.yan"])
    vote(office, part, "li.na")
    cases = [plain, signed, held, later, entrusted, claimed, office.begin(QUEUE), part]
    before = stored(office, cases)
    yield
    assert stored(office, cases) == before


def stored(office: Office, cases: list[int]) -> list[Any]:
    """Give all that is stored of the tasks and passages of some cases."""
    with office.database.reading() as session:
        tasks = session.scalars(select(UserTask).where(UserTask.instance_id.in_(cases)).order_by(UserTask.id)).all()
        numbers = [one.id for one in tasks]
        passages = select(ElementInstance).where(ElementInstance.instance_id.in_(cases))
        candidates = select(UserTaskCandidate).where(UserTaskCandidate.task_id.in_(numbers))
        rows = [
            *tasks,
            *session.scalars(passages.order_by(ElementInstance.instance_id, ElementInstance.token)),
            *session.scalars(candidates.order_by(UserTaskCandidate.task_id, UserTaskCandidate.principal)),
        ]
        return [[getattr(row, one.key) for one in inspect(type(row)).column_attrs] for row in rows]


def entrusting(office: Office) -> None:
    case = at_check(office)
    one = office.row(case).id
    office.do(save_task_draft, one, {"amount": 2}, "li.na")
    office.do(delegate_task, one, "wang.fang", "请看", "li.na")
    office.do(recall_task, one, "li.na")
    office.do(delegate_task, one, "wang.fang", "请看", "li.na")
    office.do(resolve_task, one, "可以", "wang.fang")
    assert office.row(case).draft == {"amount": 2}
    office.do(reassign_task, one, "wang.fang", "出差", "li.na")
    office.do(urge_task, one, "", "zhang.wei")
    office.do(reject_task, one, "不行", "wang.fang")


def signing(office: Office) -> None:
    case = at_check(office)
    one = office.row(case).id
    ask(office, one, "wang.fang", "chen.jie", position="before")
    sign(office, case, "wang.fang")
    (signed,) = [row for row in office.rows(case, "COMPLETED") if row.parent_task_id]
    office.do(take_back_task, signed.id, "wang.fang")
    office.do(sign_task, signed.id, "不行", "wang.fang", agreed=False)
    office.do(remove_signer, office.row(case, "chen.jie").id, "出差", "li.na")
    ask(office, one, "zhou.min", position="after")
    assert office.do(complete_task, one, {"amount": 3}, "li.na") is False
    office.do(take_back_task, one, "li.na")
    assert office.do(complete_task, one, {"amount": 4}, "li.na") is False
    sign(office, case, "zhou.min")
    assert office.state(case) == "COMPLETED"


def queueing(office: Office) -> None:
    one = office.row(office.begin(QUEUE)).id
    office.claim(one, "wu.tao")
    office.do(unclaim_task, one, "wu.tao")
    office.do(assign_task, one, "wu.tao", "admin")
    office.finish(one, "wu.tao")
    office.finish(office.row(office.begin(QUEUE)).id, "wu.tao")


def taking_parts(office: Office) -> None:
    for sequential in (False, True):
        case = office.begin(many(sequential=sequential), people=["li.na", "wang.fang", "chen.jie"])
        vote(office, case, "li.na")
        (mine,) = office.rows(case, "COMPLETED")
        office.do(take_back_task, mine.id, "li.na")
        ask(office, office.row(case, "li.na").id, "zhou.min", position="after" if sequential else "parallel")
        office.do(remove_signer, office.row(case, "li.na").id, "出差", "li.na")


def going_back(office: Office) -> None:
    for straight in (False, True):
        case = at_check(office)
        (earlier,) = office.rows(case, "COMPLETED")
        office.do(return_task, office.row(case).id, earlier.token, "请补充", "li.na", straight_back=straight)
        office.finish(office.row(case).id, "zhang.wei")
        done = office.rows(case, "COMPLETED")[-1]
        office.do(take_back_task, done.id, "zhang.wei")


def leaving(office: Office) -> None:
    case, named = office.begin(TWO.replace(b'"li.na"', b'"chen.jie"')), office.begin(SHARED)
    office.finish(office.row(case).id, "zhang.wei")
    later = office.begin(many(sequential=True), people=["wang.fang", "chen.jie"])
    assert hand_all_over(office, leaver="chen.jie").done == 2
    assert office.row(case).assignee == "zhou.min"
    office.claim(office.row(named).id, "zhou.min")
    vote(office, later, "wang.fang", "zhou.min")


@pytest.mark.parametrize(
    "act", [entrusting, signing, queueing, taking_parts, going_back, leaving], ids=lambda act: act.__name__
)
def test_what_is_done_with_one_task_changes_no_other(
    office: Office, beside: None, act: Callable[[Office], None]
) -> None:
    assert beside is None
    act(office)

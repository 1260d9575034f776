"""What a substitute does with a task of somebody else, in whose name history tells it, and who may not."""

from typing import Any

import pytest

from engine import json_text
from engine.commands.delegate_task import delegate_task
from engine.commands.reassign_task import reassign_task
from engine.commands.reject_task import reject_task
from engine.commands.remove_signer import remove_signer
from engine.commands.resolve_task import resolve_task
from engine.commands.return_task import return_task
from engine.commands.sign_task import sign_task
from engine.commands.take_back_task import take_back_task
from engine.commands.unclaim_task import unclaim_task
from engine.errors import ForbiddenError, InvalidError
from tests.execution.operating import Office, task
from tests.execution.test_signing import ask, many, vote, votes
from tests.execution.test_substitution import substitute
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

QUEUE = written(START + task("check", groups="渠道专员") + END, {"start->check": "f1", "check->end": "f2"})
TWO = written(
    START + task("draw", "zhang.wei") + task("check") + task("file", "zhao.lei") + END,
    {"start->draw": "f1", "draw->check": "f2", "check->file": "f3", "file->end": "f4"},
)


def last(office: Office, case: int) -> tuple[str, str | None, str | None]:
    """Give the kind of the newest event of a case, who did it and for whom."""
    event = office.events(case)[-1]
    return event.kind, event.actor, event.on_behalf_of


def said(office: Office, case: int) -> dict[str, Any]:
    """Give what the newest event of a case says."""
    return dict(json_text.loads(office.events(case)[-1].body))


def test_a_substitute_passes_a_task_on_in_the_holders_name(office: Office) -> None:
    case = office.begin()
    number = substitute(office, "li.na", "wang.fang")
    office.do(reassign_task, office.row(case).id, "chen.jie", "她出差", "wang.fang")
    assert last(office, case) == ("task.reassigned", "wang.fang", "li.na")
    told = said(office, case)
    assert (told["task"], told["assignee"]) == (office.row(case).id, ["li.na", "chen.jie"])
    assert (told["reason"], told["substitutions"]) == ("她出差", [number])
    assert office.told("chen.jie") == ["王芳把“核对check”转给您办理"]
    with pytest.raises(ForbiddenError):
        office.do(reassign_task, office.row(case).id, "zhou.min", "再转", "wang.fang")


def test_what_a_substitute_delegates_comes_back_to_the_holder_and_not_to_themselves(office: Office) -> None:
    case = office.begin()
    one = office.row(case).id
    substitute(office, "li.na", "wang.fang")
    for person in ("wang.fang", "li.na"):
        with pytest.raises(InvalidError, match="不能委派给自己"):
            office.do(delegate_task, one, person, "请看", "wang.fang")
    office.do(delegate_task, one, "chen.jie", "请看价格", "wang.fang")
    assert last(office, case) == ("task.delegated", "wang.fang", "li.na")
    assert (said(office, case)["assignee"], said(office, case)["reason"]) == (["li.na", "chen.jie"], "请看价格")
    assert office.told("chen.jie") == ["王芳请您先看“核对check”"]
    assert (office.row(case).assignee, office.row(case).owner) == ("chen.jie", "li.na")

    substitute(office, "chen.jie", "zhou.min")
    office.do(resolve_task, one, " 偏高 ", "zhou.min")
    assert last(office, case) == ("task.resolved", "zhou.min", "chen.jie")
    assert (office.row(case).assignee, office.row(case).owner) == ("li.na", None)
    assert office.told("li.na") == ["周敏交回了“核对check”"]
    office.finish(one, "li.na")
    (opinion,) = office.of(case)["signatures"]
    assert opinion == {
        "person": "chen.jie",
        "on_behalf_by": "zhou.min",
        "way": "delegate",
        "agreed": None,
        "opinion": "偏高",
        "at": office.clock.moment.isoformat(),
    }


def test_a_substitute_asks_for_signatures_signs_and_removes_in_the_holders_name(office: Office) -> None:
    case = office.begin()
    one = office.row(case).id
    substitute(office, "li.na", "wang.fang")
    substitute(office, "chen.jie", "zhou.min")
    substitute(office, "li.na", "zhang.wei")
    ask(office, one, "chen.jie", "sun.yan", position="before", by="wang.fang")
    assert last(office, case) == ("task.sign_added", "wang.fang", "li.na")
    assert office.told("chen.jie") == ["王芳请您签署“核对check”"]
    facts = office.row(case, "chen.jie").facts or {}
    assert facts["sign"] == {"by": "li.na", "reason": "请把关"}

    office.do(sign_task, office.row(case, "chen.jie").id, " ", "zhou.min", agreed=True)
    assert last(office, case) == ("task.signed", "zhou.min", "chen.jie")
    (signed,) = office.rows(case, "COMPLETED")
    assert (signed.assignee, signed.completed_by) == ("chen.jie", "zhou.min")
    (signature,) = signed.signatures or []
    assert (signature["person"], signature["on_behalf_by"], signature["opinion"]) == ("chen.jie", "zhou.min", "")

    other = office.row(case, "sun.yan").id
    for stranger in ("zhang.wei", "chen.jie", "zhou.min"):
        # 张伟 stands in for her, too; but the case is his own.
        with pytest.raises(ForbiddenError, match="只有“核对check”的办理人可以减签"):
            office.do(remove_signer, other, "不用了", stranger)
    office.do(remove_signer, other, "不用了", "wang.fang")
    assert last(office, case) == ("task.sign_removed", "wang.fang", "li.na")
    assert office.told("sun.yan")[-1] == "王芳：“核对check”不用您签了"
    office.finish(one, "wang.fang")
    assert office.state(case) == "COMPLETED"


def test_who_takes_their_own_part_out_of_several_hears_nothing_of_it_and_all_others_do(office: Office) -> None:
    case = office.begin(many(), people=["li.na", "wang.fang", "chen.jie", "sun.yan"])
    office.do(remove_signer, office.row(case, "wang.fang").id, "我出差", "wang.fang")
    assert office.told("wang.fang") == []
    office.do(remove_signer, office.row(case, "chen.jie").id, "他出差", "admin")
    assert office.told("chen.jie") == ["系统管理员：“核对check”不用您签了"]
    with pytest.raises(ForbiddenError):
        office.do(remove_signer, office.row(case, "sun.yan").id, "不用了", "zhou.min")
    vote(office, case, "li.na", "sun.yan")
    assert votes(office, case) == ["li.na", "sun.yan"]


def test_a_substitute_puts_a_task_back_and_returns_one_for_its_holder(office: Office) -> None:
    queued = office.begin(QUEUE)
    substitute(office, "wu.tao", "li.na")
    office.claim(office.row(queued).id, "wu.tao")
    office.do(unclaim_task, office.row(queued).id, "li.na")
    assert last(office, queued) == ("task.unclaimed", "li.na", "wu.tao")
    assert said(office, queued)["assignee"] == ["wu.tao", None]

    case = office.begin(TWO)
    office.finish(office.row(case).id, "zhang.wei")
    (earlier,) = office.rows(case, "COMPLETED")
    substitute(office, "li.na", "wang.fang")
    office.do(return_task, office.row(case).id, earlier.token, "请补充", "wang.fang", straight_back=True)
    assert last(office, case) == ("task.returned", "wang.fang", "li.na")
    office.finish(office.row(case).id, "zhang.wei")
    # It comes straight back to whose task it is.
    assert office.row(case).assignee == "li.na"
    office.do(reject_task, office.row(case).id, "不行", "wang.fang")
    assert last(office, case) == ("task.rejected", "wang.fang", "li.na")


def test_whoever_did_it_and_whoever_it_was_done_for_take_it_back(office: Office) -> None:
    substitute(office, "li.na", "wang.fang")
    for person, principal in (("wang.fang", "li.na"), ("li.na", None)):
        case = office.begin(TWO)
        office.finish(office.row(case).id, "zhang.wei")
        office.finish(office.row(case).id, "wang.fang", amount=3)
        done = office.rows(case, "COMPLETED")[-1]
        office.do(take_back_task, done.id, person, reason=" 写错了 ")
        assert last(office, case) == ("task.taken_back", person, principal)
        assert said(office, case)["reason"] == "写错了"
        again = office.row(case)
        assert (again.element_id, again.assignee) == ("check", "li.na")
        assert (again.draft or {})["amount"] == 3
        assert again.returned == {"act": "takeBack", "by": person, "at": office.clock.moment.isoformat()}


def test_whoever_did_a_step_gets_it_again_and_not_whom_its_rule_names(office: Office) -> None:
    for straight in (False, True):
        case = office.begin(TWO)
        office.finish(office.row(case).id, "zhang.wei")
        office.do(reassign_task, office.row(case).id, "sun.yan", "出差", "li.na")
        office.finish(office.row(case).id, "sun.yan")
        done = office.rows(case, "COMPLETED")[-1]
        office.do(return_task, office.row(case).id, done.token, "请补充", "zhao.lei", straight_back=straight)
        assert (office.row(case).element_id, office.row(case).assignee) == ("check", "sun.yan")
        assert office.told("sun.yan")[-1] == "赵磊退回了“核对check”，请重新办理"

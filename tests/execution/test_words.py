"""What people write beside an act is asked for, and bounded: it stays in history for ever."""

from typing import Any

import pytest

from engine.commands.add_signers import Signers, add_signers
from engine.commands.cancel_instance import cancel_instance
from engine.commands.claim_task import claim_task
from engine.commands.comment_case import comment_case
from engine.commands.copy_task import copy_task
from engine.commands.delegate_task import delegate_task
from engine.commands.reassign_task import reassign_task
from engine.commands.reject_task import reject_task
from engine.commands.resolve_task import resolve_task
from engine.commands.sign_task import sign_task
from engine.commands.suspend_instance import suspend_instance
from engine.commands.urge_task import urge_task
from engine.errors import InvalidError
from tests.execution.operating import ONE, Office, task
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

TOO_MUCH = "长" * 2001
QUEUED = written(START + task("check", groups="渠道专员") + END, {"start->check": "f1", "check->end": "f2"})


def refused(office: Office, where: str, command: Any, *arguments: object, **more: object) -> None:  # noqa: ANN401 - any command
    with pytest.raises(InvalidError) as caught:
        office.do(command, *arguments, **more)
    assert caught.value.where == where


def test_what_nobody_would_read_is_refused_beside_its_field(office: Office) -> None:
    case = office.begin(ONE)
    one = office.row(case).id
    refused(office, "reason", reassign_task, one, "wang.fang", TOO_MUCH, "li.na")
    refused(office, "reason", delegate_task, one, "wang.fang", TOO_MUCH, "li.na")
    refused(office, "reason", reject_task, one, TOO_MUCH, "li.na")
    refused(office, "reason", suspend_instance, case, TOO_MUCH, "admin")
    refused(office, "reason", cancel_instance, case, TOO_MUCH, "admin")
    refused(office, "words", urge_task, one, TOO_MUCH, "zhang.wei")
    refused(office, "note", copy_task, one, ["chen.jie"], TOO_MUCH, "li.na")
    refused(office, "text", comment_case, case, TOO_MUCH, "li.na")
    wanted = Signers(people=["chen.jie"], position="parallel", reason=TOO_MUCH)
    refused(office, "reason", add_signers, one, wanted, "li.na")
    office.do(delegate_task, one, "wang.fang", "字" * 2000, "li.na")
    refused(office, "opinion", resolve_task, one, TOO_MUCH, "wang.fang")
    office.do(resolve_task, one, "可以", "wang.fang")
    office.do(add_signers, one, Signers(people=["chen.jie"], position="parallel", reason="请把关"), "li.na")
    signing = office.row(case, "chen.jie").id
    refused(office, "opinion", sign_task, signing, TOO_MUCH, "chen.jie", agreed=True)
    kinds = ["case.started", "task.delegated", "task.resolved", "task.sign_added"]
    assert [event.kind for event in office.events(case)] == kinds


def test_a_reason_of_a_claim_is_bounded_and_a_suspension_has_one(office: Office) -> None:
    case = office.begin(QUEUED)
    refused(office, "reason", claim_task, office.row(case).id, "wu.tao", reason=TOO_MUCH)
    refused(office, "reason", suspend_instance, case, "  ", "admin")
    assert office.row(case).assignee is None

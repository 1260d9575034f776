"""新渠道报备 in the interpreter, with the demo organisation: who gets what, when, and what is written."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from engine.clock import SHANGHAI
from engine.interpreter import Case, Environment, Outcome, specification
from engine.organisation.functions import Reads, functions
from engine.organisation.snapshot import Organisation, Person
from tests.bpmn.drawing import ROOT

MONDAY = dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
FRIDAY = dt.datetime(2026, 3, 6, 10, tzinfo=SHANGHAI)
FILED: dict[str, object] = {
    "channel_name": "城南优选社群",
    "channel_kind": "online",
    "partner": "城南优选商贸有限公司",
    "region": "华东",
    "basics": "社区团购社群，覆盖城南三个街道。",
    "expected_business_size": Decimal("120.50"),
    "expected_start_date": "2026-04-01",
    "resources_needed": "宣传物料 500 份",
    "attachments": [{"documentId": "1"}],
    "declaration_of_truth": True,
}
APPROVED: dict[str, object] = {
    "decision": "approve",
    "completeness_checked": True,
    "compliance_checked": True,
    "opinion": "同意，注意首批供货。",
}
RETURNED: dict[str, object] = {"decision": "return", "opinion": "请补充营业执照。"}


class Story:
    """One case, told command by command; after each, what waits."""

    def __init__(self, initiator: str, at: dt.datetime = MONDAY) -> None:
        self._at = at
        file = ROOT / "bpmn/new_channel_filing/new_channel_filing.bpmn"
        self._specification = specification(file.read_bytes(), "new_channel_filing")
        started = Case.start(self._specification, self._environment(), {**FILED, "initiator": initiator})
        self.now: Outcome = started.outcome()

    def complete(self, element: str, result: Mapping[str, object]) -> None:
        """Complete what waits at an element."""
        case = self._wake()
        case.complete(self._token(element), result, by="zhao.lei")
        self.now = case.outcome()

    def fire(self, element: str) -> None:
        """Let the timer of an element fire."""
        case = self._wake()
        case.fire(self._token(element))
        self.now = case.outcome()

    def seen(self, element: str) -> dict[str, object]:
        """Give the variables a form at an element is filled with."""
        return self._wake().visible(self._token(element))

    def inputs(self, element: str) -> dict[str, object]:
        """Give what a service task gets."""
        return self._wake().inputs(self._token(element))

    @property
    def waiting(self) -> set[str]:
        """Give the elements where tokens wait."""
        return set(self.now.waiting.values())

    def _token(self, element: str) -> int:
        return next(token for token, waits in self.now.waiting.items() if waits == element)

    def _wake(self) -> Case:
        return Case.wake(self.now.body, self._specification, self._environment())

    def _environment(self) -> Environment:
        reads = Reads()
        return Environment(now=self._at, functions=functions(_organisation(), reads), take_reads=reads.take)


def test_the_approver_is_the_initiators_own_superior() -> None:
    for initiator, superior in (("zhang.wei", "zhao.lei"), ("wang.fang", "sun.yan")):
        (task,) = Story(initiator).now.tasks
        assert task.element.id == "approve_filing"
        assert task.assignee == superior
        assert task.due_at == dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)


def test_somebody_without_a_superior_would_leave_the_approval_to_nobody() -> None:
    (task,) = Story("liu.yang").now.tasks
    assert (task.assignee, task.candidate_users, task.candidate_groups) == (None, (), ())


def test_an_approved_filing_is_recorded_and_its_manager_told() -> None:
    story = Story("zhang.wei")
    story.complete("approve_filing", APPROVED)
    (task,) = story.now.tasks
    assert (task.element.id, task.assignee, task.candidate_groups) == ("record_filing", None, ("渠道专员",))
    assert (task.due_at, task.priority) == (dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI), 60)
    story.complete("record_filing", {"filing_date": "2026-03-03", "filing_remarks": "柜 3"})
    assert story.waiting == {"save_channel_entry"}
    saved = story.inputs("save_channel_entry")
    assert (saved["register"], saved["status"]) == ("channel", "已备案")
    assert saved["values"] == FILED | {
        "channel_manager": "zhang.wei",
        "channel_manager_name": "张伟",
        "approver_name": "赵磊",
        "approval_opinion": "同意，注意首批供货。",
        "filing_date": "2026-03-03",
        "filing_remarks": "柜 3",
    }
    story.complete("save_channel_entry", {"number": "QD-2026-0001", "entry": 1, "entry_version": 1})
    told = story.inputs("notify_filed")
    assert told == {
        "to": "zhang.wei",
        "title": "新渠道已备案：城南优选社群",
        "text": "您报备的渠道“城南优选社群”已备案，备案编号 QD-2026-0001，备案日期 2026-03-03。",
    }
    story.complete("notify_filed", {"notified": ["zhang.wei"]})
    assert story.now.ended
    assert story.now.ended_at is not None
    assert story.now.ended_at.name == "已备案"
    assert story.now.variables["filing_number"] == "QD-2026-0001"


def test_a_refused_filing_ends_without_an_entry_and_its_manager_is_told_why() -> None:
    story = Story("zhang.wei")
    story.complete("approve_filing", {"decision": "reject", "opinion": "与现有渠道重叠。"})
    assert story.waiting == {"notify_rejected"}
    text = story.inputs("notify_rejected")["text"]
    assert text == "您报备的渠道“城南优选社群”未通过上级主管领导审批。审批意见：与现有渠道重叠。"
    story.complete("notify_rejected", {"notified": ["zhang.wei"]})
    assert story.now.ended_at is not None
    assert story.now.ended_at.name == "未通过"


def test_a_returned_filing_shows_who_returned_it_and_why_and_must_be_declared_anew() -> None:
    story = Story("zhang.wei")
    story.complete("approve_filing", RETURNED)
    (task,) = story.now.tasks
    assert (task.element.id, task.assignee) == ("correct_filing", "zhang.wei")
    seen = story.seen("correct_filing")
    assert (seen["opinion"], seen["approver_name"]) == ("请补充营业执照。", "赵磊")
    assert seen["channel_name"] == "城南优选社群"
    assert seen["declaration_of_truth"] is False


def test_each_approval_begins_blank_but_shows_the_opinion_before() -> None:
    story = Story("zhang.wei")
    for _round in range(3):
        story.complete("approve_filing", RETURNED)
        story.complete("correct_filing", FILED | {"partner": "城南优选有限公司"})
        seen = story.seen("approve_filing")
        assert (seen["decision"], seen["opinion"], seen["completeness_checked"]) == (None, None, False)
        assert seen["previous_opinion"] == "请补充营业执照。"
        assert (seen["partner"], seen["declaration_of_truth"]) == ("城南优选有限公司", True)
    story.complete("approve_filing", APPROVED)
    assert "record_filing" in story.waiting


def test_a_late_recording_is_reminded_and_escalated_on_working_days_and_stays_open() -> None:
    story = Story("zhang.wei", at=FRIDAY)
    story.complete("approve_filing", APPROVED)
    timers = {job.element.id: job.due_at for job in story.now.jobs}
    assert timers == {
        "filing_reminder_due": dt.datetime(2026, 3, 9, 10, tzinfo=SHANGHAI),
        "filing_overdue": dt.datetime(2026, 3, 10, 10, tzinfo=SHANGHAI),
    }
    story.fire("filing_reminder_due")
    assert story.inputs("remind_channel_officers")["to"] == ["wu.tao", "xu.jing"]
    story.complete("remind_channel_officers", {"notified": []})
    story.fire("filing_overdue")
    escalated = story.inputs("escalate_overdue")
    assert escalated["to"] == ["he.qiang", "zhou.min"]
    assert escalated["text"] == "张伟报备的新渠道“城南优选社群”已满 2 个工作日未备案，请督促渠道专员办理。"
    story.complete("escalate_overdue", {"notified": []})
    assert story.waiting == {"record_filing"}
    story.complete("record_filing", {"filing_date": "2026-03-10", "filing_remarks": ""})
    assert story.waiting == {"save_channel_entry"}


def test_timers_end_with_the_recording() -> None:
    story = Story("zhang.wei")
    story.complete("approve_filing", APPROVED)
    assert story.waiting == {"record_filing", "filing_reminder_due", "filing_overdue"}
    story.complete("record_filing", {"filing_date": "2026-03-03", "filing_remarks": ""})
    assert story.waiting == {"save_channel_entry"}
    assert len(story.now.canceled) == 2


def _organisation() -> Organisation:
    told: dict[str, Any] = orjson.loads((ROOT / "engine/demo/organisation.json").read_bytes())
    people = {
        one["username"]: Person(
            username=one["username"],
            display_name=one["name"],
            department=one["department"],
            superior=one["superior"],
            active=True,
            groups=frozenset(one["groups"]),
        )
        for one in told["people"]
    }
    return Organisation(
        revision=1,
        people=people,
        heads={one["name"]: one["head"] for one in told["departments"]},
        grants={one["name"]: one["grants"] for one in told["groups"]},
    )

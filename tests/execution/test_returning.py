"""Returning, rejecting and taking back through commands: on both databases, told in history, executed again alike."""

import datetime as dt

import pytest
from sqlalchemy import select

from engine import clock, json_text
from engine.commands.claim_task import claim_task
from engine.commands.complete_task import complete_task
from engine.commands.deploy import File, deploy
from engine.commands.modify_instance import Modification, Move, modify_instance
from engine.commands.reject_task import reject_task
from engine.commands.return_task import return_task
from engine.commands.save_task_draft import save_task_draft
from engine.commands.take_back_task import take_back_task
from engine.commands.withdraw_instance import withdraw_instance
from engine.errors import ConflictError, ForbiddenError, InvalidError
from engine.execution.immutable import definition
from engine.model import EventSubscription, HistoryEvent, Job, ProcessInstance, UserTask
from engine.organisation import organisation
from engine.queries.returnable import Earlier, may_take_back, returnable
from tests.execution.test_events import World
from tests.interpreter.build import END, START, diagram
from tests.interpreter.test_elements import event, written

FORM = json_text.dumps(
    {
        "type": "default", "id": "request", "schemaVersion": 19,
        "components": [{"type": "number", "id": "n", "key": "amount", "label": "金额"}],
    }
)  # fmt: skip
BEGIN = (
    '<bpmn:startEvent id="start" name="提出申请"><bpmn:extensionElements><zeebe:formDefinition formId="request"/>'
    "</bpmn:extensionElements></bpmn:startEvent>"
)
WITHDRAWABLE = (
    '<bpmn:extensionElements><zeebe:properties><zeebe:property name="withdrawable" value="true"/>'
    "</zeebe:properties></bpmn:extensionElements>"
)


def task(element: str, name: str, operations: str | None = None, who: str = "zhang.wei") -> str:
    said = f'<zeebe:properties><zeebe:property name="operations" value="{operations}"/></zeebe:properties>'
    return (
        f'<bpmn:userTask id="{element}" name="{name}"><bpmn:extensionElements><zeebe:userTask/>'
        f'<zeebe:assignmentDefinition assignee="{who}"/>{said if operations is not None else ""}'
        "</bpmn:extensionElements></bpmn:userTask>"
    )


CALL = (
    '<bpmn:serviceTask id="call" name="通知"><bpmn:extensionElements><zeebe:taskDefinition type="notify-erp"/>'
    "</bpmn:extensionElements></bpmn:serviceTask>"
)
BRANCHES = diagram(
    BEGIN
    + '<bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>'
    + task("apply", "填写方案")
    + task("a", "法务审核")
    + task("b", "财务审核")
    + task("decide", "总经理决定", "return, reject, takeBack")
    + task("file", "归档", "")
    + END,
    {
        "start->apply": "f0", "apply->split": "f1", "split->a": "f2", "split->b": "f3", "a->join": "f4",
        "b->join": "f5", "join->decide": "f6", "decide->file": "f7", "file->end": "f8",
    },
)  # fmt: skip


class Returning:
    """One case, and what people do to its tasks."""

    def __init__(self, world: World, content: bytes = BRANCHES, **variables: object) -> None:
        self.world = world
        with world.database.transaction() as session:
            deploy(
                session,
                [File(name="process.bpmn", content=content), File(name="request.form", content=FORM)],
                "zeng.rui",
            )
        self.case = world.start("process", **variables)

    def id(self, element: str, state: str = "CREATED") -> int:
        with self.world.database.reading() as session:
            wanted = select(UserTask.id).where(UserTask.element_id == element, UserTask.state == state)
            return session.scalars(wanted.order_by(UserTask.id.desc()).limit(1)).one()

    def task(self, element: str, state: str = "CREATED") -> UserTask:
        with self.world.database.reading() as session:
            return session.get_one(UserTask, self.id(element, state))

    def earlier(self, element: str) -> list[Earlier]:
        with self.world.database.reading() as session:
            found = session.get_one(UserTask, self.id(element))
            case = session.get_one(ProcessInstance, found.instance_id)
            return returnable(session, definition(session, case.definition_id), found, organisation(session))

    def target(self, element: str, name: str) -> int:
        return next(one.token for one in self.earlier(element) if one.name == name)

    def back(self, element: str, name: str, *, straight: bool = False, who: str = "zhang.wei") -> None:
        target = self.target(element, name)
        with self.world.database.transaction() as session:
            return_task(session, self.id(element), target, "请补充", who, straight_back=straight)

    def take_back(self, element: str, who: str = "zhang.wei") -> None:
        number = self.id(element, "COMPLETED")
        with self.world.database.transaction() as session:
            take_back_task(session, number, who)

    def can_take_back(self, element: str) -> bool:
        with self.world.database.reading() as session:
            found = session.get_one(UserTask, self.id(element, "COMPLETED"))
            case = session.get_one(ProcessInstance, found.instance_id)
            return may_take_back(session, definition(session, case.definition_id), found)

    def complete(self, *elements: str) -> None:
        for element in elements:
            self.world.complete(element)

    def event(self, kind: str) -> dict[str, object]:
        with self.world.database.reading() as session:
            body = session.scalars(select(HistoryEvent.body).where(HistoryEvent.kind == kind)).one()
            return dict(json_text.loads(body))

    @property
    def open(self) -> list[str]:
        return self.world.open_tasks()


def test_people_are_offered_where_they_can_return_to_with_who_and_when(world: World) -> None:
    it = Returning(world)
    it.complete("apply", "b", "a")
    *near, apply, start = [(one.name, one.people, one.is_start) for one in it.earlier("decide")]
    assert sorted(near) == [("法务审核", ("张伟",), False), ("财务审核", ("张伟",), False)]
    assert (apply, start) == (("填写方案", ("张伟",), False), ("提出申请", ("张伟",), True))
    assert all(one.done_at is not None for one in it.earlier("decide") if not one.is_start)


@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize(("name", "element"), [("法务审核", "a"), ("财务审核", "b")])
def test_a_return_into_the_branch_completed_first_or_last_opens_the_task_behind_the_join_once(
    world: World, order: str, name: str, element: str
) -> None:
    it = Returning(world)
    it.complete("apply", *order)
    it.back("decide", name)
    assert it.open == [element]
    again = it.task(element)
    assert (again.assignee, again.returned["reason"], again.returned["from"]) == (  # type: ignore[index] # just returned
        "zhang.wei",
        "请补充",
        "总经理决定",
    )
    it.complete(element)
    assert it.open == ["decide"]
    it.complete("decide", "file")
    assert world.state(it.case) == "COMPLETED"
    happened = it.event("task.returned")
    assert happened["reason"] == "请补充"
    assert happened["straight_back"] is False


def test_a_return_to_the_initiator_lets_the_start_form_be_handed_in_again(world: World) -> None:
    it = Returning(world, amount=5)
    it.complete("apply", "a", "b")
    it.back("decide", "提出申请")
    again = it.task("start")
    assert (again.name, again.assignee, again.form_id) == ("修改并重新提交", "zhang.wei", "request")
    world.complete("start", amount=9)
    assert world.variables(it.case)["amount"] == 9
    assert it.open == ["apply"]
    it.back("apply", "提出申请")
    assert it.open == ["start"]


def test_straight_back_leaves_the_rest_alone_and_comes_back_to_the_same_person(world: World) -> None:
    it = Returning(world)
    it.complete("apply")
    it.back("a", "填写方案", straight=True)
    assert it.open == ["apply", "b"]
    it.complete("b", "apply")
    assert it.open == ["a"]
    assert it.task("a").assignee == "zhang.wei"
    it.complete("a")
    assert it.open == ["decide"]
    it.back("decide", "提出申请", straight=True)
    assert it.open == ["start"]
    world.complete("start", amount=1)
    assert it.open == ["decide"]


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_back_twice_and_what_was_undone_is_offered_no_more(world: World, order: str) -> None:
    it = Returning(world)
    it.complete("apply", *order)
    it.back("decide", "法务审核")
    gone = it.target("a", "填写方案")
    it.back("a", "填写方案")
    assert [one.name for one in it.earlier("apply")] == ["提出申请"]
    it.complete("apply")
    assert it.open == ["a", "b"]
    with world.database.transaction() as session, pytest.raises(InvalidError, match="请刷新后再选"):
        return_task(session, it.id("a"), gone, "再来", "zhang.wei")
    it.complete(*order)
    assert it.open == ["decide"]
    it.complete("decide")
    assert it.open == ["file"]
    it.complete("file")
    assert world.state(it.case) == "COMPLETED"


SUB = diagram(
    BEGIN
    + task("before", "填写方案")
    + '<bpmn:subProcess id="sub"><bpmn:startEvent id="in"/><bpmn:parallelGateway id="split"/>'
    '<bpmn:parallelGateway id="join"/>'
    + task("a", "法务审核")
    + task("b", "财务审核")
    + task("last", "汇总")
    + '<bpmn:endEvent id="out"/>'
    + "".join(
        f'<bpmn:sequenceFlow id="i{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(
            [("in", "split"), ("split", "a"), ("split", "b"), ("a", "join"), ("b", "join"), ("join", "last"), ("last", "out")]
        )
    )
    + "</bpmn:subProcess>"
    + task("after", "归档")
    + END,
    {"start->before": "f1", "before->sub": "f2", "sub->after": "f3", "after->end": "f4"},
)  # fmt: skip


@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize("straight", [False, True])
def test_a_return_from_inside_a_sub_process_to_outside_and_back_into_it(
    world: World, order: str, straight: bool
) -> None:
    it = Returning(world, SUB)
    first, second = tuple(order)
    it.complete("before", first)
    it.back(second, "填写方案", straight=straight)
    assert it.open == ["before"]
    it.complete("before")
    assert it.open == ([second] if straight else ["a", "b"])
    it.complete(*(second if straight else order))
    assert it.open == ["last"]
    it.complete("last")
    it.back("after", {"a": "法务审核", "b": "财务审核"}[first])
    assert it.open == [first]
    it.complete(first)
    assert it.open == ["last"]
    it.back("last", "填写方案")
    it.complete("before", *order, "last", "after")
    assert world.state(it.case) == "COMPLETED"


def test_only_who_does_a_task_returns_it_with_a_reason_and_only_where_the_diagram_offers_it(world: World) -> None:
    it = Returning(world)
    it.complete("apply", "a", "b")
    target = it.target("decide", "填写方案")
    with world.database.transaction() as session:
        with pytest.raises(ForbiddenError, match="张伟"):
            return_task(session, it.id("decide"), target, "不行", "li.na")
        with pytest.raises(InvalidError, match="原因"):
            return_task(session, it.id("decide"), target, "  ", "zhang.wei")
    it.complete("decide")
    with world.database.transaction() as session:
        with pytest.raises(ForbiddenError, match="不提供"):
            return_task(session, it.id("file"), target, "不行", "zhang.wei")
        with pytest.raises(ForbiddenError, match="不提供"):
            reject_task(session, it.id("file"), "不行", "zhang.wei")


def test_a_rejection_ends_the_case_with_its_reason(world: World) -> None:
    it = Returning(world)
    it.complete("apply", "a", "b")
    with world.database.transaction() as session:
        reject_task(session, it.id("decide"), "不符合政策", "zhang.wei")
    [case] = world.cases()
    assert (case.state, case.outcome) == ("REJECTED", "不符合政策")
    assert it.open == []


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_taking_back_after_a_join_gives_the_join_its_other_branch_again(world: World, order: str) -> None:
    it = Returning(world)
    it.complete("apply")
    first, last = tuple(order)
    it.complete(first)
    with world.database.transaction() as session:
        complete_task(session, it.id(last), {"opinion": "可以"}, "zhang.wei")
    assert it.can_take_back(last)
    it.take_back(last)
    assert it.open == [last]
    assert it.task(last).draft == {"opinion": "可以"}
    it.complete(last)
    assert it.open == ["decide"]


EACH = diagram(
    BEGIN + '<bpmn:subProcess id="each"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>'
    '<zeebe:loopCharacteristics inputCollection="=[1, 2]" inputElement="it"/></bpmn:extensionElements>'
    '</bpmn:multiInstanceLoopCharacteristics><bpmn:startEvent id="in"/>'
    + task("check", "核对")
    + task("sum", "汇总")
    + '<bpmn:endEvent id="out"/><bpmn:sequenceFlow id="i1" sourceRef="in" targetRef="check"/>'
    '<bpmn:sequenceFlow id="i2" sourceRef="check" targetRef="sum"/>'
    '<bpmn:sequenceFlow id="i3" sourceRef="sum" targetRef="out"/></bpmn:subProcess>' + task("file", "归档") + END,
    {"start->each": "f1", "each->file": "f2", "file->end": "f3"},
)


def several(*, sequential: bool) -> bytes:
    loop = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"><bpmn:extensionElements>'
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="who" outputCollection="said"'
        ' outputElement="=ok"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>'
    )
    signing = task("sign", "会签", who="=who").replace("</bpmn:userTask>", loop)
    return diagram(
        BEGIN + task("apply", "填写方案") + signing + task("decide", "总经理决定") + END,
        {"start->apply": "f1", "apply->sign": "f2", "sign->decide": "f3", "decide->end": "f4"},
    )


@pytest.mark.parametrize("order", [["zhang.wei", "li.na"], ["li.na", "zhang.wei"]])
@pytest.mark.parametrize("sequential", [False, True])
def test_a_return_into_a_multi_instance_asks_all_of_them_again(
    world: World, sequential: bool, order: list[str]
) -> None:
    it = Returning(world, several(sequential=sequential))

    def sign(ok: bool) -> None:
        for person in order:
            with world.database.transaction() as session:
                mine = UserTask.assignee == person, UserTask.element_id == "sign", UserTask.state == "CREATED"
                complete_task(session, session.scalars(select(UserTask.id).where(*mine)).one(), {"ok": ok}, person)

    world.complete("apply", people=order if sequential else ["li.na", "zhang.wei"])
    sign(ok=False)
    near = it.earlier("decide")[0]
    assert (near.name, sorted(near.people), near.may_come_straight_back) == ("会签", ["张伟", "李娜"], False)
    it.back("decide", "会签")
    assert it.open == ["sign"] * (1 if sequential else 2)
    sign(ok=True)
    assert it.open == ["decide"]
    assert world.variables(it.case)["said"] == [True, True]


def test_nobody_takes_back_what_ended_one_of_several_sub_processes_while_the_others_go_on(world: World) -> None:
    it = Returning(world, EACH)
    it.complete("check", "check")
    assert it.can_take_back("check")
    it.take_back("check")
    assert it.open == ["check", "sum"]
    it.complete("sum")
    assert not it.can_take_back("sum")
    with pytest.raises(ConflictError, match="多人办理"):
        it.take_back("sum")
    it.complete("check", "sum")
    assert it.open == ["file"]


def test_a_token_that_waits_at_a_join_is_taken_back_alone(world: World) -> None:
    it = Returning(world)
    it.complete("apply", "a")
    it.take_back("a")
    assert it.open == ["a", "b"]
    it.complete("a", "b")
    assert it.open == ["decide"]


@pytest.mark.parametrize("first", ["a", "b"])
def test_a_return_behind_a_move_by_an_administrator_leaves_nothing_of_it_open(world: World, first: str) -> None:
    it = Returning(world)
    it.complete("apply", "a", "b", "decide")
    with world.database.transaction() as session:
        back = [Move(token=it.task("file").token, element_id=first)]
        modify_instance(session, it.case, Modification(moves=back), "走错了", "admin")
    assert it.open == [first]
    it.back(first, "填写方案")
    assert it.open == ["apply"]
    it.complete("apply", "a", "b", "decide", "file")
    assert world.state(it.case) == "COMPLETED"


def test_nobody_takes_back_what_somebody_has_begun_to_work_on(world: World) -> None:
    content = diagram(
        START + task("first", "第一步") + task("second", "第二步", who="").replace('assignee=""', 'candidateGroups="渠道专员"')
        + END,
        {"start->first": "f1", "first->second": "f2", "second->end": "f3"},
    )  # fmt: skip
    it = Returning(world, content)
    it.complete("first")
    with world.database.transaction() as session, pytest.raises(ForbiddenError, match="办理人"):
        take_back_task(session, it.id("first", "COMPLETED"), "li.na")
    assert it.can_take_back("first")
    with world.database.transaction() as session:
        claim_task(session, it.id("second"), "wu.tao")
        save_task_draft(session, it.id("second"), {"x": 1}, "wu.tao")
    assert not it.can_take_back("first")
    with pytest.raises(ConflictError, match="退回"):
        it.take_back("first")


def test_nobody_takes_back_what_a_machine_has_done(world: World) -> None:
    content = written(
        START + task("first", "第一步") + CALL + task("second", "第二步") + END,
        {"start->first": "f1", "first->call": "f2", "call->second": "f3", "second->end": "f4"},
    )
    it = Returning(world, content)
    it.complete("first")
    assert it.can_take_back("first")
    with world.database.transaction() as session:
        job = session.scalars(select(Job).where(Job.type == "notify-erp")).one()
        job.leased_until = clock.now() + dt.timedelta(minutes=5)
    assert not it.can_take_back("first")


WAITS = written(
    START.replace("/>", ">", 1) + "</bpmn:startEvent>"
    + '<bpmn:parallelGateway id="split"/>'
    + task("first", "第一步")
    + task("second", "第二步")
    + '<bpmn:boundaryEvent id="late" attachedToRef="second"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    + task("other", "超时处理")
    + '<bpmn:intermediateCatchEvent id="wait" name="等待付款">' + event("message", 'messageRef="m_paid"')
    + "</bpmn:intermediateCatchEvent>" + END + '<bpmn:endEvent id="end2"/><bpmn:endEvent id="end3"/>',
    {
        "start->first": "f1", "first->split": "f2", "split->second": "f3", "split->wait": "f4", "second->end": "f5",
        "late->other": "f6", "other->end2": "f7", "wait->end3": "f8",
    },
).replace(b'isExecutable="true">', b'isExecutable="true">' + WITHDRAWABLE.encode(), 1)  # fmt: skip


def test_a_return_closes_timers_and_waiting_messages_and_opens_them_anew(world: World) -> None:
    it = Returning(world, WAITS, order="7")
    it.complete("first")
    it.back("second", "第一步")
    with world.database.reading() as session:
        assert session.scalars(select(Job.state).where(Job.kind == "timer")).all() == ["CANCELED"]
        assert session.scalars(select(EventSubscription)).all() == []
    world.clock.advance(hours=2)
    world.work()
    assert it.open == ["first"]
    it.complete("first")
    with world.database.reading() as session:
        assert session.scalars(select(Job.state).where(Job.kind == "timer").order_by(Job.id)).all() == [
            "CANCELED",
            "CREATED",
        ]
        assert len(session.scalars(select(EventSubscription)).all()) == 1


def test_a_withdrawal_closes_a_running_timer_and_a_waiting_message(world: World) -> None:
    it = Returning(world, WAITS, order="7")
    it.complete("first")
    with world.database.transaction() as session:
        withdraw_instance(session, it.case, "不做了", "zhang.wei")
    world.clock.advance(hours=2)
    assert world.message("7", ttl=0).delivered == 0
    world.work()
    assert world.state(it.case) == "WITHDRAWN"
    assert it.open == []
    with world.database.reading() as session:
        assert session.scalars(select(EventSubscription)).all() == []
        assert session.scalars(select(Job.state).where(Job.kind == "timer")).all() == ["CANCELED"]

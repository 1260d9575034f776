"""Overdue tasks that go up: to whom, who hears of it, who may still read the case, and who may claim it then."""

from typing import Any

from sqlalchemy import select, update

from engine.commands.claim_task import claim_task
from engine.commands.delegate_task import delegate_task
from engine.commands.start_instance import start_instance
from engine.commands.unclaim_task import unclaim_task
from engine.model import CaseReader, Department, OrganisationRevision, User, UserTask, UserTaskCandidate
from tests.execution.operating import Office
from tests.execution.test_events import World
from tests.execution.test_overdue import HOURS, body_of, kinds, pass_time, told
from tests.execution.test_task_rules import asked, row, task
from tests.interpreter.build import side_by_side

UP = {"whenOverdue": "escalate", **HOURS}
FROM_ALL = row(task("a", "x", **UP).replace('assignee="x"', 'candidateGroups="渠道专员"'))


def candidates(world: World, of: int | str) -> list[tuple[str, str]]:
    """Give who may claim the tasks of a case, or those of an element."""
    which = UserTask.instance_id == of if isinstance(of, int) else UserTask.element_id == of
    wanted = select(UserTaskCandidate.kind, UserTaskCandidate.principal).join(
        UserTask, UserTask.id == UserTaskCandidate.task_id
    )
    with world.database.reading() as session:
        rows = session.execute(wanted.where(which).order_by(UserTaskCandidate.principal)).all()
    return [(one.kind, one.principal) for one in rows]


def readers(world: World, case: int) -> list[str]:
    with world.database.reading() as session:
        wanted = select(CaseReader.username).where(CaseReader.instance_id == case, CaseReader.kind == "took_part")
        return list(session.scalars(wanted.order_by(CaseReader.username)))


def reorganise(world: World, change: Any) -> None:  # noqa: ANN401 - any update
    with world.database.transaction() as session:
        session.execute(change)
        session.execute(update(OrganisationRevision).values(revision=OrganisationRevision.revision + 1))


def test_who_had_it_hears_where_it_went_and_may_still_read_the_case(world: World) -> None:
    world.publish(row(task("a", "liu.yang", **UP)))
    case = world.start()
    pass_time(world, hours=4)
    assert told(world) == [("liu.yang", "“a”已超时，升级给管理员办理"), ("admin", "“a”已超时，升级给您办理")]
    assert readers(world, case) == ["liu.yang"]
    assert candidates(world, case) == [("group", "系统管理员")]


def test_above_somebody_who_has_it_nobody_new_may_claim_it(world: World) -> None:
    world.publish(row(task("a", "wu.tao", **UP)))
    case = world.start()
    pass_time(world, hours=4)
    assert (candidates(world, case), readers(world, case)) == ([], ["wu.tao"])
    assert "candidate_groups" not in body_of(world, "task.escalated")


def test_a_delegated_task_goes_above_its_owner_who_hears_of_it_and_may_still_read_the_case(office: Office) -> None:
    case = office.begin(row(task("a", "li.na", operations="delegate", **UP)))
    office.do(delegate_task, office.row(case).id, "wang.fang", "请看", "li.na")
    pass_time(office, hours=4)
    now = office.row(case)
    assert (now.assignee, now.owner, now.delegation) == ("zhao.lei", None, None)
    for person in ("li.na", "wang.fang"):
        assert office.told(person)[-1] == "“a”已超时，升级给赵磊办理"
    assert readers(office, case) == ["li.na", "wang.fang"]


def test_the_head_gets_what_nobody_has_claimed_and_those_who_might_have_may_still_read_it(world: World) -> None:
    world.publish(FROM_ALL)
    case = world.start()
    pass_time(world, hours=4)
    assert asked(world) == [("a", "zhao.lei")]
    assert candidates(world, case) == [("group", "渠道专员")]
    assert readers(world, case) == []
    went = "“a”已超时，升级给赵磊办理"
    assert told(world) == [("wu.tao", went), ("xu.jing", went), ("zhao.lei", "“a”已超时，升级给您办理")]


def test_what_nobody_has_claimed_in_the_heads_own_case_is_the_administrators_and_nobody_elses(world: World) -> None:
    world.publish(FROM_ALL)
    with world.database.transaction() as session:
        case = start_instance(session, "process", {}, "zhao.lei")
    world.clock.advance(hours=1)
    other = world.start()
    pass_time(world, hours=3)
    assert asked(world) == [("a", None), ("a", None)]
    assert candidates(world, case) == [("group", "系统管理员")]
    assert candidates(world, other) == [("group", "渠道专员")]


def test_without_a_head_in_office_the_administrators_get_what_nobody_has_claimed(world: World) -> None:
    world.publish(FROM_ALL)
    changes = (
        update(User).where(User.username == "zhao.lei").values(active=False),
        update(Department).where(Department.name == "华东区").values(head=None),
        update(User).where(User.username == "zhang.wei").values(department=None),
    )
    for change in changes:
        case = world.start()
        reorganise(world, change)
        pass_time(world, hours=4)
        assert candidates(world, case) == [("group", "系统管理员")]


def test_an_administrator_who_was_asked_before_hears_of_it_once(world: World) -> None:
    world.publish(row(task("a", "admin", **UP)))
    reorganise(world, update(User).where(User.username == "admin").values(superior=None))
    world.start()
    pass_time(world, hours=4)
    assert told(world) == [("admin", "“a”已超时，升级给您办理")]


def test_above_the_top_it_stays_and_never_comes_down_to_the_head_of_a_department(world: World) -> None:
    world.publish(row(task("a", "liu.yang", whenOverdue="escalate, escalate, escalate", **HOURS)))
    case = world.start()
    pass_time(world, hours=4)
    pass_time(world, hours=4)
    assert (asked(world), candidates(world, case)) == ([("a", None)], [("group", "系统管理员")])
    assert told(world)[-1] == ("admin", "“a”已超时，请尽快办理")
    with world.database.transaction() as session:
        claim_task(session, session.scalars(select(UserTask.id)).one(), "admin")
    pass_time(world, hours=4)
    assert asked(world) == [("a", "liu.yang")]
    assert kinds(world)[1:] == ["task.escalated", "task.reminded", "task.claimed", "task.escalated"]


def test_it_stays_above_the_top_after_all_that_came_before_and_since(world: World) -> None:
    world.publish(row(task("a", "zhou.min", whenOverdue="escalate, escalate, remind, escalate", **HOURS)))
    world.start()
    for expected in ("liu.yang", None, None, None):
        pass_time(world, hours=4)
        assert asked(world) == [("a", expected)]


def test_what_the_head_gives_back_unclaimed_goes_to_the_head_again(world: World) -> None:
    twice = task("a", "x", whenOverdue="escalate, escalate", **HOURS).replace(
        'assignee="x"', 'candidateGroups="渠道专员"'
    )
    world.publish(row(twice))
    world.start()
    pass_time(world, hours=4)
    with world.database.transaction() as session:
        unclaim_task(session, session.scalars(select(UserTask.id)).one(), "zhao.lei")
    assert asked(world) == [("a", None)]
    pass_time(world, hours=4)
    assert asked(world) == [("a", "zhao.lei")]


def test_one_task_above_the_top_holds_no_other_back(world: World) -> None:
    world.publish(
        side_by_side(
            task("a", "liu.yang", whenOverdue="escalate", overdueAfter="PT1H"),
            task("b", "x", **UP).replace('assignee="x"', 'candidateGroups="渠道专员"'),
        )
    )
    world.start()
    pass_time(world, hours=1)
    pass_time(world, hours=3)
    assert sorted(asked(world), key=str) == [("a", None), ("b", "zhao.lei")]

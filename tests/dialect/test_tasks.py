"""Tasks of people, of the machine and of external workers; input and output mappings."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import select

from engine.clock import SHANGHAI
from engine.commands.report_failure import report_failure
from engine.model import Notification, UserTaskCandidate
from tests.dialect.playing import Play


def test_a_task_knows_its_people_form_and_dates(play: Play) -> None:
    case = play.start(title="一号店", urgent=True)
    (task,) = play.rows()
    assert (task.assignee, task.form_id, task.priority) == ("zhao.lei", "opinion", 90)
    assert task.due_at == play.clock() + dt.timedelta(days=2)
    assert task.follow_up_at == play.clock() + dt.timedelta(days=1)
    assert play.seen("one")[0]["question"] == "请看一号店"
    play.do("one", by="zhao.lei", opinion="可以")
    assert {**play.variables(case), "title": ""} == {
        "initiator": "zhang.wei",
        "title": "",
        "urgent": True,
        "answer": "可以",
    }
    assert candidates(play) == [("group", "渠道专员")]
    play.do("group", by="wu.tao")
    assert candidates(play) == [("user", "li.na"), ("user", "wu.tao")]
    (task,) = play.rows()
    assert (task.priority, task.due_at) == (10, dt.datetime(2026, 3, 20, 18, tzinfo=SHANGHAI))
    play.do("users", by="li.na")
    assert play.outcome(case) == "已办"


def candidates(play: Play) -> list[tuple[str, str]]:
    """Give who may take the one open task."""
    (task,) = play.rows()
    with play.database.reading() as session:
        rows = session.scalars(select(UserTaskCandidate).where(UserTaskCandidate.task_id == task.id)).all()
        return sorted((one.kind, one.principal) for one in rows)


def test_tasks_that_nobody_does_are_passed(play: Play) -> None:
    case = play.start()
    assert play.went(case) == ["start", "carry", "whatever", "milestone", "passed"]
    assert play.outcome(case) == "走过了"


def test_a_script_computes_in_its_own_scope(play: Play) -> None:
    case = play.start(gross=100)
    variables = play.variables(case)
    # An input is local, and so is the result of a script that says by outputs what leaves it.
    assert (variables["net"], variables["result"]) == (80, {"twice": 160, "once": 80})
    assert variables.keys() == {"initiator", "gross", "net", "result"}


def test_inputs_are_local_and_outputs_are_all_that_leaves(play: Play) -> None:
    case = play.start(customer={"name": "王", "grade": "丙"})
    (seen,) = play.seen("fill")
    assert (seen["who"], seen["fixed"], seen["greeting"]) == ("王", "固定文字", "王先生")
    play.do("fill", grade="甲", remark="不映射就留不下")
    assert play.seen("plain")[0].keys() & {"who", "fixed", "greeting", "remark"} == set()
    play.do("plain", remark="不写映射的全部留下")
    variables = play.variables(case)
    assert variables["customer"] == {"name": "王", "grade": "甲"}
    assert (variables["last"], variables["remark"]) == ("王", "不写映射的全部留下")


def test_a_decision_is_taken(play: Play) -> None:
    case = play.start(order={"amount": 200}, amount=5)
    job = play.answer("decide.outside", verdict="可以")
    assert job.element_id == "by_worker"
    variables = play.variables(case)
    assert (variables["discount"], variables["again"], variables["verdict"]) == (Decimal("0.1"), 0, "可以")


def test_a_job_waits_for_its_worker(play: Play) -> None:
    case = play.start(kind="credit", tries=2, customer="王")
    job = play.taken("score.credit")
    assert (job.retries, job.variables["subject"], job.headers["model"]) == (2, "王", "v2")
    play.command(report_failure, job.id, "忙", "admin", retries=1)
    # The diagram says to wait for ten minutes.
    assert play.jobs() == ["score.credit"]
    play.wait(minutes=10)
    play.answer("score.credit", score=7, model="不映射的不留下")
    assert (play.variables(case)["result"], "score" in play.variables(case)) == (7, False)
    assert play.answer("letter.send").element_id == "send"
    play.answer("compute.outside", computed=True)
    assert (play.outcome(case), play.variables(case)["computed"]) == ("已办", True)


def test_the_machine_does_its_own_tasks(play: Play) -> None:
    case = play.start(order=6)
    assert play.outcome(case) == "已通知"
    with play.database.reading() as session:
        assert "已经收到" in session.scalars(select(Notification.title).where(Notification.username == "zhang.wei"))
    other = play.cases()[-1]
    assert (other.parent_id, play.variables(other.id)["next"]) == (None, 7)

"""Execution listeners and task listeners: jobs at the moments of their elements."""

from engine.commands.claim_task import claim_task
from engine.commands.complete_job import complete_job
from engine.commands.complete_task import complete_task
from engine.commands.update_task import update_task
from tests.dialect.playing import Play


def listen(play: Play, *types: str) -> None:
    """See that listeners ask one after the other, and answer each."""
    for type_ in types:
        assert play.jobs() == [f"listen.{type_}"]
        play.answer(f"listen.{type_}", **{f"heard_{type_}": True})


def test_listeners_are_asked_at_the_start_and_the_end(play: Play) -> None:
    case = play.start(given=1)
    listen(play, "case", "started", "before", "before_too")
    assert play.variables(case)["computed"] == 2
    listen(play, "after", "gateway", "task")
    assert play.tasks() == ["do"]
    play.do("do")
    assert play.tasks() == []
    listen(play, "done", "mark", "marked", "opening", "inner_end", "closed", "ending", "over")
    assert play.outcome(case) == "已办"
    assert play.variables(case)["heard_over"] is True
    other = play.start(given=-9)
    listen(play, "case", "started", "before", "before_too", "after", "gateway", "over")
    assert play.outcome(other) == "其他"


def test_task_listeners_agree_correct_and_refuse(play: Play) -> None:
    case = play.start()
    assert play.tasks() == []
    play.answer("listen.creating")
    (task,) = play.rows()
    play.command(claim_task, task.id, "wu.tao")
    assert play.rows()[0].assignee is None
    play.answer("listen.assigning")
    assert play.rows()[0].assignee == "wu.tao"
    play.command(update_task, task.id, {"priority": 70}, "admin")
    job = play.taken("listen.updating")
    play.command(complete_job, job.id, {}, "admin", corrections={"priority": 80})
    assert play.rows()[0].priority == 80
    for denied in ("还缺附件", None):
        play.command(complete_task, task.id, {"note": "好"}, "wu.tao")
        job = play.taken("listen.completing")
        assert (job.retries, play.outcome(case)) == (4, None)
        play.command(complete_job, job.id, {}, "admin", denied=denied)
    assert (play.outcome(case), play.variables(case)["note"]) == ("已办", "好")

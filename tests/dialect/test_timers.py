"""Timers in the middle of a process and on the border of a task; it is Monday, the 2nd of March, nine o'clock."""

from collections import Counter

from tests.dialect.playing import Play


def test_a_case_waits_for_dates_and_durations(play: Play) -> None:
    case = play.start(days=2)
    due = []
    while play.outcome(case) is None:
        (moment,) = play.due()
        due.append(moment)
        play.until(moment.removeprefix("03-"))
    assert due == ["03-03 09:00", "03-05 09:00", "03-06 21:00", "03-08 21:00"]
    assert play.outcome(case) == "等到了"


def test_a_border_timer_takes_the_task_away(play: Play) -> None:
    in_time = play.start()
    play.wait(hours=1)
    play.do("decide")
    assert (play.outcome(in_time), play.due()) == ("已定", [])
    late = play.start()
    assert play.due() == ["03-02 12:00"]
    play.wait(hours=2)
    assert (play.tasks(), play.due()) == (["decide_again"], ["03-06 18:00"])
    play.until("06 18:00")
    assert (play.tasks(), play.due()) == (["last"], ["03-07 18:00"])
    play.until("07 18:00")
    assert play.outcome(late) == "过期"
    assert play.passed(late, "TERMINATED").keys() == {"decide", "decide_again", "last"}


def test_a_gentle_border_timer_reminds(play: Play) -> None:
    case = play.start(reminders=0, mornings=0, asked=0, interval="PT6H")
    seen = []
    for moment in ("02 10:00", "02 11:00", "02 12:00", "02 15:00", "02 21:00", "03 08:00", "03 09:00", "04 08:00"):
        play.until(moment)
        variables = play.variables(case)
        seen.append((variables["reminders"], variables["mornings"], variables.get("asked_times")))
    assert seen == [
        (1, 0, None),
        (2, 0, None),
        (3, 0, None),
        (3, 0, 1),
        (3, 0, 1),
        (3, 1, 1),
        (3, 1, 1),
        (3, 2, 1),
    ]
    assert Counter(play.tasks()) == {"work": 1, "call": 1}
    assert play.went(case, "as_agreed", "every_hour") == [*["every_hour"] * 3, *["as_agreed"] * 2]
    play.do("call")
    play.do("work")
    assert (play.outcome(case), play.due()) == ("已办", [])

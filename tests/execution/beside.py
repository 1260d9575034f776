"""What people do about a task that leaves it where it is, in random cases: urge, copy, comment, and change its priority."""

import random

from engine.commands.comment_case import comment_case
from engine.commands.copy_task import copy_task
from engine.commands.update_task import update_task
from engine.commands.urge_task import urge_task
from engine.model import UserTask
from tests.execution.operating import Office


def urge(office: Office, task: UserTask) -> None:
    """Remind whoever has it, unless that was done just now."""
    if task.urged_at is None:
        assert office.do(urge_task, task.id, "请尽快", "admin") == [task.assignee]


def copy(office: Office, task: UserTask) -> None:
    office.do(copy_task, task.id, ["chen.jie"], "请知悉", "admin")


def comment(office: Office, task: UserTask) -> None:
    assert office.do(comment_case, task.instance_id, "@wang.fang 请看", "zhang.wei") == ["wang.fang"]


def change_priority(office: Office, task: UserTask) -> None:
    assert office.do(update_task, task.id, {"priority": 100 - task.priority}, "admin") is True


def do_something(office: Office, task: UserTask, chance: random.Random) -> None:
    """Do one of these."""
    chance.choice([urge, copy, comment, change_priority])(office, task)

"""Tasks for which a rule found nobody: never a task that no person can see."""

from dataclasses import replace

from engine.errors import InvalidError, mark
from engine.interpreter import OpenedTask, Outcome, Stuck
from engine.organisation import Organisation

NOBODY = mark("“{label}”没有找到办理人：规则 {rule} 没有给出在职的人。请由管理员指定办理人，并更正组织架构。")


def refuse_without_people(outcome: Outcome, known: Organisation, actor: str) -> None:
    """Refuse a start that leads at once to a task for nobody, or that gets stuck. Raises InvalidError."""
    for task in outcome.tasks:
        if not is_known(task, known):
            raise InvalidError(
                mark(
                    "不能发起：“{label}”没有办理人。规则 {rule} 在组织架构里找不到{who}的对应人员，请联系管理员补全。"
                ),
                where=task.element.id,
                label=task.element.label,
                rule=_rule(task),
                who=known.display_name(actor),
            )
    for stuck in outcome.stuck:
        raise InvalidError(
            mark("不能发起：流程在“{label}”处走不下去。{detail}"),
            where=stuck.element.id,
            label=stuck.element.label,
            detail=stuck.message.format(**stuck.facts),
        )


def hand_to_administrators(outcome: Outcome, known: Organisation) -> Outcome:
    """Give tasks for nobody to the administrators' groups, each with an Incident."""
    orphans = {task.token for task in outcome.tasks if not is_known(task, known)}
    if not orphans:
        return outcome
    stand_ins = administrators(known)
    tasks = tuple(_handed_over(task, stand_ins) if task.token in orphans else task for task in outcome.tasks)
    stuck = tuple(_incident(task) for task in outcome.tasks if task.token in orphans)
    return replace(outcome, tasks=tasks, stuck=(*outcome.stuck, *stuck))


def administrators(known: Organisation) -> tuple[str, ...]:
    """Give the groups that look after what nobody else can."""
    return tuple(sorted(group for group, grant in known.grants.items() if grant == "admin"))


def _handed_over(task: OpenedTask, stand_ins: tuple[str, ...]) -> OpenedTask:
    ruled = {
        "assignee": task.assignee,
        "candidate_users": task.candidate_users,
        "candidate_groups": task.candidate_groups,
    }
    # What the rule gave stays on record: a replay compares with that, not with the stand-ins.
    return replace(
        task,
        assignee=None,
        candidate_users=(),
        candidate_groups=stand_ins,
        facts={**task.facts, "ruled": ruled},
    )


def is_known(task: OpenedTask, known: Organisation) -> bool:
    """Tell whether at least one active person can see the task."""
    people = [name for name in (task.assignee, *task.candidate_users) if name is not None]
    if any(name in known.people and known.people[name].active for name in people):
        return True
    return any(known.members_of(group) for group in task.candidate_groups)


def _rule(task: OpenedTask) -> str:
    element = task.element
    return element.assignee or element.candidate_users or element.candidate_groups or ""


def _incident(task: OpenedTask) -> Stuck:
    return Stuck(
        token=task.token,
        element=task.element,
        code="nobody_found",
        message=NOBODY,
        facts={"label": task.element.label, "rule": _rule(task)},
    )

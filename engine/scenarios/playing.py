"""Playing a scenario: each step by the command a person's click would call, then what is there is compared."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import exists, or_, select

from engine import clock, feel
from engine.commands.activate_adhoc_elements import Chosen, activate_adhoc_elements
from engine.commands.broadcast_signal import broadcast_signal
from engine.commands.cancel_instance import cancel_instance
from engine.commands.claim_task import claim_task
from engine.commands.complete_task import complete_task
from engine.commands.deploy import File
from engine.commands.publish_message import publish_message
from engine.commands.start_instance import start_instance
from engine.commands.withdraw_instance import withdraw_instance
from engine.config import PRIVATE
from engine.database import Database
from engine.errors import EngineError, ForbiddenError, FormInvalidError, NotFoundError, mark
from engine.execution.immutable import definition
from engine.execution.starting import newest_definition
from engine.model import ProcessInstance, UserTask, UserTaskCandidate
from engine.queries.case_view import view_case
from engine.queries.choices import open_choices
from engine.queries.people import find_person
from engine.queries.task_network import refusing_task
from engine.queries.timeline import load_events
from engine.scenarios.coverage import Coverage
from engine.scenarios.expecting import Difference, compare
from engine.scenarios.reading import Scenario, Script, Step
from engine.scenarios.world import World


@dataclass(frozen=True, kw_only=True)
class Played:
    """How a scenario went."""

    scenario: Scenario
    differences: Sequence[Difference]
    """Empty where everything came as expected."""
    coverage: Coverage = field(default_factory=Coverage)
    """What it passed."""


def play(
    script: Script, scenario: Scenario, database: Database, folder: Path, file_sets: Iterable[list[File]]
) -> Played:
    """Play one scenario in a fresh, empty database.

    ``folder`` takes the files people upload, ``file_sets`` are published first, each together. While it
    plays the program's clock is the scenario's own.
    """
    world = World(database=database, folder=folder, process_id=script.process_id)
    with clock.ticking(lambda: world.now):
        world.found(file_sets, scenario)
        differences = [difference for step in scenario.steps for difference in _step(world, step)]
        differences += compare(world, scenario.expect, mark("最后"))
        coverage = Coverage.of(database, script.process_id)
    return Played(scenario=scenario, differences=differences, coverage=coverage)


def _step(world: World, step: Step) -> list[Difference]:
    """Do one step and give what came otherwise than expected."""
    world.go_on_to(step.at)
    place = f"{step.told['at']} {step.verb}"
    refused = step.told.get("refused")
    try:
        do(world, step)
    except EngineError as error:
        if refused is None:
            return [Difference(place, mark("做到"), str(error))]
        return _compare_refusal(refused, error, place)
    if refused is not None:
        return [Difference(place, mark("被拒绝"), mark("做到了"))]
    world.go_on_to(step.at)
    return compare(world, step.told.get("then", {}), place)


def do(world: World, step: Step) -> None:
    """Do one step as the person it names. Raises EngineError where it is refused."""
    _DO[step.verb](world, step)


def _compare_refusal(refused: Mapping[str, object], error: EngineError, place: str) -> list[Difference]:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if refused["error"] not in kinds:
        return [Difference(place, refused["error"], f"{type(error).__name__}：{error}")]
    wanted, problems = refused.get("fields"), error.problems if isinstance(error, FormInvalidError) else {}
    if isinstance(wanted, list) and set(wanted) != set(problems):
        return [Difference(place, sorted(wanted), sorted(problems))]
    return []


def _start(world: World, step: Step) -> None:
    process_id = step.told.get("process", world.process_id)
    with world.database.reading() as session:
        found = newest_definition(session, process_id, None)
    start_form = found.forms.get(found.start_form_id) if found.start_form_id else None
    values = world.with_files(start_form, step.values, step.by)
    with world.database.transaction() as session:
        world.cases[step.case] = start_instance(session, process_id, values, step.by)


def _claim(world: World, step: Step) -> None:
    task = _task(world, step)
    _come_from(world, step, task)
    with world.database.transaction() as session:
        claim_task(session, task.id, step.by)


def _complete(world: World, step: Step) -> None:
    task = _task(world, step)
    _come_from(world, step, task)
    values = world.with_files(task.form_definition_id, step.values, step.by)
    with world.database.transaction() as session:
        complete_task(session, task.id, values, step.by)


def _task(world: World, step: Step) -> UserTask:
    """Find the open task a step is about; of several, the one that the person has or may claim."""
    element, case = step.told["task"], world.case(step.case)
    mine = or_(
        UserTask.assignee == step.by,
        UserTask.assignee.is_(None)
        & exists().where(UserTaskCandidate.task_id == UserTask.id, UserTaskCandidate.principal == step.by),
    )
    statement = (
        select(UserTask)
        .where(UserTask.instance_id == case, UserTask.element_id == element, UserTask.state == "CREATED")
        .order_by(mine.desc(), UserTask.id)
        .limit(1)
    )
    with world.database.reading() as session:
        task = session.scalar(statement)
    if task is None:
        raise NotFoundError(mark("这时没有待办的任务 {task}。"), task=element)
    return task


def _come_from(world: World, step: Step, task: UserTask) -> None:
    """Refuse a task that is bound to a network where the step says it comes from elsewhere."""
    address = step.told.get("from")
    if address is None:
        return
    with world.database.reading() as session:
        refusing = refusing_task(session, task.id, address, {"intranet": PRIVATE})
    if refusing is not None:
        raise ForbiddenError(
            mark("“{task}”只能在{network}办理，这一步却从 {address} 来。"),
            task=refusing.name,
            network=refusing.network_title,
            address=address,
        )


def doer(world: World, step: Step) -> str:
    """Give who does a step: where it says ``assignee``, whoever has the task by then."""
    if step.by != "assignee":
        return step.by
    return _task(world, step).assignee or ""


def _withdraw(world: World, step: Step) -> None:
    with world.database.transaction() as session:
        withdraw_instance(session, _number(world, step), step.told["reason"], step.by)


def _terminate(world: World, step: Step) -> None:
    with world.database.transaction() as session:
        cancel_instance(session, _number(world, step), step.told["reason"], step.by)


def _read(world: World, step: Step) -> None:
    with world.database.reading() as session:
        person = find_person(session, step.by)
        if person is None:
            raise NotFoundError(mark("没有用户 {name}。"), name=step.by)
        view_case(session, person, _number(world, step))


def _number(world: World, step: Step) -> int:
    number = world.case(step.case)
    if number is None:
        raise NotFoundError(mark("情景里没有名为 {case} 的事项。"), case=step.case)
    return number


def _publish(world: World, step: Step) -> None:
    living = feel.duration(step.told.get("time_to_live", "PT0S"))
    with world.database.transaction() as session:
        publish_message(
            session,
            step.told["message"],
            step.told["key"],
            step.values,
            step.by,
            time_to_live=living.timedelta if isinstance(living, feel.DaysTime) else dt.timedelta(0),
        )


def _broadcast(world: World, step: Step) -> None:
    with world.database.transaction() as session:
        broadcast_signal(session, step.told["signal"], step.values, step.by)


def _choose(world: World, step: Step) -> None:
    number, wanted = _number(world, step), step.told["in"]
    with world.database.transaction() as session:
        process = definition(session, session.get_one(ProcessInstance, number).definition_id).process
        open_now = open_choices(process, (event.body for event in load_events(session, number)))
        token = next((choice.token for choice in open_now if choice.element_id == wanted), None)
        if token is None:
            raise NotFoundError(mark("这时没有等待选择的即席子流程 {element}。"), element=wanted)
        chosen = [Chosen(element_id=element) for element in step.told["tasks"]]
        activate_adhoc_elements(session, number, token, chosen, step.by)


def _wait(_world: World, _step: Step) -> None:
    """Only let time go by, which every step does first."""


_DO: Mapping[str, Callable[[World, Step], None]] = {
    "start": _start,
    "claim": _claim,
    "complete": _complete,
    "withdraw": _withdraw,
    "terminate": _terminate,
    "read": _read,
    "publish": _publish,
    "broadcast": _broadcast,
    "choose": _choose,
    "wait": _wait,
}

"""The demo company's last three months: its people's acts, played by the engine with the clock of that time."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine import clock
from engine.commands.mark_notifications_read import mark_notifications_read
from engine.database import Database
from engine.interpreter import load_variables
from engine.model import ProcessInstance, RegisterEntry, RegisterEntryVersion
from engine.organisation.calendar import working_days_after
from engine.scenarios.playing import do, doer
from engine.scenarios.reading import Step
from engine.scenarios.world import World


@dataclass(frozen=True, kw_only=True)
class Chronicle:
    """What happened, in the order of time, and the moment from which the company exists."""

    begins: dt.datetime
    registers: Mapping[str, Sequence[Mapping[str, Any]]]
    """What the registers have from the beginning."""
    steps: Sequence[Step]


def read_chronicle(now: dt.datetime) -> Chronicle:
    """Read what ships with the program, told in working days before ``now``; what lies ahead of it is left out."""
    told = json.loads(resources.files("engine.demo").joinpath("chronicle.json").read_text(encoding="utf-8"))
    steps = [step for case in told["cases"] for step in _steps(case, told["answers"], now)]
    begins = _moment(now, -int(told["begins"]), "08:00")
    past = sorted((one for one in steps if one.at < now), key=lambda one: one.at)
    return Chronicle(begins=begins, registers=told["registers"], steps=past)


def play_chronicle(database: Database, folder: Path, chronicle: Chronicle, until: dt.datetime) -> Iterator[Step]:
    """Play it step by step on a database where the company is founded, and let time go by ``until`` then.

    ``folder`` takes the files people upload. While it plays, the program's clock is the chronicle's own; each
    step is given once it is done.
    """
    world = World(database=database, folder=folder, process_id="", now=chronicle.begins)
    world.write(chronicle.registers)
    for step in chronicle.steps:
        with clock.ticking(lambda: world.now):
            world.go_on_to(step.at)
            acting = replace(step, by=doer(world, step), values=_resolved(world, step, step.values))
            _read_the_news(database, acting)
            do(world, acting)
        yield step
    with clock.ticking(lambda: world.now):
        world.go_on_to(until)


def _read_the_news(database: Database, step: Step) -> None:
    """Let whoever does something read first what the system has told them."""
    with database.transaction() as session:
        mark_notifications_read(session, step.by)


def _steps(case: Mapping[str, Any], answers: Mapping[str, Any], now: dt.datetime) -> Iterator[Step]:
    first = _moment(now, -int(case["days_ago"]), "00:00")
    for told in case["steps"]:
        day, _, time = told["at"].partition(" ")
        named = answers[told["answers"]] if "answers" in told else {}
        yield Step(
            at=_moment(first, int(day), time),
            verb=told["do"],
            by=told.get("by", ""),
            case=case["case"],
            told={"process": case["process"], **told},
            values={**named, **told.get("change", {})},
        )


def _moment(start: dt.datetime, working_days: int, time: str) -> dt.datetime:
    """Give a time of the day that lies so many working days later, or earlier, in UTC."""
    day = working_days_after(start, working_days).date()
    return dt.datetime.combine(day, dt.time.fromisoformat(time), clock.SHANGHAI).astimezone(dt.UTC)


def _resolved(world: World, step: Step, value: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    """Put in what is known only when a step is done: a day counted from it, what its case or another has by then."""
    if isinstance(value, list):
        return [_resolved(world, step, one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if value.keys() == {"days"}:
        return (step.at.astimezone(clock.SHANGHAI).date() + dt.timedelta(days=value["days"])).isoformat()
    if value.keys() == {"written_by", "register"}:
        return _number(world, value["written_by"], value["register"])
    if value.keys() == {"titled", "register"}:
        return _titled(world, value["titled"], value["register"])
    if value.keys() == {"variable"}:
        return _variable(world, step.case, value["variable"])
    return {key: _resolved(world, step, one) for key, one in value.items()}


def _number(world: World, case: str, register: str) -> str:
    with world.database.reading() as session:
        return session.scalars(
            select(RegisterEntry.number)
            .join(RegisterEntryVersion, RegisterEntryVersion.entry_id == RegisterEntry.id)
            .where(RegisterEntry.register == register, RegisterEntryVersion.instance_id == world.cases[case])
            .distinct()
        ).one()


def _titled(world: World, title: str, register: str) -> str:
    with world.database.reading() as session:
        return session.scalars(
            select(RegisterEntry.number).where(RegisterEntry.register == register, RegisterEntry.title == title)
        ).one()


def _variable(world: World, case: str, path: str) -> object:
    with world.database.reading() as session:
        found: Any = load_variables(session.get_one(ProcessInstance, world.cases[case]).body)
    for name in path.split("."):
        found = found[name]
    return found

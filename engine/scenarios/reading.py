"""Reading ``scenarios.json``: checked against its schema, with errors that say where."""

import datetime as dt
import itertools
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from engine.clock import SHANGHAI
from engine.errors import InvalidError, mark
from engine.queries.clauses import Proof


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something somebody does, or time that goes by."""

    at: dt.datetime
    """UTC; people write it as Shanghai sees it."""
    verb: str
    by: str
    case: str
    """Which case it is about, where a scenario has more than one."""
    told: Mapping[str, Any]
    """The step as it was written."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What is submitted: the answers with their changes."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One way a case may go."""

    id: str
    title: str
    clauses: tuple[str, ...]
    steps: tuple[Step, ...]
    expect: Mapping[str, Any]
    people: tuple[Mapping[str, Any], ...] = ()
    """What is different about some people of the company."""
    given: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """Entries that the registers have already."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """The scenarios of one process."""

    process_id: str
    others: tuple[str, ...]
    """Processes that are published too, because this one calls or tells them."""
    scenarios: tuple[Scenario, ...]


MAIN = "main"
"""What the case of a step is called that names none."""


def read_script(content: bytes, where: str) -> Script:
    """Read a file of scenarios; ``where`` names it in errors. Raises InvalidError with the place and the reason."""
    told = _parse(content, where)
    problem = best_match(_schema().iter_errors(told))
    if problem is not None:
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem.absolute_path)
        raise InvalidError(
            mark("{file} 的 {place} 不对：{reason}。写法见 bpmn/README.md。"),
            where=where,
            file=where,
            place=path.lstrip(".") or mark("开头"),
            reason=problem.message,
        )
    answers: Mapping[str, Mapping[str, object]] = told.get("answers", {})
    return Script(
        process_id=told["process"],
        others=tuple(told.get("with", ())),
        scenarios=tuple(_scenario(one, answers, where) for one in told["scenarios"]),
    )


def read_proofs(home: Path) -> list[Proof]:
    """Give what the scenarios below ``home`` prove; a file that can't be read proves nothing."""
    proofs: list[Proof] = []
    for path in sorted((home / "bpmn").glob("*/scenarios.json")):
        with suppress(InvalidError):
            script = read_script(path.read_bytes(), path.parent.name)
            proofs += [
                Proof(process_id=script.process_id, id=one.id, title=one.title, clauses=one.clauses)
                for one in script.scenarios
            ]
    return proofs


def _parse(content: bytes, where: str) -> Any:  # noqa: ANN401 - JSON of any kind, checked by the schema next
    try:
        return json.loads(content, parse_float=Decimal)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", 1)
        raise InvalidError(mark("{file} 第 {line} 行不是正确的 JSON。"), where=where, file=where, line=line) from error


@cache
def _schema() -> Draft202012Validator:
    text = resources.files("engine.scenarios").joinpath("schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def _scenario(told: Mapping[str, Any], answers: Mapping[str, Mapping[str, object]], where: str) -> Scenario:
    steps = tuple(_step(one, told["id"], answers, where) for one in told["steps"])
    for before, after in itertools.pairwise(steps):
        if after.at < before.at:
            raise InvalidError(
                mark("{file} 的情景 {scenario}：{at} 的一步排在更晚的一步之后。请按时间先后写。"),
                where=where,
                file=where,
                scenario=told["id"],
                at=after.told["at"],
            )
    return Scenario(
        id=told["id"],
        title=told["title"],
        clauses=tuple(told["clauses"]),
        steps=steps,
        expect=told["expect"],
        people=tuple(told.get("people", ())),
        given=told.get("given", {}),
    )


def _step(told: Mapping[str, Any], scenario: str, answers: Mapping[str, Mapping[str, object]], where: str) -> Step:
    chosen = told.get("answers", {})
    if isinstance(chosen, str):
        if chosen not in answers:
            raise InvalidError(
                mark("{file} 的情景 {scenario} 用了没有写出的答案 {answers}。"),
                where=where,
                file=where,
                scenario=scenario,
                answers=chosen,
            )
        chosen = answers[chosen]
    return Step(
        at=local(told["at"]),
        verb=told["do"],
        by=told.get("by", ""),
        case=told.get("case", MAIN),
        told=told,
        values={**chosen, **told.get("change", {})},
    )


def local(text: str) -> dt.datetime:
    """Read a moment as Shanghai sees it, and give it in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(dt.UTC)

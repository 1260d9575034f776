"""Diagrams damaged at random: refused with findings, or run without ever being stuck in silence.

Each that runs is walked at random; falling asleep between two steps changes nothing, and the same step from the
same state gives the same bytes.
"""

import copy
import datetime as dt
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from engine.errors import EngineError
from engine.interpreter import Case, Environment, Outcome, Process, StuckError, specification
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("bpmn/*/*.bpmn"), *ROOT.glob("tests/**/*.bpmn"), *ROOT.glob("../shared/miwg/*.bpmn")])
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
NOTHING = Known(forms=frozenset(), job_types=frozenset())
ENVIRONMENT = Environment(now=dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC))
TEXTS = ("", "=", "=1+", "=x", "${x}", "R/PT1H", "P1D", "true", "中文 id", "x" * 50)
MUTATIONS, STEPS = 60, 15
THROWS = {"intermediateThrowEvent", "endEvent"}
"""A message that is sent is a job, and waits for somebody to complete it."""


def _nodes(root: etree._Element) -> list[etree._Element]:
    return [node for node in root.iter(f"{BPMN}*") if node.getparent() is not None]


def _damage(root: etree._Element, rng: random.Random) -> None:
    """Remove, rename, copy or move an element, or change an attribute or a text."""
    nodes = _nodes(root)
    if not nodes:
        return
    node, other = rng.choice(nodes), rng.choice(nodes)
    parent = node.getparent()
    assert parent is not None
    match rng.randrange(6):
        case 0:
            parent.remove(node)
        case 1:
            node.tag = other.tag
        case 2:
            parent.append(copy.deepcopy(node))
        case 3:
            node.text = rng.choice(TEXTS)
        case 4 if node.attrib:
            node.set(rng.choice(list(map(str, node.attrib))), rng.choice([*TEXTS, other.get("id", "")]))
        case _ if node not in [other, *other.iterancestors()]:
            other.append(node)
        case _:
            node.attrib.clear()


def _choose(process: Process, outcome: Outcome, stuck: set[int], rng: random.Random) -> tuple[str, int]:
    token = rng.choice(sorted(outcome.waiting))
    element = process.elements[outcome.waiting[token]]
    if token in stuck:
        return "retry", token
    if element.event is not None and element.kind not in THROWS:
        return "fire", token
    return rng.choice(["complete", "complete", "throw"]), token


def _do(case: Case, verb: str, token: int, values: Mapping[str, object]) -> Outcome | None:
    """Do one step; None where it was refused."""
    try:
        match verb:
            case "complete":
                case.complete(token, values)
            case "fire":
                case.fire(token, values)
            case "retry":
                case.retry(token)
            case _:
                case.throw_error(token, "E", values)
    except (EngineError, StuckError):
        return None
    return case.outcome()


def _walk(content: bytes, process: Process, rng: random.Random) -> None:
    of = specification(content, process.id)
    outcome = Case.start(of, ENVIRONMENT, {"initiator": "a", "items": [1, 2], "x": 1}).outcome()
    stuck = {one.token for one in outcome.stuck}
    for _ in range(STEPS):
        if outcome.ended:
            return
        assert outcome.waiting, "the case is stuck and nobody knows"
        verb, token = _choose(process, outcome, stuck, rng)
        values = {"x": rng.randrange(3), "decision": rng.choice(["approve", "return", "reject"])}
        after = _do(Case.wake(outcome.body, of, ENVIRONMENT), verb, token, values)
        if after is None:
            continue
        again = _do(Case.wake(outcome.body, of, ENVIRONMENT), verb, token, values)
        assert again is not None
        assert again.body == after.body
        assert Case.wake(after.body, of, ENVIRONMENT).outcome().waiting == after.waiting
        outcome, stuck = after, stuck | {one.token for one in after.stuck}


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_diagram_is_refused_or_runs_without_a_silence(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a test that can be repeated
    started = 0
    for _ in range(MUTATIONS):
        path = rng.choice(FILES)
        root = etree.fromstring(path.read_bytes())
        for process in root.iter(f"{BPMN}process"):
            process.set("isExecutable", "true")
        for _ in range(rng.randint(1, 3)):
            _damage(root, rng)
        content = etree.tostring(root)
        checked = check(content, path.name, NOTHING)
        assert all(str(found) for found in checked.findings)
        for read in () if checked.errors else checked.processes:
            if read.executable:
                _walk(content, read, rng)
                started += 1
    assert started > 0

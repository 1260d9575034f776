"""The only room that knows SpiffWorkflow and XML: state in, state out, no database, no clock, no network."""

from engine.interpreter.case import Case
from engine.interpreter.diagram import Element, Flow, Process
from engine.interpreter.environment import Decided, Environment, StuckError
from engine.interpreter.events import REPEATING
from engine.interpreter.outcome import (
    ChangedTask,
    OpenedJob,
    OpenedSubscription,
    OpenedTask,
    Outcome,
    Passage,
    PassedTask,
    ScopePassage,
    Stuck,
)
from engine.interpreter.provenance import Arrival, Plan, Walked, Way
from engine.interpreter.reading import read
from engine.interpreter.specification import Specification, specification
from engine.interpreter.state import load_scopes, load_variables
from engine.interpreter.task_listeners import AGREED, CORRECTABLE, DENIABLE, Answer, attributes
from engine.interpreter.task_listeners import EVENTS as TASK_EVENTS
from engine.interpreter.task_rules import Ruling, TaskRules, ruling_on

__all__ = [
    "AGREED",
    "CORRECTABLE",
    "DENIABLE",
    "REPEATING",
    "TASK_EVENTS",
    "Answer",
    "Arrival",
    "Case",
    "ChangedTask",
    "Decided",
    "Element",
    "Environment",
    "Flow",
    "OpenedJob",
    "OpenedSubscription",
    "OpenedTask",
    "Outcome",
    "Passage",
    "PassedTask",
    "Plan",
    "Process",
    "Ruling",
    "ScopePassage",
    "Specification",
    "Stuck",
    "StuckError",
    "TaskRules",
    "Walked",
    "Way",
    "attributes",
    "load_scopes",
    "load_variables",
    "read",
    "ruling_on",
    "specification",
]

"""The only room that knows SpiffWorkflow and XML: state in, state out, no database, no clock, no network."""

from engine.interpreter.case import Case
from engine.interpreter.diagram import Element, Flow, Process
from engine.interpreter.environment import (
    DECISION_FAILED,
    DECISION_MISSING,
    UNDECIDED,
    Decided,
    Environment,
    StuckError,
)
from engine.interpreter.events import REPEATING
from engine.interpreter.live import Live
from engine.interpreter.loops import written_together
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
from engine.interpreter.overdue import (
    ENDS,
    ESCALATE,
    OVERDUE,
    OVERDUE_AFTER,
    PASS,
    REJECT,
    next_step_at,
    steps_of,
)
from engine.interpreter.plans import Arrival, Plan, Walked
from engine.interpreter.provenance import Way
from engine.interpreter.reading import read
from engine.interpreter.specification import Specification, specification
from engine.interpreter.state import load_scopes, load_variables
from engine.interpreter.task_listeners import AGREED, CORRECTABLE, DENIABLE, Answer, attributes
from engine.interpreter.task_listeners import EVENTS as TASK_EVENTS
from engine.interpreter.task_rules import Ruling, TaskRules, result_of, ruling_on
from engine.interpreter.timers import RETRIES

__all__ = [
    "AGREED",
    "CORRECTABLE",
    "DECISION_FAILED",
    "DECISION_MISSING",
    "DENIABLE",
    "ENDS",
    "ESCALATE",
    "OVERDUE",
    "OVERDUE_AFTER",
    "PASS",
    "REJECT",
    "REPEATING",
    "RETRIES",
    "TASK_EVENTS",
    "UNDECIDED",
    "Answer",
    "Arrival",
    "Case",
    "ChangedTask",
    "Decided",
    "Element",
    "Environment",
    "Flow",
    "Live",
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
    "next_step_at",
    "read",
    "result_of",
    "ruling_on",
    "specification",
    "steps_of",
    "written_together",
]

"""What a step gives back: the new state and everything it caused, as values."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.interpreter.diagram import Element
from engine.interpreter.origins import Origin
from engine.values import value

PassageKind = Literal["entered", "completed", "canceled"]


@value
class Passage:
    """A token's way through one element."""

    element_id: str
    token: int
    what: PassageKind
    """Elements that wait are entered first and completed in a later step; all others are only completed."""
    flow_id: str | None = None
    """The sequence flow the token came by."""


@dataclass(frozen=True, kw_only=True)
class ScopePassage:
    """That a sub-process, or the body of a repeated activity, was opened or ended."""

    element_id: str
    token: int
    what: PassageKind
    is_body: bool
    """Whether it is the body; its instances are passages of their own."""


@value
class OpenedTask:
    """A user task that now waits for a person."""

    token: int
    element: Element
    assignee: str | None
    candidate_users: tuple[str, ...]
    candidate_groups: tuple[str, ...]
    due_at: dt.datetime | None
    follow_up_at: dt.datetime | None
    priority: int
    facts: dict[str, object]
    """For each rule: its text, its result and what it read of the organisation."""
    pending: dict[str, object] | None = None
    """What its listeners are asked about before the assignee gets it."""
    again: int | None = None
    """The token of the task it goes on with, where its holder only gave way to somebody who signs before."""


@dataclass(frozen=True, kw_only=True)
class PassedTask:
    """A user task that a rule of the diagram completed without asking anybody."""

    token: int
    element: Element
    action: Literal["pass", "reject"]
    because: str
    """``nobody`` was found, it would have been the ``initiator``, or the ``same_person`` again."""
    person: str | None
    """Who would have been asked."""
    result: dict[str, object]

    def as_fact(self) -> dict[str, object]:
        """Give it as history keeps it."""
        return {
            "token": self.token,
            "element": self.element.id,
            "action": self.action,
            "because": self.because,
            "person": self.person,
            "result": self.result,
        }


@dataclass(frozen=True, kw_only=True)
class OpenedJob:
    """A job that a machine has to do, or a timer to wait for."""

    token: int
    element: Element
    kind: Literal["service", "timer", "call"]
    type: str
    due_at: dt.datetime
    retries: int
    cycle: dict[str, object] | None = None
    """Of a timer that fires again: ``cycles.Occurrence``, to be kept with the job and given back when it fires."""
    listener: str | None = None
    """The moment of its element that a listener is asked at, such as ``start``; None for the element's own work."""

    asks: dict[str, object] | None = None
    """Of a task listener: the ``action`` it is asked about, what it would change, and of a new task what it is."""

    def as_fact(self) -> dict[str, object]:
        """Give it as history keeps it."""
        fact = {"token": self.token, "element": self.element.id, "type": self.type, "due": self.due_at}
        more = {"cycle": self.cycle, "listener": self.listener}
        return fact | {name: value for name, value in more.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class ChangedTask:
    """What its listeners have decided about an open user task."""

    token: int
    element: Element
    event: str
    """What was asked: ``assigning``, ``updating`` or ``completing``."""
    denied: str | None
    """Why they refused; None where they agreed."""
    changes: dict[str, object]
    """Its new attributes by the names of the published API; moments as ISO 8601 text."""


@dataclass(frozen=True, kw_only=True)
class OpenedSubscription:
    """A token that waits for a message or signal."""

    token: int
    element: Element
    kind: Literal["message", "signal"]
    name: str
    correlation_key: str | None
    """What a message must carry; None for signals."""


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """A token that can't go on."""

    token: int
    element: Element
    code: str
    message: str
    facts: dict[str, object]


@value
class Moved:
    """What has changed of where a case stands."""

    left: tuple[int, ...]
    """The tokens that wait no longer."""
    came: dict[int, str]
    """Those that wait now, with their elements."""


@value
class Outcome:
    """The result of one command."""

    body: bytes
    """The new state, see ``engine.interpreter.state``."""
    variables: dict[str, object]
    """The variables of the whole case afterwards."""
    changes: dict[str, tuple[object, object]]
    """Name → value before and after, for each variable that changed; absent is None."""
    reads: dict[str, object] = field(default_factory=dict)
    """What rules and expressions asked of organisation and calendar: call → answer."""
    passages: tuple[Passage, ...] = ()
    scopes: tuple[ScopePassage, ...] = ()
    """Not part of the history: an auditor reads it from the elements inside."""
    origins: dict[int, Origin] = field(default_factory=dict)
    """Where each passage of this step came from, by token; not part of the history either."""
    tasks: tuple[OpenedTask, ...] = ()
    passed: tuple[PassedTask, ...] = ()
    """What rules of the diagram completed without asking anybody, in the order it happened."""
    jobs: tuple[OpenedJob, ...] = ()
    changed: tuple[ChangedTask, ...] = ()
    subscriptions: tuple[OpenedSubscription, ...] = ()
    signals: tuple[str, ...] = ()
    """Names of signals thrown to all cases that wait for them."""
    copies: tuple[dict[str, object], ...] = ()
    """Whom the case is copied to: ``element`` and ``people`` of each."""
    decisions: tuple[dict[str, object], ...] = ()
    """What business rule tasks decided, with the rules that matched and the inputs they saw."""
    deciders: tuple[int, ...] = ()
    """The token of each decision."""
    stuck: tuple[Stuck, ...] = ()
    completed_tokens: frozenset[int] = frozenset()
    """What was waiting and is done, even where its end listeners are still to be asked."""
    canceled: dict[int, Element] = field(default_factory=dict)
    """What was waiting and was taken away."""
    waiting: Mapping[int, str] = field(default_factory=dict)
    """Token → element id of everything that waits now: where the case stands."""
    moved: Moved | None = None
    """What has changed of that; None where that is not certain, as when the case has just begun."""
    ended_at: Element | None = None
    """The end event, where the case has ended."""
    ended: bool = False
    terminated: bool = False
    """Nothing ended it but that every token was taken away."""

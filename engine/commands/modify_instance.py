"""Modify a running case: put tokens on elements, take tokens away, move them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy.orm import Session

from engine.audit.chain import NewEvent
from engine.errors import ForbiddenError, InvalidError, mark
from engine.execution.locked import lock_instance
from engine.execution.people import hand_to_administrators
from engine.execution.words import required_words
from engine.execution.write import write_outcome
from engine.interpreter import Case

Scoped = tuple[str, Mapping[str, object]]
"""The element whose scope gets variables (empty for the whole case), and their values."""


@dataclass(frozen=True, kw_only=True)
class Activation:
    """A token to put on an element."""

    element_id: str
    within: int | None = None
    """The token of an open sub-process around it, where there are several."""
    variables: Sequence[Scoped] = ()


@dataclass(frozen=True, kw_only=True)
class Move:
    """A token to take away, and the element to put one on in its place."""

    token: int
    element_id: str
    within: int | Literal["parent", "inferred"] | None = None
    """``parent``: in the scope the token stands in; ``inferred``: in the nearest around it that has the element."""
    variables: Sequence[Scoped] = ()


@dataclass(frozen=True, kw_only=True)
class Modification:
    """What to change of where a case stands."""

    activations: Sequence[Activation] = ()
    terminations: Sequence[int | str] = ()
    """Tokens to take away: by number, or all at an element by its id."""
    moves: Sequence[Move] = ()


def modify_instance(session: Session, instance_id: int, wanted: Modification, reason: str, actor: str) -> None:
    """Put tokens and take tokens away, and run the case on.

    What is put is put first, so that a sub-process goes on whose last token is moved within it. It has come the way
    of the token it is moved from, or of all that are taken away: whoever returns a task sees it so. A case whose
    last token is taken away is terminated. Raises NotFoundError, ForbiddenError for anybody but an
    administrator, InvalidError for what can't be done, ConflictError where it has ended or a token is gone.
    """
    locked = lock_instance(session, instance_id, suspended_too=True)
    if "admin" not in locked.organisation.grants_of(actor):
        raise ForbiddenError(mark("只有管理员可以移动令牌。"))
    reason = required_words(reason, "reason", mark("请填写移动令牌的原因。"))
    case = locked.wake()
    tokens = list(dict.fromkeys([*_tokens(case, wanted.terminations), *(move.token for move in wanted.moves)]))
    begun = [
        *((one, tokens) for one in wanted.activations),
        *((_activation(case, move), [move.token]) for move in wanted.moves),
    ]
    if not begun and not tokens:
        raise InvalidError(mark("请至少指明一个要放上或取走的令牌。"), where="instructions")
    for one, instead in begun:
        case.activate(one.element_id, within=one.within, variables=one.variables, instead_of=instead)
    for token in tokens:
        case.terminate(token)
    case.settle()
    outcome = hand_to_administrators(case.outcome(), locked.organisation)
    body = {
        "reason": reason,
        "activate": [{**asdict(one), "instead_of": instead} for one, instead in begun],
        "terminate": tokens,
    }
    event = NewEvent(kind="case.modified", actor=actor, body=body)
    ended = ("TERMINATED", reason) if outcome.terminated else (None, None)
    write_outcome(locked, outcome, event, state=ended[0], ended=ended[1])


def _tokens(case: Case, terminations: Sequence[int | str]) -> list[int]:
    found: list[int] = []
    for one in terminations:
        tokens = [one] if isinstance(one, int) else case.tokens_at(one)
        if not tokens:
            raise InvalidError(mark("元素 {element} 上没有令牌。"), where="terminate", element=one)
        found += tokens
    return found


def _activation(case: Case, move: Move) -> Activation:
    within: int | None
    if isinstance(move.within, str):
        around = case.around(move.token)
        if move.within == "inferred":
            around = [token for token in around if case.holds(token, move.element_id)]
        within = around[0] if around else None
    else:
        within = move.within
    return Activation(element_id=move.element_id, within=within, variables=move.variables)

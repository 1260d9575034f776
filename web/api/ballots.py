"""How tasks stand that several people do, as programs read it; none of it is of Camunda."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from engine.commands.record_access import Look
from engine.queries.ballots import Vote
from engine.queries.standing_ballots import Standing, ballots_of_case
from web.api.wire import Answer, Key, Moment
from web.auth import current_person, current_session
from web.looks import note_look

_STATES: dict[str, Literal["DONE", "OPEN", "LATER"]] = {"done": "DONE", "open": "OPEN", "later": "LATER"}


class BallotVote(Answer):
    """One person's part in it."""

    user_task_key: Key | None = Field(description="Null where it is not their turn yet.")
    assignee: str | None = Field(description="Null while nobody has claimed it.")
    state: Literal["DONE", "OPEN", "LATER"] = Field(description="LATER where it is not their turn yet.")
    completion_date: Moment | None
    variables: dict[str, Any] = Field(description="What they handed in, as the caller may see it.")


class Ballot(Answer):
    """How a task stands that several people do, while it goes on."""

    element_id: str
    element_name: str
    is_sequential: bool
    start_date: Moment
    done: int
    open: int = Field(description="Those whose turn it is now.")
    votes: list[BallotVote] | None = Field(
        description="Everybody's part. Null in searches: get the task or the case to read it."
    )


def written(found: Standing) -> Ballot:
    """Write one ballot."""
    return Ballot(
        element_id=found.element_id,
        element_name=found.name,
        is_sequential=found.sequential,
        start_date=found.begun_at,
        done=found.done,
        open=found.open,
        votes=None if found.votes is None else [_vote(vote, said) for vote, said in found.votes],
    )


def read_ballots(instance_id: int, subject: str) -> tuple[Standing, ...]:
    """Give the ballots of a case that the caller may read, with the votes; noted where they show personal data."""
    found = ballots_of_case(current_session(), current_person(), instance_id)
    if found.personal == "shown":
        note_look(Look(kind="variables", instance_id=instance_id, subject=subject, personal=True))
    return found.ballots


def _vote(vote: Vote, said: Mapping[str, Any]) -> BallotVote:
    return BallotVote(
        user_task_key=vote.task_id,
        assignee=vote.username,
        state=_STATES[vote.state],
        completion_date=vote.at,
        variables=dict(said),
    )

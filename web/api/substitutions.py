"""Who stands in for whom, for programs; the paths are our own."""

import datetime as dt
from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.create_substitution import WantedSubstitution, create_substitution
from engine.commands.end_substitution import end_substitution
from engine.queries.substitutions import list_substitutions
from web.api.blueprint import READERS, blueprint
from web.api.task_operations import Username, Words
from web.api.wire import Answer, Body, Key, Moment, SentMoment, key_of
from web.auth import allow, current_person, current_session

TAG = "Substitution (not of Camunda)"


class SubstitutionRequest(Body):
    """Who shall stand in for whom, when and where."""

    principal: Username | None = Field(default=None, description="The caller, unless an administrator says who.")
    substitute: Username
    starts_at: SentMoment
    ends_at: SentMoment = Field(description="The first moment at which it no longer holds.")
    process_definition_ids: Annotated[list[Username], Field(max_length=1000)] | None = Field(
        default=None, description="The processes it covers; absent for all."
    )
    reason: Words


class SubstitutionAnswer(Answer):
    """One substitution."""

    substitution_key: Key
    principal: str
    substitute: str
    starts_at: Moment
    ends_at: Moment
    process_definition_ids: list[str] | None
    reason: str
    state: str = Field(description="coming, present or over.")


class CreatedSubstitution(Answer):
    """The key of a new substitution."""

    substitution_key: Key


class Substitutions(Answer):
    """The newest substitutions."""

    items: list[SubstitutionAnswer]


@blueprint.get("/substitutions")
@allow(*READERS)
@blueprint.output(Substitutions)
@blueprint.doc(operation_id="listSubstitutions", tags=[TAG])
def get_substitutions() -> Substitutions:
    """List the newest substitutions that name the caller; administrators see everybody's."""
    rows = list_substitutions(current_session(), current_person(), everybody=True)
    return Substitutions(
        items=[
            SubstitutionAnswer(
                substitution_key=row.id,
                principal=row.principal,
                substitute=row.substitute,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                process_definition_ids=list(row.process_ids) if row.process_ids is not None else None,
                reason=row.reason,
                state=row.state,
            )
            for row in rows
        ]
    )


@blueprint.post("/substitutions")
@allow(*READERS)
@blueprint.input(SubstitutionRequest, arg_name="sent")
@blueprint.output(CreatedSubstitution)
@blueprint.doc(operation_id="createSubstitution", tags=[TAG])
def post_substitution(sent: SubstitutionRequest) -> CreatedSubstitution:
    """Let somebody stand in for the caller, or for anybody where an administrator says so."""
    person = current_person().username
    wanted = WantedSubstitution(
        principal=sent.principal or person,
        substitute=sent.substitute,
        starts_at=_aware(sent.starts_at),
        ends_at=_aware(sent.ends_at),
        process_ids=sent.process_definition_ids,
        reason=sent.reason,
    )
    return CreatedSubstitution(substitution_key=create_substitution(current_session(), wanted, person))


@blueprint.delete("/substitutions/<substitution_key>")
@allow(*READERS)
@blueprint.doc(operation_id="endSubstitution", tags=[TAG], responses={204: "It is over.", 409: "It was over."})
def delete_substitution(substitution_key: str) -> ResponseReturnValue:
    """End a substitution now; what was done by it stays done."""
    end_substitution(current_session(), key_of(substitution_key), current_person().username)
    return "", 204


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)

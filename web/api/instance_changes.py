"""What administrators do to running cases: tokens moved, rest and resumption."""

from collections.abc import Sequence
from typing import Annotated, Literal

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.migrate_instance import migrate_instance as migrate_command
from engine.commands.modify_instance import Activation, Modification, Move, Scoped
from engine.commands.modify_instance import modify_instance as modify_command
from engine.commands.resume_instance import resume_instance as resume_command
from engine.commands.suspend_instance import suspend_instance as suspend_command
from engine.errors import InvalidError, mark
from engine.queries.instance_tokens import tokens_at
from engine.queries.passages import passage_of
from web.api.blueprint import PROGRAMS, blueprint
from web.api.process_instances import REASON
from web.api.wire import Body, SentKey, Variables, key_of
from web.auth import allow, current_person, current_session

ElementId = Annotated[str, Field(min_length=1, max_length=255)]
Reference = Annotated[int, Field(ge=1, le=2**63 - 1)] | None
ANY_SCOPE = -1
"""The published key of the ancestor that stands for none in particular."""


Why = Annotated[str, Field(max_length=2000)]
REASON_FIELD = Field(default="", description="Why; history keeps it. Not of Camunda.")


class Rest(Body):
    """Nothing more needs to be said of a suspension or resumption."""

    operation_reference: Reference = None
    reason: Why = REASON_FIELD


class VariableInstruction(Body):
    """Variables for one scope."""

    variables: Variables
    scope_id: Annotated[str, Field(max_length=255)] = Field(
        default="", description="The element, or a sub-process around it; empty for the whole case."
    )


Instructions = Annotated[list[VariableInstruction], Field(max_length=100)]


class ActivateInstruction(Body):
    """Put a token on an element."""

    element_id: ElementId
    variable_instructions: Instructions = Field(default=[])
    ancestor_element_instance_key: SentKey = Field(
        default=ANY_SCOPE, description="The open sub-process it shall stand in, where there are several."
    )


class SourceById(Body):
    """All tokens at an element."""

    source_type: Literal["byId"]
    source_element_id: ElementId


class SourceByKey(Body):
    """One token."""

    source_type: Literal["byKey"]
    source_element_instance_key: SentKey


class DirectAncestor(Body):
    """In the sub-process named."""

    ancestor_scope_type: Literal["direct"]
    ancestor_element_instance_key: SentKey


class OtherAncestor(Body):
    """In the scope of the source, or in the nearest around it that has the target."""

    ancestor_scope_type: Literal["inferred", "sourceParent"]


class MoveInstruction(Body):
    """Move tokens to another element."""

    source_element_instruction: SourceById | SourceByKey
    target_element_id: ElementId
    ancestor_scope_instruction: DirectAncestor | OtherAncestor | None = None
    variable_instructions: Instructions = Field(default=[])


class TerminateById(Body):
    """Take all tokens at an element away."""

    element_id: ElementId


class TerminateByKey(Body):
    """Take one token away."""

    element_instance_key: SentKey


class ModificationRequest(Body):
    """What to change of where a case stands."""

    operation_reference: Reference = None
    activate_instructions: Annotated[list[ActivateInstruction], Field(max_length=100)] = Field(default=[])
    move_instructions: Annotated[list[MoveInstruction], Field(max_length=100)] = Field(default=[])
    terminate_instructions: Annotated[list[TerminateById | TerminateByKey], Field(max_length=100)] = Field(default=[])
    reason: Why = REASON_FIELD


class MappingInstruction(Body):
    """An element whose id is another in the target version; all others keep theirs."""

    source_element_id: ElementId
    target_element_id: ElementId


class MigrationRequest(Body):
    """The version a case shall go on under."""

    target_process_definition_key: SentKey
    mapping_instructions: Annotated[list[MappingInstruction], Field(max_length=1000)]
    operation_reference: Reference = None
    reason: Why = REASON_FIELD


@blueprint.post("/process-instances/<process_instance_key>/migration")
@allow(*PROGRAMS)
@blueprint.input(MigrationRequest, arg_name="sent")
@blueprint.doc(
    operation_id="migrateProcessInstance",
    tags=["Process instance"],
    responses={204: "The case goes on under the version.", 409: "It has ended."},
)
def migrate_process_instance(process_instance_key: str, sent: MigrationRequest) -> ResponseReturnValue:
    """Let a case go on under another version, where every token has a place in it."""
    migrate_command(
        current_session(),
        key_of(process_instance_key),
        sent.target_process_definition_key,
        {one.source_element_id: one.target_element_id for one in sent.mapping_instructions},
        sent.reason or REASON,
        current_person().username,
    )
    return "", 204


@blueprint.post("/process-instances/<process_instance_key>/suspension")
@allow(*PROGRAMS)
@blueprint.input(Rest, arg_name="sent")
@blueprint.doc(
    operation_id="suspendProcessInstance",
    tags=["Process instance"],
    responses={204: "The case rests.", 409: "It has ended, or rests already."},
)
def suspend_process_instance(process_instance_key: str, sent: Rest) -> ResponseReturnValue:
    """Let a case and the cases it has called rest: tasks, timers, jobs and messages wait."""
    suspend_command(current_session(), key_of(process_instance_key), sent.reason or REASON, current_person().username)
    return "", 204


@blueprint.post("/process-instances/<process_instance_key>/resumption")
@allow(*PROGRAMS)
@blueprint.input(Rest, arg_name="sent")
@blueprint.doc(
    operation_id="resumeProcessInstance",
    tags=["Process instance"],
    responses={204: "The case goes on.", 409: "It has ended, or does not rest."},
)
def resume_process_instance(process_instance_key: str, sent: Rest) -> ResponseReturnValue:
    """Let a suspended case go on; what became due meanwhile is done at once."""
    resume_command(
        current_session(), key_of(process_instance_key), current_person().username, reason=sent.reason or REASON
    )
    return "", 204


@blueprint.post("/process-instances/<process_instance_key>/modification")
@allow(*PROGRAMS)
@blueprint.input(ModificationRequest, arg_name="sent")
@blueprint.doc(
    operation_id="modifyProcessInstance",
    tags=["Process instance"],
    responses={204: "The tokens were moved.", 409: "The case has ended, or a token is gone."},
)
def modify_process_instance(process_instance_key: str, sent: ModificationRequest) -> ResponseReturnValue:
    """Put tokens on elements, take tokens away, move them; all or nothing."""
    db, case = current_session(), key_of(process_instance_key)
    wanted = Modification(
        activations=[
            Activation(
                element_id=one.element_id,
                within=_ancestor(case, one.ancestor_element_instance_key),
                variables=_scoped(one.variable_instructions),
            )
            for one in sent.activate_instructions
        ],
        terminations=[
            one.element_id if isinstance(one, TerminateById) else _token(case, one.element_instance_key)
            for one in sent.terminate_instructions
        ],
        moves=[move for one in sent.move_instructions for move in _moves(case, one)],
    )
    modify_command(db, case, wanted, sent.reason or REASON, current_person().username)
    return "", 204


def _moves(case: int, sent: MoveInstruction) -> list[Move]:
    source, scope = sent.source_element_instruction, sent.ancestor_scope_instruction
    if isinstance(source, SourceByKey):
        tokens = [_token(case, source.source_element_instance_key)]
    else:
        tokens = tokens_at(current_session(), case, source.source_element_id)
    within: int | Literal["parent", "inferred"] | None = None
    if isinstance(scope, DirectAncestor):
        within = _ancestor(case, scope.ancestor_element_instance_key)
    elif scope is not None:
        within = "inferred" if scope.ancestor_scope_type == "inferred" else "parent"
    variables = _scoped(sent.variable_instructions)
    return [
        Move(token=token, element_id=sent.target_element_id, within=within, variables=variables) for token in tokens
    ]


def _scoped(sent: Sequence[VariableInstruction]) -> list[Scoped]:
    return [(one.scope_id, one.variables) for one in sent]


def _ancestor(case: int, key: int) -> int | None:
    """Give the token of an ancestor; the case itself is around everything and need not be named."""
    if key in {ANY_SCOPE, case}:
        return None
    return _token(case, key)


def _token(case: int, key: int) -> int:
    instance, token = passage_of(key)
    if instance != case:
        raise InvalidError(mark("编号 {key} 不是这个事项里的令牌。"), where="elementInstanceKey", key=key)
    return token

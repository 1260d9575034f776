"""What people do with tasks that the published interface has no call for; the paths are our own."""

from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.delegate_task import delegate_task
from engine.commands.reassign_task import reassign_task
from engine.commands.recall_task import recall_task
from engine.commands.resolve_task import resolve_task
from engine.commands.save_task_draft import save_task_draft
from engine.queries.access import require_task_reader
from engine.queries.search_tasks import find_task
from web.api.blueprint import READERS, blueprint
from web.api.wire import Body, Variables, key_of
from web.auth import allow, current_person, current_session

Username = Annotated[str, Field(min_length=1, max_length=255)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
MaybeWords = Annotated[str, Field(max_length=2000)]
TAG = "User task operations (not of Camunda)"


class PassingOn(Body):
    """To whom a task goes, and why."""

    assignee: Username
    reason: Words


class Draft(Body):
    """What was typed and is not handed in."""

    variables: Variables


class Resolution(Body):
    """What a delegate says."""

    opinion: Words


@blueprint.post("/user-tasks/<user_task_key>/reassignment")
@allow(*READERS)
@blueprint.input(PassingOn, arg_name="sent")
@blueprint.doc(
    operation_id="reassignUserTask",
    tags=[TAG],
    responses={
        204: "The person has the task, or it is ASSIGNING while its listeners are asked.",
        409: "It is done, or delegated.",
    },
)
def reassign_user_task(user_task_key: str, sent: PassingOn) -> ResponseReturnValue:
    """Pass one's own task on to somebody else for good, where its diagram offers `reassign`."""
    reassign_task(current_session(), visible(user_task_key), sent.assignee, sent.reason, current_person().username)
    return "", 204


@blueprint.post("/user-tasks/<user_task_key>/delegation")
@allow(*READERS)
@blueprint.input(PassingOn, arg_name="sent")
@blueprint.doc(
    operation_id="delegateUserTask",
    tags=[TAG],
    responses={
        204: "The delegate has the task, or it is ASSIGNING while its listeners are asked.",
        409: "It is done, or delegated.",
    },
)
def delegate_user_task(user_task_key: str, sent: PassingOn) -> ResponseReturnValue:
    """Let somebody look at one's own task first, where its diagram offers `delegate`; its owner completes it."""
    delegate_task(current_session(), visible(user_task_key), sent.assignee, sent.reason, current_person().username)
    return "", 204


@blueprint.delete("/user-tasks/<user_task_key>/delegation")
@allow(*READERS)
@blueprint.doc(
    operation_id="recallUserTask", tags=[TAG], responses={204: "Its owner has the task.", 409: "It is done."}
)
def recall_user_task(user_task_key: str) -> ResponseReturnValue:
    """Take a delegated task back before the delegate has answered: by its owner."""
    recall_task(current_session(), visible(user_task_key), current_person().username)
    return "", 204


@blueprint.post("/user-tasks/<user_task_key>/resolution")
@allow(*READERS)
@blueprint.input(Resolution, arg_name="sent")
@blueprint.doc(
    operation_id="resolveUserTask",
    tags=[TAG],
    responses={204: "Its owner has the task, with the opinion.", 409: "It is done, or not delegated."},
)
def resolve_user_task(user_task_key: str, sent: Resolution) -> ResponseReturnValue:
    """Give a delegated task back to its owner with an opinion: by the delegate."""
    resolve_task(current_session(), visible(user_task_key), sent.opinion, current_person().username)
    return "", 204


@blueprint.put("/user-tasks/<user_task_key>/draft")
@allow(*READERS)
@blueprint.input(Draft, arg_name="sent")
@blueprint.doc(
    operation_id="saveUserTaskDraft",
    tags=[TAG],
    responses={204: "It is kept; nothing of it is checked.", 409: "The task is not the caller's."},
)
def save_user_task_draft(user_task_key: str, sent: Draft) -> ResponseReturnValue:
    """Keep what the form of one's own task has so far; its page shows it again."""
    save_task_draft(current_session(), visible(user_task_key), sent.variables, current_person().username)
    return "", 204


def readable(user_task_key: str) -> int:
    """Give the number of a task whose case the caller may read; any other does not exist for them."""
    number = key_of(user_task_key)
    require_task_reader(current_session(), current_person(), number)
    return number


def visible(user_task_key: str) -> int:
    """Give the number of a task that the caller may see; any other does not exist for them."""
    return find_task(current_session(), current_person(), key_of(user_task_key)).id

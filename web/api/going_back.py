"""Going back: what a task can be returned to, returning it, rejecting, taking back; the paths are our own."""

from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.reject_task import reject_task
from engine.commands.return_task import return_task
from engine.commands.take_back_task import take_back_task
from engine.queries.task_view import view_task
from web.api.blueprint import READERS, blueprint
from web.api.task_operations import TAG, MaybeWords, Words, visible
from web.api.wire import Answer, Body, Key, Moment
from web.auth import allow, current_person, current_session


class ReturnTarget(Answer):
    """An earlier step that a task can be returned to."""

    target: int = Field(description="Names the step in a return; valid until the case goes on.")
    name: str
    people: list[str] = Field(description="Display names of who has done it.")
    completion_date: Moment | None
    is_start: bool = Field(description="The initiator changes the start form and hands it in again.")
    may_come_straight_back: bool


class ReturnTargets(Answer):
    """All of them, the nearest first; none where the task does not offer `return` to the caller."""

    user_task_key: Key
    items: list[ReturnTarget]


class Return(Body):
    """Where a task goes back to, why, and what then."""

    target: Annotated[int, Field(ge=1)]
    reason: Words
    straight_back: bool = Field(
        default=False, description="Leave everything else as it is; the task opens anew when the earlier one is done."
    )


class TakingBack(Body):
    """Why a task is taken back."""

    reason: MaybeWords = ""


class Rejection(Body):
    """Why a case ends."""

    reason: Words


@blueprint.get("/user-tasks/<user_task_key>/return-targets")
@allow(*READERS)
@blueprint.output(ReturnTargets)
@blueprint.doc(operation_id="getUserTaskReturnTargets", tags=[TAG])
def get_return_targets(user_task_key: str) -> ReturnTargets:
    """Give what a task of the caller can be returned to, by the way its case has come."""
    task = view_task(current_session(), current_person(), visible(user_task_key))
    items = [
        ReturnTarget(
            target=one.token,
            name=one.name,
            people=list(one.people),
            completion_date=one.done_at,
            is_start=one.is_start,
            may_come_straight_back=one.may_come_straight_back,
        )
        for one in task.earlier
    ]
    return ReturnTargets(user_task_key=task.id, items=items)


@blueprint.post("/user-tasks/<user_task_key>/return")
@allow(*READERS)
@blueprint.input(Return, arg_name="sent")
@blueprint.doc(
    operation_id="returnUserTask",
    tags=[TAG],
    responses={204: "Whoever did the earlier task has it again.", 409: "It is done, delegated, or the case went on."},
)
def return_user_task(user_task_key: str, sent: Return) -> ResponseReturnValue:
    """Return a task to an earlier one, where its diagram offers `return`."""
    person = current_person().username
    key = visible(user_task_key)
    return_task(current_session(), key, sent.target, sent.reason, person, straight_back=sent.straight_back)
    return "", 204


@blueprint.post("/user-tasks/<user_task_key>/rejection")
@allow(*READERS)
@blueprint.input(Rejection, arg_name="sent")
@blueprint.doc(
    operation_id="rejectUserTask",
    tags=[TAG],
    responses={204: "The case has ended; its state is TERMINATED.", 409: "It is done, or delegated."},
)
def reject_user_task(user_task_key: str, sent: Rejection) -> ResponseReturnValue:
    """End a case as rejected, where the diagram of its task offers `reject`."""
    reject_task(current_session(), visible(user_task_key), sent.reason, current_person().username)
    return "", 204


@blueprint.post("/user-tasks/<user_task_key>/take-back")
@allow(*READERS)
@blueprint.input(TakingBack, arg_name="sent")
@blueprint.doc(
    operation_id="takeBackUserTask",
    tags=[TAG],
    responses={204: "The task is open again, under a new key.", 409: "What came of it has been touched."},
)
def take_back_user_task(user_task_key: str, sent: TakingBack) -> ResponseReturnValue:
    """Take back a task the caller has completed while nobody and nothing has touched what came of it."""
    take_back_task(current_session(), visible(user_task_key), current_person().username, reason=sent.reason)
    return "", 204


@blueprint.delete("/user-tasks/<user_task_key>/completion")
@allow(*READERS)
@blueprint.doc(
    operation_id="deleteUserTaskCompletion",
    tags=[TAG],
    responses={204: "The task is open again, under a new key.", 409: "What came of it has been touched."},
)
def delete_user_task_completion(user_task_key: str) -> ResponseReturnValue:
    """Take back a task as `takeBackUserTask` does, without saying why."""
    take_back_task(current_session(), visible(user_task_key), current_person().username)
    return "", 204

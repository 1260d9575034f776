"""Signatures, reminders, copies and comments, called by programs; the paths are our own."""

from typing import Annotated, Literal

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.add_signers import Signers, add_signers
from engine.commands.comment_case import comment_case
from engine.commands.copy_task import copy_task
from engine.commands.remove_signer import remove_signer
from engine.commands.sign_task import sign_task
from engine.commands.urge_task import urge_task
from engine.queries.access import require_case_reader
from web.api.blueprint import READERS, blueprint
from web.api.task_operations import TAG, MaybeWords, Username, Words, readable, visible
from web.api.wire import Answer, Body, key_of
from web.auth import allow, current_person, current_session

Usernames = Annotated[list[Username], Field(min_length=1, max_length=100)]


class WantedSigners(Body):
    """Who shall sign, when, and why."""

    people: Usernames
    position: Literal["before", "after", "parallel"] = Field(
        description="The task waits for them, they wait for the task, or both go on and its completion waits."
    )
    reason: Words


class GivenSignature(Body):
    """What a signer says."""

    agreed: bool
    opinion: MaybeWords = ""


class SignerRemoval(Body):
    """Why somebody need not sign, and in a sequence whose turn it would have been."""

    reason: Words
    place: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        default=None, description="Of those whose turn comes after the task, from 0; absent for the task's own."
    )
    person: Username | None = Field(
        default=None, description="Who is meant; refused with 409 where it is somebody else's turn by now."
    )


class Reminder(Body):
    """What to say to whoever has the task."""

    words: MaybeWords = ""


class Reminded(Answer):
    """Who was reminded."""

    people: list[str]


class WantedCopy(Body):
    """Who shall read the case."""

    people: Usernames
    note: MaybeWords = ""


class Comment(Body):
    """What is said of a case; `@` with a username or name mentions somebody."""

    text: Words


class Mentioned(Answer):
    """Who was mentioned."""

    people: list[str]


@blueprint.post("/user-tasks/<user_task_key>/signers")
@allow(*READERS)
@blueprint.input(WantedSigners, arg_name="sent")
@blueprint.doc(
    operation_id="addUserTaskSigners", tags=[TAG], responses={204: "They are asked.", 409: "It is done, or handed in."}
)
def add_user_task_signers(user_task_key: str, sent: WantedSigners) -> ResponseReturnValue:
    """Ask more people to sign one's own task, where its diagram offers `addSign`."""
    wanted = Signers(people=sent.people, position=sent.position, reason=sent.reason)
    add_signers(current_session(), visible(user_task_key), wanted, current_person().username)
    return "", 204


@blueprint.post("/user-tasks/<user_task_key>/signature")
@allow(*READERS)
@blueprint.input(GivenSignature, arg_name="sent")
@blueprint.doc(
    operation_id="signUserTask", tags=[TAG], responses={204: "It is signed.", 409: "It is done, or no signature."}
)
def sign_user_task(user_task_key: str, sent: GivenSignature) -> ResponseReturnValue:
    """Sign somebody's task that one was asked to sign; the key is that of one's own task."""
    sign_task(current_session(), visible(user_task_key), sent.opinion, current_person().username, agreed=sent.agreed)
    return "", 204


@blueprint.post("/user-tasks/<user_task_key>/signer-removal")
@allow(*READERS)
@blueprint.input(SignerRemoval, arg_name="sent")
@blueprint.doc(
    operation_id="removeUserTaskSigner",
    tags=[TAG],
    responses={204: "The person need not sign.", 409: "It is done."},
)
def remove_user_task_signer(user_task_key: str, sent: SignerRemoval) -> ResponseReturnValue:
    """Let somebody not sign after all, where the diagram offers `removeSign`; the key is that of their task.

    At least one instance of a multi-instance is left unless somebody has signed.
    """
    person = current_person().username
    remove_signer(current_session(), readable(user_task_key), sent.reason, person, place=sent.place, person=sent.person)
    return "", 204


@blueprint.post("/user-tasks/<user_task_key>/reminder")
@allow(*READERS)
@blueprint.input(Reminder, arg_name="sent")
@blueprint.output(Reminded)
@blueprint.doc(operation_id="urgeUserTask", tags=[TAG], responses={409: "It is done, or was urged a moment ago."})
def urge_user_task(user_task_key: str, sent: Reminder) -> Reminded:
    """Remind whoever has a task, where its diagram offers `urge`; not more often than `urgeInterval` says."""
    number = readable(user_task_key)
    return Reminded(people=urge_task(current_session(), number, sent.words, current_person().username))


@blueprint.post("/user-tasks/<user_task_key>/copies")
@allow(*READERS)
@blueprint.input(WantedCopy, arg_name="sent")
@blueprint.doc(operation_id="copyUserTask", tags=[TAG], responses={204: "They may read the case.", 409: "It is done."})
def copy_user_task(user_task_key: str, sent: WantedCopy) -> ResponseReturnValue:
    """Let people read the case of a task, where its diagram offers `copy`."""
    copy_task(current_session(), readable(user_task_key), sent.people, sent.note, current_person().username)
    return "", 204


@blueprint.post("/process-instances/<process_instance_key>/comments")
@allow(*READERS)
@blueprint.input(Comment, arg_name="sent")
@blueprint.output(Mentioned)
@blueprint.doc(operation_id="commentProcessInstance", tags=[TAG], responses={409: "The case has ended."})
def comment_process_instance(process_instance_key: str, sent: Comment) -> Mentioned:
    """Write a comment on a running case, for ever; who is mentioned may read the case."""
    db, person, number = current_session(), current_person(), key_of(process_instance_key)
    require_case_reader(db, person, number)
    return Mentioned(people=comment_case(db, number, sent.text, person.username))

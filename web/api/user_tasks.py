"""Work for people: found, taken, done."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, Literal

from flask import Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from engine.commands.assign_task import assign_task
from engine.commands.claim_task import claim_task
from engine.commands.complete_task import complete_task
from engine.commands.unclaim_task import unclaim_task
from engine.commands.update_task import update_task
from engine.queries.published_forms import find_form
from engine.queries.search_tasks import TaskRecord, find_task, search_tasks
from engine.queries.standing_ballots import ballots_of_tasks
from web.api.ballots import Ballot, read_ballots, written
from web.api.blueprint import PROGRAMS, READERS, blueprint
from web.api.forms import FormAnswer
from web.api.search_calls import SearchCall, serve_search
from web.api.searches import ABSENT, ElementFilter, WantedKey, WantedMoment, WantedNumber, WantedText
from web.api.wire import TENANT, Answer, Body, Key, Moment, SentMoment, Variables, key_of
from web.auth import allow, current_person, current_session

Name = Annotated[str, Field(min_length=1, max_length=255)]


class UserTaskFilter(ElementFilter):
    """What is asked of a task; all of it holds."""

    user_task_key: WantedKey = ABSENT
    name: WantedText = ABSENT
    state: WantedText = ABSENT
    assignee: WantedText = ABSENT
    candidate_user: WantedText = ABSENT
    candidate_group: WantedText = ABSENT
    priority: WantedNumber = ABSENT
    creation_date: WantedMoment = ABSENT
    completion_date: WantedMoment = ABSENT
    due_date: WantedMoment = ABSENT
    follow_up_date: WantedMoment = ABSENT


class UserTask(Answer):
    """One task."""

    user_task_key: Key
    element_instance_key: Key
    name: str | None
    state: Literal["CREATED", "ASSIGNING", "UPDATING", "COMPLETING", "COMPLETED", "CANCELED"] = Field(
        description="ASSIGNING, UPDATING and COMPLETING while listeners are asked."
    )
    element_id: str
    assignee: str | None
    candidate_users: list[str]
    candidate_groups: list[str]
    creation_date: Moment
    completion_date: Moment | None
    due_date: Moment | None
    follow_up_date: Moment | None
    priority: int
    form_key: Key | None
    external_form_reference: None = None
    process_instance_key: Key
    root_process_instance_key: Key | None
    process_definition_key: Key
    process_definition_id: str
    process_definition_version: int
    process_name: str | None
    tenant_id: str = TENANT
    custom_headers: dict[str, str] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    business_id: None = None
    ballot: Ballot | None = Field(description="How it stands with all who do it, while several do. Not of Camunda.")


class Assignment(Body):
    """To whom a task is given."""

    assignee: Annotated[str, Field(min_length=1, max_length=255)]
    allow_override: bool | None = Field(default=None, description="False refuses a task that somebody has.")
    action: Literal["assign"] | SkipJsonSchema[None] = None
    reason: Annotated[str, Field(max_length=2000)] = Field(default="", description="Why; history keeps it.")


class Completion(Body):
    """What is handed in."""

    variables: Variables | None = Field(default=None, description="The values of the task's form.")
    action: Literal["complete"] | SkipJsonSchema[None] = None


class Changeset(Body):
    """New values of a task; what is absent or null stays, an empty text or list takes away."""

    candidate_users: Annotated[list[Name], Field(max_length=1_000)] | None = None
    candidate_groups: Annotated[list[Name], Field(max_length=1_000)] | None = None
    due_date: SentMoment | Literal[""] | None = None
    follow_up_date: SentMoment | Literal[""] | None = None
    priority: Annotated[int, Field(ge=0, le=100)] | None = None


class TaskUpdate(Body):
    """What shall change."""

    changeset: Changeset | None = None
    action: Annotated[str, Field(max_length=255)] | None = Field(default=None, description="What listeners are told.")


@blueprint.get("/user-tasks/<user_task_key>")
@allow(*READERS)
@blueprint.output(UserTask)
@blueprint.doc(operation_id="getUserTask", tags=["User task"])
def get_user_task(user_task_key: str) -> UserTask:
    """Give one task of the caller."""
    record = _visible(user_task_key)
    ballots = read_ballots(record.instance_id, request.path)
    own = ballots_of_tasks(current_session(), {record.passage: ballots}).get(record.passage)
    return _answer(replace(record, ballot=own))


@blueprint.get("/user-tasks/<user_task_key>/form")
@allow(*READERS)
@blueprint.output(FormAnswer)
@blueprint.doc(operation_id="getUserTaskForm", tags=["User task"], responses={204: "The task has no form."})
def get_user_task_form(user_task_key: str) -> ResponseReturnValue:
    """Give the form of a task, in the version its case was published with."""
    form_id = _visible(user_task_key).form_definition_id
    if form_id is None:
        return Response(status=204)
    return FormAnswer.of(find_form(current_session(), form_id))  # type: ignore[return-value] # APIFlask writes the model


@blueprint.patch("/user-tasks/<user_task_key>")
@allow(*PROGRAMS)
@blueprint.input(TaskUpdate, arg_name="sent")
@blueprint.doc(
    operation_id="updateUserTask",
    tags=["User task"],
    responses={204: "It is changed, or UPDATING while its listeners are asked.", 409: "It is done, or being handled."},
)
def update_user_task(user_task_key: str, sent: TaskUpdate) -> ResponseReturnValue:
    """Change candidates, dates and priority of a task; one that is left to nobody goes to the administrators."""
    changes = (sent.changeset or Changeset()).model_dump(by_alias=True, exclude_none=True)
    written = {name: _changed_to(value) for name, value in changes.items()}
    update_task(
        current_session(), key_of(user_task_key), written, current_person().username, action=sent.action or "update"
    )
    return "", 204


def _changed_to(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return None if value == "" else value


@blueprint.post("/user-tasks/<user_task_key>/assignment")
@allow(*READERS)
@blueprint.input(Assignment, arg_name="sent")
@blueprint.doc(
    operation_id="assignUserTask",
    tags=["User task"],
    responses={
        204: "The person has the task, or it is ASSIGNING while its listeners are asked.",
        409: "Somebody else has it, or it is done.",
    },
)
def assign_user_task(user_task_key: str, sent: Assignment) -> ResponseReturnValue:
    """Claim a task, or give it to somebody: others than oneself is for administrators."""
    db, person, task = current_session(), current_person(), _visible(user_task_key)
    if sent.assignee == person.username and "admin" not in person.roles:
        claim_task(db, task.id, person.username, reason=sent.reason)
    else:
        override = sent.allow_override is not False
        assign_task(db, task.id, sent.assignee, person.username, allow_override=override, reason=sent.reason)
    return "", 204


@blueprint.delete("/user-tasks/<user_task_key>/assignee")
@allow(*READERS)
@blueprint.doc(
    operation_id="unassignUserTask",
    tags=["User task"],
    responses={204: "Others can claim it again.", 409: "It is done."},
)
def unassign_user_task(user_task_key: str) -> ResponseReturnValue:
    """Put a task back into its group's queue."""
    unclaim_task(current_session(), _visible(user_task_key).id, current_person().username)
    return "", 204


@blueprint.post("/user-tasks/<user_task_key>/completion")
@allow(*READERS)
@blueprint.input(Completion, arg_name="sent")
@blueprint.doc(
    operation_id="completeUserTask",
    tags=["User task"],
    responses={204: "The task is done, or COMPLETING while its listeners are asked.", 409: "Somebody was first."},
)
def complete_user_task(user_task_key: str, sent: Completion) -> ResponseReturnValue:
    """Complete a task with the values of its form.

    The form is checked as on the page; `errors` of a refusal names each field. A field that is not sent counts as
    left empty. A task without a form takes any variables.
    """
    complete_task(current_session(), _visible(user_task_key).id, sent.variables or {}, current_person().username)
    return "", 204


def _visible(user_task_key: str) -> TaskRecord:
    """Give the task of an address; one that the caller may not see does not exist for them."""
    return find_task(current_session(), current_person(), key_of(user_task_key))


def _answer(record: TaskRecord) -> UserTask:
    return UserTask(
        user_task_key=record.id,
        element_instance_key=record.passage,
        name=record.name,
        state=record.state,
        element_id=record.element_id,
        assignee=record.assignee,
        candidate_users=list(record.candidate_users),
        candidate_groups=list(record.candidate_groups),
        creation_date=record.created_at,
        completion_date=record.completed_at,
        due_date=record.due_at,
        follow_up_date=record.follow_up_at,
        priority=record.priority,
        form_key=record.form_definition_id,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.root_id,
        process_definition_key=record.definition_id,
        process_definition_id=record.process_id,
        process_definition_version=record.version,
        process_name=record.process_name,
        ballot=written(record.ballot) if record.ballot is not None else None,
    )


serve_search(
    SearchCall(
        path="/user-tasks/search",
        operation="searchUserTasks",
        tag="User task",
        does="Find tasks that are the caller's to do or done by them; auditors and administrators find all.",
        asks=UserTaskFilter,
        sorts="creationDate completionDate dueDate followUpDate priority name",
        item=UserTask,
        find=search_tasks,
        write=_answer,
    )
)

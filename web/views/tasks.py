"""A person's tasks: what waits, what is done."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from engine.commands.claim_task import claim_task
from engine.commands.complete_task import complete_task
from engine.commands.record_access import Look
from engine.commands.save_task_draft import save_task_draft
from engine.commands.unclaim_task import unclaim_task
from engine.errors import ConflictError, EngineError, FieldProblem, FormInvalidError, NotFoundError
from engine.forms import Form
from engine.queries.copies import list_copies
from engine.queries.inbox import Scope, Sort, TaskFilter, list_tasks, processes_of_tasks
from engine.queries.own_task import OwnTask, own_task
from engine.queries.task_view import TaskView, view_task
from web import form_pages
from web.auth import allow, current_person, current_session
from web.errors import status_of
from web.form_pages import FormPage
from web.forms import Submission, texts
from web.i18n import explain, gettext
from web.kept import local_target
from web.listing import current_query, one_of, page_number
from web.looks import note_look

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")

Problems = Mapping[str, FieldProblem]

_OPEN_SCOPES: tuple[Scope, ...] = ("mine", "claimable", "delegated")
_OPEN_SORTS: tuple[Sort, ...] = ("due", "-due", "created", "-created", "process", "-process")
_DONE_SORTS: tuple[Sort, ...] = ("-done", "done", "process", "-process")


@blueprint.get("")
@allow("staff")
def inbox() -> ResponseReturnValue:
    """List the person's open tasks, those they may claim, or those they have asked somebody else about."""
    return _list("tasks/inbox.html", one_of("scope", _OPEN_SCOPES), one_of("sort", _OPEN_SORTS))


@blueprint.get("/done")
@allow("staff")
def done() -> ResponseReturnValue:
    """List the tasks the person has completed, newest first."""
    return _list("tasks/done.html", "done", one_of("sort", _DONE_SORTS))


@blueprint.get("/copies")
@allow("staff")
def copies() -> ResponseReturnValue:
    """List the cases that were copied to the person, newest first."""
    page = list_copies(current_session(), current_person(), page_number())
    return render_template("tasks/copies.html", page=page, query=current_query())


def _list(template: str, scope: Scope, sort: Sort) -> str:
    person, db, query = current_person(), current_session(), current_query()
    wanted = TaskFilter(
        scope=scope,
        search=query.get("search"),
        process_id=query.get("process"),
        overdue_at=clock.now() if query.get("overdue") else None,
        sort=sort,
    )
    return render_template(
        template,
        page=list_tasks(db, person, wanted, page_number()),
        processes=processes_of_tasks(db, person, scope),
        wanted=wanted,
        query=query,
        now=clock.now(),
    )


@blueprint.get("/<int:task_id>")
@allow("staff")
def show(task_id: int) -> ResponseReturnValue:
    """Show a task with its form."""
    return show_task(view_task(current_session(), current_person(), task_id))


def show_task(task: TaskView, *, operation: str = "", **more: object) -> str:
    """Show a task, with the dialog of an operation open where something in it is wrong.

    ``more`` is what was ``typed`` into it and its ``problems``; where the page has no such dialog any more, the
    ``refusal`` and in ``lost`` the texts that would be gone.
    """
    page = None
    if task.form is not None and task.is_mine and task.pending is None:
        page = form_pages.show_kept(task.form, task.stored, task.instance_id) if not operation else None
        page = page or _form_page(task, _draft(task))
    return _page(task, page, operation=operation, **more)


@blueprint.post("/<int:task_id>")
@allow("staff")
def hand_in(task_id: int) -> ResponseReturnValue:
    """Save, or complete, or show again what was typed into the form of a task."""
    own = own_task(current_session(), current_person(), task_id)
    if own is None:
        return _hand_in_for_others(task_id)
    return _hand_in(own, form_pages.submitted(own.form, own.instance_id))


def _hand_in_for_others(task_id: int) -> ResponseReturnValue:
    """Hand in what is not the person's own: a task of somebody they stand in for, or one without a form."""
    db, person = current_session(), current_person()
    task = view_task(db, person, task_id)
    if task.form is None or not task.is_mine:
        # The command knows best who was first, and says so.
        try:
            with db.begin_nested():
                done = complete_task(db, task_id, {}, person.username)
        except EngineError as error:
            if task.form is None:
                raise
            return _too_late(task_id, task.form, form_pages.submitted(task.form, task.instance_id), error)
        return _completed(task, done=done)
    own = OwnTask(id=task.id, name=task.name, instance_id=task.instance_id, form=task.form)
    return _hand_in(own, form_pages.submitted(task.form, task.instance_id))


def _hand_in(own: OwnTask, submission: Submission) -> ResponseReturnValue:
    db, person = current_session(), current_person()
    if not submission.final:
        return _shown_again(own, submission)
    if "_save" in request.form:
        save_task_draft(db, own.id, submission.values, person.username)
        flash(gettext("草稿已保存。"), "ok")
        return redirect(url_for("tasks.show", task_id=own.id))
    if submission.problems:
        return _refused(own, submission)
    try:
        # What was uploaded stays, also where the form is refused.
        with db.begin_nested():
            done = complete_task(db, own.id, submission.values, person.username)
    except FormInvalidError as error:
        return _refused(own, submission, error.problems)
    except EngineError as error:
        return _too_late(own.id, own.form, submission, error)
    return _completed(own, done=done)


def _too_late(task_id: int, form: Form, submission: Submission, error: EngineError) -> ResponseReturnValue:
    """Show a task that could not be handed in, with all that was typed: as the form, or where it is gone as text."""
    try:
        task = view_task(current_session(), current_person(), task_id)
    except NotFoundError:
        raise error from None
    facts: dict[str, object] = {"refusal": explain(error)}
    page = None
    if task.form is not None and task.is_mine and task.pending is None:
        page = _form_page(task, submission)
    else:
        facts["lost"] = texts(form, submission.values)
    return _page(task, page, **facts), status_of(error)


def _shown_again(own: OwnTask, submission: Submission) -> ResponseReturnValue:
    """Show a form that nobody has handed in yet: a button only changed what it shows."""
    task = view_task(current_session(), current_person(), own.id)
    problems = form_pages.problems_so_far(own.form, submission, task.stored, own.instance_id)
    return _page(task, _form_page(task, submission, problems))


def _refused(own: OwnTask, submission: Submission, problems: Problems | None = None) -> ResponseReturnValue:
    """Show a form with what is wrong in it; what the form itself refuses is looked for unless it is known."""
    task = view_task(current_session(), current_person(), own.id)
    wrong = problems or form_pages.problems_of(own.form, submission, task.stored, own.instance_id)
    return _page(task, _form_page(task, submission, wrong)), 422


@blueprint.post("/<int:task_id>/claim")
@allow("staff")
def claim(task_id: int) -> ResponseReturnValue:
    """Take a task from the group's queue. Who comes too late reads who was first on the page they come from."""
    db, page = current_session(), url_for("tasks.show", task_id=task_id)
    try:
        with db.begin_nested():
            done = claim_task(db, task_id, current_person().username)
    except ConflictError as error:
        flash(explain(error), "warn")
        return redirect(local_target(request.form.get("from"), page))
    if done:
        flash(gettext("任务已领取，请办理。"), "ok")
    return redirect(page)


@blueprint.post("/<int:task_id>/unclaim")
@allow("staff")
def unclaim(task_id: int) -> ResponseReturnValue:
    """Put a task back into the group's queue."""
    if not unclaim_task(current_session(), task_id, current_person().username):
        return redirect(url_for("tasks.show", task_id=task_id))
    flash(gettext("任务已放回队列，小组的其他人可以领取。"), "ok")
    return redirect(url_for("tasks.inbox", scope="claimable"))


def _draft(task: TaskView) -> Submission | None:
    return Submission(values=task.draft) if task.draft is not None else None


def _form_page(
    task: TaskView, submission: Submission | None, problems: Mapping[str, FieldProblem] | None = None
) -> FormPage:
    assert task.form is not None  # noqa: S101 - only tasks with a form come here
    return form_pages.show(task.form, task.stored, submission, problems, task.instance_id)


def _page(task: TaskView, page: FormPage | None, **operating: object) -> str:
    if task.personal == "shown" and not task.is_mine:
        note_look(Look(kind="task", instance_id=task.instance_id, subject=task.name, personal=True))
    facts = {"operation": "", "typed": {}, "problems": {}, "refusal": "", "lost": (), **operating}
    return render_template("tasks/show.html", task=task, page=page, now=clock.now(), **facts)


def _completed(task: TaskView | OwnTask, *, done: bool) -> ResponseReturnValue:
    if not done:
        # The page of the task tells what it waits for.
        return redirect(url_for("tasks.show", task_id=task.id))
    flash(gettext("“%(name)s”已办理。", name=task.name), "ok")
    return redirect(url_for("tasks.inbox"))

"""Hand-overs of what a leaver has open, for programs; the paths are our own."""

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.begin_handover import begin_handover
from engine.commands.retry_handover import retry_handover
from engine.errors import FieldProblem
from engine.queries.handovers import HandoverView, list_handovers, rules_naming, view_handover
from web.api.blueprint import PROGRAMS, blueprint
from web.api.task_operations import Username, Words
from web.api.wire import Answer, Body, Key, Moment, key_of
from web.auth import allow, current_person, current_session
from web.i18n import explain, gettext

TAG = "Hand-over (not of Camunda)"


class HandoverRequest(Body):
    """Who leaves, and who gets their tasks."""

    leaver: Username
    successor: Username
    reason: Words


class CreatedHandover(Answer):
    """The key of a new hand-over."""

    handover_key: Key


class PassedOver(Answer):
    """A task that was not handed over, and why."""

    user_task_key: Key
    message: str


class NamingRule(Answer):
    """A rule that still names the leaver, and will find them again unless somebody changes it."""

    where: str
    kind: str
    text: str


class HandoverAnswer(Answer):
    """One hand-over, and how far it is."""

    handover_key: Key
    leaver: str
    successor: str
    reason: str
    creation_date: Moment
    total: int = Field(description="Open tasks there were when it began, or was tried again.")
    done: int
    passed_over: list[PassedOver]
    completion_date: Moment | None


class HandoverDetail(Answer):
    """One hand-over, with the rules that still name the leaver."""

    handover: HandoverAnswer
    naming_rules: list[NamingRule]


class Handovers(Answer):
    """The newest hand-overs."""

    items: list[HandoverAnswer]


@blueprint.get("/handovers")
@allow(*PROGRAMS)
@blueprint.output(Handovers)
@blueprint.doc(operation_id="listHandovers", tags=[TAG])
def get_handovers() -> Handovers:
    """List the newest hand-overs."""
    return Handovers(items=[_told(one) for one in list_handovers(current_session())])


@blueprint.post("/handovers")
@allow(*PROGRAMS)
@blueprint.input(HandoverRequest, arg_name="sent")
@blueprint.output(CreatedHandover)
@blueprint.doc(operation_id="createHandover", tags=[TAG])
def post_handover(sent: HandoverRequest) -> CreatedHandover:
    """Hand all open tasks of a person over to another; the worker does it, each task with an event of its case."""
    person = current_person().username
    return CreatedHandover(
        handover_key=begin_handover(current_session(), sent.leaver, sent.successor, sent.reason, person)
    )


@blueprint.get("/handovers/<handover_key>")
@allow(*PROGRAMS)
@blueprint.output(HandoverDetail)
@blueprint.doc(operation_id="getHandover", tags=[TAG])
def get_handover(handover_key: str) -> HandoverDetail:
    """Give how far a hand-over is, what it has passed over, and which rules still name the leaver."""
    db = current_session()
    found = view_handover(db, key_of(handover_key))
    rules = [
        NamingRule(where=rule.where, kind=gettext(rule.what), text=rule.text) for rule in rules_naming(db, found.leaver)
    ]
    return HandoverDetail(handover=_told(found), naming_rules=rules)


@blueprint.post("/handovers/<handover_key>/retry")
@allow(*PROGRAMS)
@blueprint.doc(
    operation_id="retryHandover", tags=[TAG], responses={204: "The worker goes on with it.", 409: "It is under way."}
)
def post_handover_retry(handover_key: str) -> ResponseReturnValue:
    """Try the tasks again that a hand-over has passed over."""
    retry_handover(current_session(), key_of(handover_key), current_person().username)
    return "", 204


def _told(found: HandoverView) -> HandoverAnswer:
    return HandoverAnswer(
        handover_key=found.id,
        leaver=found.leaver,
        successor=found.successor,
        reason=found.reason,
        creation_date=found.made_at,
        total=found.total,
        done=found.done,
        passed_over=[
            PassedOver(user_task_key=one.task_id, message=explain(FieldProblem(one.message, one.facts)))
            for one in found.skipped
        ],
        completion_date=found.finished_at,
    )

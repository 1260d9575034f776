"""What each kind of event did to its case, done again."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import ConflictError, mark
from engine.interpreter import Answer, Case, Plan

Body = Mapping[str, Any]


def apply(awake: Case, kind: str, token: int, body: Body) -> None:
    """Apply the command of an event to a case that is awake. Raises ConflictError for a kind nobody knows."""
    verb = _VERBS.get(kind)
    if verb is None:
        raise ConflictError(mark("不认识的事件种类 {kind}。"), kind=kind)
    verb(awake, token, body)


def _complete(awake: Case, token: int, body: Body) -> None:
    if body.get("listener"):
        # The last of its listeners has agreed to what was handed in before.
        _complete_listener(awake, token, body)
    else:
        awake.complete(token, body["input"], by=body.get("completed_by"))


def _add_signers(awake: Case, token: int, body: Body) -> None:
    for item in body["items"]:
        # Older events do not say who had the task and gets it again.
        awake.add_instance(token, item, body["position"], holder=body.get("holder"))


def _give_turns(awake: Case, token: int, body: Body) -> None:
    awake.give_turns(token, [int(place) for place in body["places"]], body["to"])


def _remove_signer(awake: Case, token: int, body: Body) -> None:
    if body.get("instance"):
        place = body["place"]
        awake.remove_instance(token, int(place) if place is not None else None)
    else:
        # The task had waited for this signature alone.
        _complete(awake, token, body)


def _ask(event: str) -> Callable[[Case, int, Body], None]:
    def ask(awake: Case, token: int, body: Body) -> None:
        awake.request(token, event, {"action": body["action"], **_wanted(body)})

    return ask


def _wanted(body: Body) -> dict[str, Any]:
    if "assignee" in body:
        return {"assignee": body["assignee"][1]}
    if "changed" in body:
        return {"changes": body["changed"]}
    by = {"by": body["completed_by"]} if "completed_by" in body else {}
    return {"result": body["input"], **by}


def _change_nothing(_awake: Case, _token: int, _body: Body) -> None:
    """Tell that what was done is seen in lists only; where the case stands is compared all the same."""


def _set(awake: Case, token: int, body: Body) -> None:
    awake.set_variables(body["input"], token=token, local=body["local"])


def _complete_job(awake: Case, token: int, body: Body) -> None:
    awake.complete(token, body["reply"])


def _complete_listener(awake: Case, token: int, body: Body) -> None:
    answer = Answer(denied=body.get("denied"), corrections=body.get("corrections") or {})
    awake.complete_listener(token, body["reply"], answer)


def _throw(awake: Case, token: int, body: Body) -> None:
    awake.throw_error(token, body["code"], body["input"])


def _fire(awake: Case, token: int, body: Body) -> None:
    awake.fire(token, body.get("input"), cycle=body.get("cycle"), ends=bool(body.get("ends")))


def _choose(awake: Case, token: int, body: Body) -> None:
    chosen = [(one["id"], one["variables"]) for one in body["elements"]]
    awake.choose(token, chosen, cancel_remaining=body["cancel_remaining"])


def _retry(awake: Case, token: int, _body: Body) -> None:
    awake.retry(token)


def _correct(awake: Case, token: int, body: Body) -> None:
    awake.correct(token, body["input"])
    if body["retried"]:
        awake.retry(token)
    else:
        awake.settle()


def _skip(awake: Case, token: int, body: Body) -> None:
    awake.skip(token, body["input"], body["flows"])


def _modify(awake: Case, _token: int, body: Body) -> None:
    for one in body["activate"]:
        awake.activate(
            one["element_id"],
            within=one["within"] and int(one["within"]),
            variables=one["variables"],
            # Older events do not say it.
            instead_of=[int(token) for token in one.get("instead_of", ())],
        )
    for token in body["terminate"]:
        awake.terminate(int(token))
    awake.settle()


def _return(awake: Case, token: int, body: Body) -> None:
    if "instance" in body:
        awake.reopen_instance(token, body["assignee"])
    elif "detour" in body:
        # Taken back by whoever was asked, it is asked for once more by the task that had asked.
        awake.send_back(int(body["detour"].get("asking", token)), body["detour"], body["assignee"])
    else:
        awake.go_back(Plan.from_json(body["plan"]), body["assignee"])


def _cancel(awake: Case, _token: int, _body: Body) -> None:
    awake.cancel()


_VERBS: Mapping[str, Callable[[Case, int, Body], None]] = {
    "task.completed": _complete,
    "task.timed_out": _complete,
    "task.sign_added": _add_signers,
    "task.signed": _complete,
    "task.handed_over": _give_turns,
    "task.sign_removed": _remove_signer,
    "job.completed": _complete_job,
    "task.assigning": _ask("assigning"),
    "task.updating": _ask("updating"),
    "task.updated": _change_nothing,
    "task.completing": _ask("completing"),
    "variables.set": _set,
    "listener.completed": _complete_listener,
    "job.error": _throw,
    "timer.fired": _fire,
    "event.received": _fire,
    "call.returned": _complete,
    "adhoc.activated": _choose,
    "incident.resolved": _retry,
    "incident.corrected": _correct,
    "incident.skipped": _skip,
    "case.modified": _modify,
    "task.returned": _return,
    "task.taken_back": _return,
    "element.redone": _return,
    "task.rejected": _cancel,
    "case.withdrawn": _cancel,
    "case.terminated": _cancel,
}

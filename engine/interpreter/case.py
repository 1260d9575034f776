"""A case awake: one command is applied, then tokens run until each of them waits."""

from collections.abc import Mapping, Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import StartEvent
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import GoneError, InvalidError, UnmigratableError, mark
from engine.interpreter import (
    adhoc,
    detours,
    events,
    listeners,
    live,
    moving,
    recovering,
    returning,
    ruled,
    rules,
    signing,
    starting,
    state,
    task_listeners,
    timers,
)
from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.diagram import Element
from engine.interpreter.environment import Environment, StuckError
from engine.interpreter.migrating import Migration
from engine.interpreter.open_scopes import scope_passages
from engine.interpreter.opening import Opened, element_of
from engine.interpreter.outcome import Moved, Outcome, Stuck
from engine.interpreter.places import Places
from engine.interpreter.plans import Arrival, Plan
from engine.interpreter.preparing import original
from engine.interpreter.run import Engine, Run
from engine.interpreter.scopes import ROOT
from engine.interpreter.segments import Segments
from engine.interpreter.specification import Specification
from engine.interpreter.task_specs import UserTask
from engine.interpreter.task_table import Counter
from engine.interpreter.workflow import Workflow


class Case:
    """One command on one case: make it by ``start`` or ``wake``, apply one verb, take the ``outcome``."""

    def __init__(self, run: Run, segments: Segments | None = None) -> None:
        self._run = run
        self._phases_before: dict[int, listeners.Phase] = {}
        self._stuck_before: set[int] = set()
        self._variables_before: dict[str, object] = {}
        self._anew: set[int] = set()
        """Tokens that count as if they had not waited before."""
        self._places_before: Mapping[int, str] | None = None
        self._keeps_place = False
        self._segments = segments or Segments()
        self._written: tuple[Outcome, int] | None = None
        """The state that was written last, and how much had happened until then."""
        self._again: dict[int, timers.Due] = {}
        """Timers that fired and will again, by token."""
        self._removed: dict[int, Element] = {}
        """What was waiting and has no place in the version it was migrated to."""

    # -- making one ---------------------------------------------------------------------------------

    @classmethod
    def start(
        cls,
        specification: Specification,
        environment: Environment,
        variables: Mapping[str, object],
        *,
        start_event: str | None = None,
    ) -> "Case":
        """Begin a new case and run it until it waits; ``start_event`` chooses among several starts."""
        run = Run(specification, environment)
        case = cls(run)
        run.workflow = Workflow(specification.spec, specification.subprocess_specs, Engine(run), counter=Counter())
        chosen = start_event or specification.process.plain_start
        given, brought = starting.parted(specification.process.elements.get(chosen or ""), variables)
        run.scopes.root.update(given)
        for child in run.workflow.task_tree.children:
            if not isinstance(child.task_spec, StartEvent):
                continue
            if original(child.task_spec.bpmn_id) != chosen:
                child.cancel()
            elif brought:
                child.internal_data["result"] = brought
        run.settle()
        return case

    @classmethod
    def wake(cls, body: bytes, specification: Specification, environment: Environment) -> "Case":
        """Wake a stored case."""
        run = Run(specification, environment)
        case = cls(run)
        restored = state.load(body, specification, Engine(run))
        run.workflow, run.scopes, run.ledger = restored.workflow, restored.scopes, restored.ledger
        case._look_around()
        return case

    @classmethod
    def resume(cls, resting: live.Live, specification: Specification, environment: Environment) -> "Case":
        """Go on with a case that stayed awake; nobody else may go on with it, and it can't rest in two places."""
        run = Run(specification, environment, resting.scopes)
        case = cls(run, resting.segments)
        run.workflow, run.watch = resting.workflow, resting.watch
        run.workflow.script_engine = Engine(run)
        case._look_around(resting.places)
        return case

    def _look_around(self, known: Mapping[int, str] | None = None) -> None:
        run = self._run
        self._keeps_place = self._all_have_places()
        run.watch.mark()
        self._places_before = known or self._all_places()
        self._phases_before = {token: listeners.phase(task) for token, task in run.odd().items()}
        self._stuck_before = {token for token, task in run.odd().items() if "stuck" in task.peek}
        self._variables_before = dict(run.scopes.seen_root)

    @classmethod
    def migrate(cls, awake: "Case", specification: Specification, mapping: Mapping[str, str]) -> "Case":
        """Give a case that was just woken under another version; ``mapping`` names elements whose id changes.

        Raises UnmigratableError with a finding for each token that can't go on there.
        """
        old, run = awake._run, Run(specification, awake._run.env)
        case = cls(run)
        before = old.waiting()
        migration = Migration(old, run, mapping)
        findings = migration.findings()
        if findings:
            raise UnmigratableError(findings)
        migration.run()
        waiting = run.waiting()
        run.watch.mark()
        case._anew = waiting.keys() - before.keys()
        case._phases_before = {token: phase for token, phase in awake._phases_before.items() if token in waiting}
        case._stuck_before = awake._stuck_before
        case._variables_before = awake._variables_before
        case._removed = {token: element_of(old, task) for token, task in before.items() if token not in waiting}
        run.settle()
        return case

    # -- verbs ----------------------------------------------------------------------------------------

    def complete(self, token: int, result: Mapping[str, object], *, by: str | None = None) -> None:
        """Complete the user task or job at a token with its result, and go on.

        ``by`` is the person who did a user task: its output mappings see them as ``completedBy``.
        """
        task = self._waiting(token)
        task.internal_data["result"] = dict(result)
        if by is not None:
            task.internal_data["by"] = by
            self._run.said = dict(result)
        task._set_state(TaskState.READY)
        self._run.run(task)
        self._run.settle()

    def complete_listener(
        self, token: int, variables: Mapping[str, object], answer: task_listeners.Answer = task_listeners.AGREED
    ) -> None:
        """Take what a listener brought and says, and ask the next one or go on."""
        task = self._waiting(token)
        if not listeners.is_held(task):
            raise GoneError(mark("这项作业已经结束。"))
        task_listeners.go_on(self._run, task, variables, answer)
        self._run.settle()

    def request(self, token: int, event: str, wanted: Mapping[str, object]) -> None:
        """Ask the listeners of an open user task before it is assigned, updated or completed.

        ``wanted`` is the ``action``, with the ``assignee``, the ``changes``, or the ``result`` and ``by`` whom it is.
        """
        task = self._waiting(token)
        if listeners.is_held(task) or not isinstance(task.task_spec, UserTask):
            raise gone()
        task_listeners.request(task, event, wanted)

    def fire(
        self,
        token: int,
        variables: Mapping[str, object] | None = None,
        *,
        cycle: Mapping[str, object] | None = None,
    ) -> None:
        """Let the event at a token happen, with the variables of its message, and go on.

        ``cycle`` is what its job was opened with: where it has not ended, the event waits for its next time.
        """
        task = self._waiting(token)
        if variables:
            task.internal_data["result"] = dict(variables)
        when = timers.due_again(cycle, self._run.env.now) if cycle else None
        if when is not None:
            self._again[token] = when
        events.fire(self._run, task, again=when is not None)
        self._run.settle()

    def choose(self, token: int, beginnings: Sequence[adhoc.Beginning], *, cancel_remaining: bool = False) -> None:
        """Begin elements of the ad-hoc sub-process at a token, each with variables of its own, and go on.

        Raises InvalidError for what can't be begun there, GoneError where nothing can be begun any more.
        """
        choice = self._waiting(token)
        if not isinstance(choice.task_spec, Choice):
            raise InvalidError(mark("这里不是即席子流程。"))
        adhoc.choose(self._run, choice, beginnings, cancel_remaining=cancel_remaining)
        self._run.settle()

    def add_instance(self, token: int, item: object, position: signing.Position) -> None:
        """Add an instance to the multi-instance that the task at a token belongs to, and go on. See ``signing``."""
        signing.add(self._run, self._waiting(token), item, position)
        self._run.settle()

    def remove_instance(self, token: int, place: int | None = None) -> None:
        """Remove the instance at a token, or one that comes later in its sequence, and go on. See ``signing``."""
        signing.remove(self._run, self._waiting(token), place)
        self._run.settle()

    def reopen_instance(self, token: int, assignee: str | None) -> None:
        """Let somebody do their part of a multi-instance again, and go on. See ``signing``."""
        signing.reopen(self._run, token, assignee)
        self._run.settle()

    def waits_at(self, element_id: str) -> list[tuple[int, str]]:
        """Give token and element id of everything that waits at an element."""
        waiting = self._run.waiting()
        found = [(token, element_of(self._run, task).id) for token, task in waiting.items()]
        return [one for one in found if one[1] == element_id]

    def is_instance(self, token: int) -> bool:
        """Tell whether the task at a token is one of several instances."""
        return signing.body_of(self._waiting(token)) is not None

    def queue(self, token: int) -> list[object]:
        """Give the items of those whose turn comes after the task at a token."""
        return signing.queue(self._waiting(token))

    def throw_error(self, token: int, code: str, variables: Mapping[str, object] | None = None) -> None:
        """Throw a BPMN error at the job at a token; a token that nothing catches it for gets stuck.

        The variables belong to the event that catches it, whose output mappings say what leaves it, as in Zeebe.
        """
        task = self._waiting(token)
        try:
            events.throw_error(self._run, task, code, variables)
        except StuckError as error:
            self._run.scopes.propagate(self._run.scope_of(task), dict(variables or {}))
            self._run.mark_stuck(task, error)
        self._run.settle()

    def retry(self, token: int) -> None:
        """Try again what got stuck at a token."""
        task = self._waiting(token)
        self._stuck_before.discard(token)
        if recovering.retry(self._run, task):
            self._anew.add(token)
        self._run.settle()

    def skip(self, token: int, variables: Mapping[str, object], flow_ids: Sequence[str] = ()) -> None:
        """Leave the element at a token as if it were done, by these flows where it is a gateway; then go on."""
        recovering.skip(self._run, self._waiting(token), variables, flow_ids)
        self._run.settle()

    def correct(self, token: int, values: Mapping[str, object]) -> None:
        """Set variables where the element at a token sees them: in the innermost scope that has them, or the case."""
        self._run.scopes.propagate(self._run.scope_of(self._waiting(token)), values)

    def activate(
        self,
        element_id: str,
        *,
        within: int | None = None,
        variables: Sequence[tuple[str, Mapping[str, object]]] = (),
        instead_of: Sequence[int] = (),
    ) -> int:
        """Put a new token on an element and give its number; it runs with ``settle``.

        ``within`` names the token of the open sub-process it shall stand in, where there are several;
        ``variables`` go to the scope of the element named, or of one around it, or to the case where none is.
        ``instead_of`` are the tokens that will be taken away for it: it has come the way they have.
        Raises InvalidError for an element that no token can begin at.
        """
        for scope, values in variables:
            if not scope:
                self._run.scopes.root.update(values)
        task = moving.activate(self._run, element_id, within, instead_of)
        for scope, values in variables:
            if scope:
                moving.set_local(self._run, task, scope, values)
        return int(task.id)

    def terminate(self, token: int) -> None:
        """Take a token away, that of a sub-process with all in it. Raises GoneError, or InvalidError."""
        task = moving.find(self._run, token)
        if task is None:
            raise gone()
        moving.terminate(self._run, task)

    def settle(self) -> None:
        """Go on after tokens were put and taken away; what no token is left in ends."""
        moving.end_what_is_empty(self._run)
        self._run.settle()

    def arrivals(self) -> list[Arrival]:
        """Give the tokens that wait at joins."""
        return returning.arrivals(self._run)

    def go_back(self, plan: Plan, assignee: str | None = None) -> dict[int, int]:
        """Go back to an earlier passage and on from there; give the new tokens of sub-processes opened again.

        Raises GoneError where the case went on since the plan was made, InvalidError where it can't be done.
        """
        renamed = returning.go_back(self._run, plan, assignee)
        self._run.settle()
        return renamed

    def send_back(self, token: int, detour: Mapping[str, Any], assignee: str | None = None) -> None:
        """Have an earlier task done again and let it come straight back, see ``detours.send``."""
        detours.send(self._run, self._waiting(token), detour, assignee)
        self._run.settle()

    def cancel(self) -> None:
        """End the case here: every token is cancelled."""
        self._run.workflow.cancel()

    def set_variables(self, values: Mapping[str, object], *, token: int = ROOT, local: bool = False) -> None:
        """Set variables where a token sees them, or in its own scope if ``local``; then go on.

        The whole case is the token ``ROOT``. Raises GoneError for a token that stands nowhere any more.
        """
        run = self._run
        task = moving.find(run, token) if token != ROOT else None
        if token != ROOT and task is None:
            raise gone()
        if task is None:
            run.scopes.root.update(values)
        elif local:
            moving.set_own(run, task, values)
        else:
            run.scopes.propagate(run.scope_of(task), values)
        run.settle()

    def scopes_at(self, token: int) -> list[int]:
        """Give the scopes whose variables the element at a token sees, by the tokens that opened them; own first."""
        scopes, found = self._run.scopes, [self._run.scope_of(self._waiting(token))]
        while found[-1] != ROOT:
            found.append(scopes.parents[found[-1]])
        return found

    def visible(self, token: int) -> dict[str, object]:
        """Give the variables that the element at a token sees, its own inputs included."""
        found: dict[str, object] = {}
        for values in reversed(self._run.visible(self._waiting(token)).maps):
            found.update(values)
        return found

    @property
    def environment(self) -> Environment:
        """Give the world as it is for this step."""
        return self._run.env

    def waits(self, token: int) -> bool:
        """Tell whether a token waits for people, machines, events or help."""
        return token in self._run.watch.waiting()

    def tokens_at(self, element_id: str) -> list[int]:
        """Give the tokens at an element: those that wait there, and those of what is going on inside it."""
        return moving.tokens_at(self._run, element_id)

    def around(self, token: int) -> list[int]:
        """Give the tokens of the sub-processes a token stands in, the innermost first. Raises GoneError."""
        task = moving.find(self._run, token)
        if task is None:
            raise gone()
        return moving.around(self._run, task)

    def holds(self, token: int, element_id: str) -> bool:
        """Tell whether an element stands right inside the sub-process at a token."""
        return moving.holds(self._run, token, element_id)

    def visible_to_job(self, token: int) -> dict[str, object]:
        """Give the variables that the job at a token sees: what is handed in and not yet accepted, too."""
        task = self._waiting(token)
        return {**self._run.visible(task), **task_listeners.brought(task)}

    def requested(self, token: int) -> dict[str, object]:
        """Give what a person has handed in and listeners are asked about."""
        return dict(task_listeners.brought(self._waiting(token)))

    def element_id(self, token: int) -> str:
        """Give the id of the element that a token waits at."""
        return element_of(self._run, self._waiting(token)).id

    def standing_at(self, token: int) -> str:
        """Give the id of the element that a token stands at, be it a sub-process. Raises GoneError."""
        task = moving.find(self._run, token)
        if task is None:
            raise gone()
        return element_of(self._run, task).id

    def inputs(self, token: int) -> dict[str, object]:
        """Give the local variables of the element at a token: its input mappings' values."""
        values = self._run.scopes.values
        return dict(values.peek(token)) if token != ROOT and token in values else {}

    def inputs_of_listener(self, token: int) -> dict[str, object]:
        """Give what a built-in listener works on: the element's inputs and its headers. May raise StuckError."""
        headers = element_of(self._run, task := self._waiting(token)).headers
        visible = {**self._run.visible(task), **task_listeners.brought(task)}
        given = {name: self._run.env.text_or_expression(text, visible) for name, text in headers.items()}
        return {**self.inputs(token), **rules.as_json(given)}

    # -- the result -----------------------------------------------------------------------------------

    def outcome(self) -> Outcome:
        """Give the new state and all that was caused."""
        run, watch = self._run, self._run.watch
        recovering.mark_dead_ends(run)
        opened = Opened(run)
        passed = ruled.settle(run, opened, self._anew)
        waiting = watch.waiting()
        for token, task in [(token, waiting[token]) for token in watch.touched()]:
            if "stuck" in task.peek or token in opened.entered:
                continue
            waited = self._waited(token)
            if not waited or self._phases_before.get(token) != listeners.phase(task):
                opened.enter(task, anew=not waited)
        after = watch.waiting()
        for token, when in self._again.items():
            # What the timer started may have ended what it stands on.
            if token in after:
                opened.jobs.append(timers.open_timer(token, element_of(run, after[token]), when))
        gone = {token: task for token, task in watch.gone().items() if token not in self._anew}
        completed = frozenset(t for t, task in gone.items() if task.state == TaskState.COMPLETED)
        for token, task in gone.items():
            if token not in completed:
                run.note(task, "canceled")
            run.scopes.close(token)
        places, moved = self._places()
        self._segments.watch = watch
        found = Outcome(
            body=state.dump(run.workflow, run.scopes, run.ledger, self._segments),
            variables=dict(run.scopes.seen_root),
            changes=self._changes(),
            reads=run.env.all_reads(),
            passages=tuple(run.passages),
            scopes=tuple(scope_passages(run)),
            origins=run.origins,
            tasks=tuple(opened.tasks),
            passed=tuple(passed),
            jobs=tuple(opened.jobs),
            changed=tuple(run.changed),
            subscriptions=tuple(opened.subscriptions),
            signals=tuple(run.signals),
            copies=tuple(run.copies),
            decisions=tuple(run.decisions),
            deciders=tuple(run.deciders),
            stuck=tuple(self._newly_stuck()),
            completed_tokens=completed | self._left(),
            canceled=self._removed
            | {token: element_of(run, task) for token, task in gone.items() if token not in completed},
            waiting=places,
            moved=moved,
            ended_at=run.specification.process.elements.get(run.scopes.end or ""),
            ended=bool(run.workflow.completed),
            terminated=bool(run.workflow.completed) and not run.workflow.success,
        )
        self._written = found, len(run.workflow.log)
        return found

    def rest(self, body: bytes) -> live.Live | None:
        """Stay awake after the ``outcome`` was stored, as if its state were read; None where that is not certain.

        ``body`` is what was stored. Nothing can be done with the case itself any more.
        """
        run = self._run
        written, happened = self._written or (None, 0)
        if written is None or written.body is not body or happened != len(run.workflow.log):
            return None
        return live.rest(live.Live(run.workflow, run.scopes, run.watch, self._segments, written.waiting), run.ledger)

    def rest_as_it_was(self) -> live.Live | None:
        """Stay awake where nothing was done to the case, but its variables were read; None where something was."""
        run, values = self._run, self._run.scopes.values
        if run.workflow.log or values.touched or values.named or run.scopes.parts.touched or run.ledger.levels:
            return None
        return live.Live(run.workflow, run.scopes, run.watch, self._segments, self._places_before or {})

    def _left(self) -> set[int]:
        """Give the tokens whose work was done in this step and whose end listeners are asked now."""
        phases = {token: listeners.phase(task) for token, task in self._run.odd().items() if self._waited(token)}
        return {t for t, phase in phases.items() if phase == ("end", 0) and self._phases_before.get(t) != phase}

    def _waited(self, token: int) -> bool:
        """Tell whether a token waited before this command, and was not begun anew by it."""
        return token not in self._anew and self._run.watch.waited(token)

    def _places(self) -> tuple[Mapping[int, str], Moved | None]:
        """Give where each token stands, and what of that has changed; None where that is not certain."""
        before, watch = self._places_before, self._run.watch
        if before is None or not (self._keeps_place and self._all_have_places()):
            return self._all_places(), None
        waiting, left = watch.waiting(), list(watch.gone())
        new = {token: self._place(waiting[token]) for token in watch.came()}
        return Places.after(before, left, new), Moved(left=tuple(left), came=new)

    def _all_places(self) -> dict[int, str]:
        return {token: self._place(task) for token, task in self._run.watch.waiting().items()}

    def _all_have_places(self) -> bool:
        """Tell whether no token waits at the end of the case: where that is depends on the ends that were reached."""
        return all(task.task_spec.bpmn_id is not None for task in self._run.watch.odd().values())

    def _place(self, task: SpiffTask) -> str:
        """Give the element of the picture that a token stands at: the last end for one that ends the case."""
        bpmn_id = task.task_spec.bpmn_id
        return original(bpmn_id) if bpmn_id is not None else self._run.scopes.end or self._run.specification.process.id

    def _waiting(self, token: int) -> SpiffTask:
        task = self._run.watch.waiting().get(token)
        if task is None:
            raise gone()
        return task

    def _newly_stuck(self) -> list[Stuck]:
        return [
            Stuck(token=token, element=element_of(self._run, task), **task.peek["stuck"])
            for token, task in self._run.odd().items()
            if "stuck" in task.peek and token not in self._stuck_before
        ]

    def _changes(self) -> dict[str, tuple[object, object]]:
        old, new = self._variables_before, self._run.scopes.seen_root
        set_now = {name: (old.get(name), value) for name, value in new.items() if old.get(name) != value}
        gone = {name: (value, None) for name, value in old.items() if name not in new and value is not None}
        return set_now | gone


def gone() -> GoneError:
    """Say that a token is not where somebody believes it to be."""
    return GoneError(mark("这一步已经不在等待：可能刚被别人处理，或流程已走到别处。请刷新后再看。"))

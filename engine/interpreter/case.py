"""A case awake: one command is applied, then tokens run until each of them waits."""

from collections.abc import Iterator, Mapping

from SpiffWorkflow.bpmn.specs.defaults import StartEvent
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import UnmigratableError
from engine.interpreter import (
    listeners,
    live,
    recovering,
    ruled,
    starting,
    state,
    timers,
)
from engine.interpreter.diagram import Element
from engine.interpreter.environment import Environment
from engine.interpreter.kinds import Kind
from engine.interpreter.migrating import Migration
from engine.interpreter.open_scopes import close_scopes, scope_passages
from engine.interpreter.opening import Opened, element_of
from engine.interpreter.outcome import Moved, Outcome, Stuck
from engine.interpreter.places import Places
from engine.interpreter.preparing import original
from engine.interpreter.run import Engine, Run
from engine.interpreter.segments import Segments
from engine.interpreter.specification import Specification
from engine.interpreter.task_table import Counter
from engine.interpreter.verbs import Verbs
from engine.interpreter.watching import AWAY, SPENT, token_of
from engine.interpreter.workflow import Workflow


class Case(Verbs):
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
        run.take(Workflow(specification.spec, specification.subprocess_specs, Engine(run), counter=Counter()))
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
        case = cls(run, Segments(body))
        restored = state.load(body, specification, Engine(run))
        run.take(restored.workflow)
        run.scopes, run.ledger = restored.scopes, restored.ledger
        case._look_around()
        return case

    @classmethod
    def resume(cls, resting: live.Live, specification: Specification, environment: Environment) -> "Case":
        """Go on with a case that stayed awake; nobody else may go on with it, and it can't rest in two places."""
        run = Run(specification, environment, resting.scopes)
        case = cls(run, resting.segments)
        run.take(resting.workflow, resting.watch)
        run.workflow.script_engine = Engine(run)
        case._look_around(resting.places)
        return case

    def _look_around(self, known: Mapping[int, str] | None = None) -> None:
        run = self._run
        run.watch.mark()
        self._places_before = known or self._all_places()
        self._keeps_place = _have_places(run.watch.odd())
        odd = run.odd()
        if odd:
            self._phases_before = {token: listeners.phase(task) for token, task in odd.items()}
            self._stuck_before = {token for token, task in odd.items() if "stuck" in task.peek}
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

    # -- the result -----------------------------------------------------------------------------------

    def outcome(self) -> Outcome:
        """Give the new state and all that was caused."""
        run, watch = self._run, self._run.watch
        recovering.mark_dead_ends(run)
        opened = Opened(run)
        passed = ruled.settle(run, opened, self._new)
        self._enter_what_waits(opened)
        left = watch.gone()
        gone = {token: task for token, task in left.items() if token not in self._anew and _is_over(run, task)}
        completed = frozenset(t for t, task in gone.items() if task.state == TaskState.COMPLETED or SPENT in task.peek)
        for token, task in gone.items():
            if token not in completed:
                run.note(task, "canceled")
        close_scopes(run)
        places, moved = self._places(list(left))
        odd = run.odd()
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
            stuck=tuple(self._newly_stuck(odd)),
            completed_tokens=completed | self._left(odd),
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

    def _new(self) -> Iterator[tuple[SpiffTask, bool]]:
        """Give what waits since this step, or for somebody else than before, and whether its token has come in it."""
        watch = self._run.watch
        waiting = watch.waiting()
        for token, task in [(token, waiting[token]) for token in watch.touched()]:
            if "stuck" in task.peek:
                continue
            waited = self._waited(token)
            if not waited or self._phases_before.get(token) != listeners.phase(task):
                yield task, not waited

    def _enter_what_waits(self, opened: Opened) -> None:
        """Open what waits since this step, and what waits for somebody else than before."""
        run, watch = self._run, self._run.watch
        waiting = watch.waiting()
        for task, anew in self._new():
            if token_of(task) not in opened.entered:
                opened.enter(task, anew=anew)
        for token, when in self._again.items():
            # What the timer started may have ended what it stands on.
            if token in watch.waiting():
                opened.jobs.append(timers.open_timer(token, element_of(run, waiting[token]), when))

    def rest(self, body: bytes) -> live.Live | None:
        """Stay awake after the ``outcome`` was stored, as if its state were read; None where that is not certain.

        ``body`` is what was stored. Nothing can be done with the case itself any more.
        """
        run = self._run
        written, happened = self._written or (None, 0)
        if written is None or written.body is not body or happened != len(run.workflow.log):
            return None
        return live.rest(self._as_it_is(written.waiting), run.ledger)

    def rest_as_it_was(self) -> live.Live | None:
        """Stay awake where nothing was done to the case, but its variables were read; None where something was."""
        run, values = self._run, self._run.scopes.values
        if run.workflow.log or values.touched or values.named or run.scopes.parts.touched or run.ledger.levels:
            return None
        run.workflow.script_engine = None
        return self._as_it_is(self._places_before or {})

    def _as_it_is(self, places: Mapping[int, str]) -> live.Live:
        run = self._run
        return live.Live(
            workflow=run.workflow, scopes=run.scopes, watch=run.watch, segments=self._segments, places=places
        )

    def _left(self, odd: Mapping[int, SpiffTask]) -> set[int]:
        """Give the tokens whose work was done in this step and whose end listeners are asked now."""
        phases = {token: listeners.phase(task) for token, task in odd.items() if self._waited(token)}
        return {t for t, phase in phases.items() if phase == ("end", 0) and self._phases_before.get(t) != phase}

    def _waited(self, token: int) -> bool:
        """Tell whether a token waited before this command, and was not begun anew by it."""
        return token not in self._anew and self._run.watch.waited(token)

    def _places(self, left: list[int]) -> tuple[Mapping[int, str], Moved | None]:
        """Give where each token stands, and what of that has changed; None where that is not certain."""
        before, watch = self._places_before, self._run.watch
        if before is None or not (self._keeps_place and _have_places(watch.odd())):
            return self._all_places(), None
        waiting = watch.waiting()
        new = {token: self._place(waiting[token]) for token in watch.came()}
        return Places.after(before, left, new), Moved(left=tuple(left), came=new)

    def _all_places(self) -> dict[int, str]:
        return {token: self._place(task) for token, task in self._run.watch.waiting().items()}

    def _place(self, task: SpiffTask) -> str:
        """Give the element of the picture that a token stands at: the last end for one that ends the case."""
        bpmn_id = task.task_spec.bpmn_id
        return original(bpmn_id) if bpmn_id is not None else self._run.scopes.end or self._run.specification.process.id

    def _newly_stuck(self, odd: Mapping[int, SpiffTask]) -> list[Stuck]:
        return [
            Stuck(token=token, element=element_of(self._run, task), **task.peek["stuck"])
            for token, task in odd.items()
            if "stuck" in task.peek and token not in self._stuck_before
        ]

    def _changes(self) -> dict[str, tuple[object, object]]:
        old, new = self._variables_before, self._run.scopes.seen_root
        set_now = {name: (old.get(name), value) for name, value in new.items() if old.get(name) != value}
        if old.keys() <= new.keys():
            return set_now
        gone = {name: (value, None) for name, value in old.items() if name not in new and value is not None}
        return set_now | gone


def _is_over(run: Run, task: SpiffTask) -> bool:
    """Tell whether a token that waits no longer is at its end, or was sent back; else what it holds goes on."""
    kept = task.peek.keys()
    return task.has_state(TaskState.FINISHED_MASK) or not kept.isdisjoint((AWAY, SPENT)) or not run.is_live(task)


def _have_places(odd: Kind) -> bool:
    """Tell whether no token waits at the end of the case: where that is depends on the ends that were reached."""
    return not odd.entries or all(task.task_spec.bpmn_id is not None for task in odd.values())

"""Running tokens until each of them waits."""

from collections import ChainMap

from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import mark
from engine.interpreter import adhoc, compensation, copies, detours, events, listeners, loops, rounds, rules
from engine.interpreter.adhoc_specs import Choice
from engine.interpreter.diagram import Element
from engine.interpreter.environment import Environment, StuckError
from engine.interpreter.joins import Inclusive
from engine.interpreter.ledger import Ledger
from engine.interpreter.origins import Origin, origin_of
from engine.interpreter.outcome import ChangedTask, Passage, PassageKind, ScopePassage
from engine.interpreter.preparing import original
from engine.interpreter.repeating_specs import MultiInstance, Repeated, is_instance
from engine.interpreter.scopes import ROOT, Scopes
from engine.interpreter.specification import Specification
from engine.interpreter.targets import put
from engine.interpreter.task_specs import (
    BusinessRule,
    Detour,
    EventGateway,
    FeelScript,
    PassThrough,
    SubProcess,
)
from engine.interpreter.watching import Watch, token_of
from engine.interpreter.workflow import Workflow

COMPLETED_BY = "completedBy"
"""What the output mappings of a user task call the person who completed it; nothing else sees it."""
STEP_LIMIT = 10_000
"""Elements that one command may run through; a loop without a waiting element would never end."""


class Run:
    """A live case: the library's tokens, our variables, and what happened since it woke up."""

    def __init__(
        self,
        specification: Specification,
        environment: Environment,
        scopes: Scopes | None = None,
    ) -> None:
        self.specification = specification
        self.env = environment
        self.scopes = scopes or Scopes()
        self.ledger = Ledger()
        self.workflow: Workflow
        self.passages: list[Passage] = []
        self.origins: dict[int, Origin] = {}
        """Where the passages of this step came from, by token."""
        self.bodies: list[ScopePassage] = []
        """Bodies of repeated activities that were completed in this step."""
        self.opened: dict[int, SpiffTask] = {}
        """Sub-processes that were opened in this step, by token."""
        self.changed: list[ChangedTask] = []
        self.signals: list[str] = []
        """Names of signals thrown to the world."""
        self.said: dict[str, object] = {}
        """What a person has handed in, where this step began with that: no history tells it yet."""
        self.copies: list[dict[str, object]] = []
        """Whom the case is copied to, by the element that says so."""
        self.decisions: list[dict[str, object]] = []
        """What business rule tasks decided, and why."""
        self.deciders: list[int] = []
        """The token of each of them."""
        self._steps = 0
        self.watch: Watch
        """Keeps an eye on the open tasks."""

    def take(self, workflow: Workflow, watch: Watch | None = None) -> None:
        """Work on a workflow, which a ``watch`` may know already."""
        self.workflow = workflow
        self.watch = Watch(workflow) if watch is None else watch

    # -- running --------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Run everything that is ready, and conditions that have become true, until nothing is."""
        ready = self.workflow.ready
        while True:
            while ready:
                task = ready.popleft()
                if not self.is_live(task) or listeners.hold_on_arrival(self, task):
                    continue
                if task.state == TaskState.READY and not task.task_spec.manual:
                    self.run(task)
            if not (events.fire_conditions(self) or adhoc.settle(self) or detours.settle(self) or self._join()):
                return

    def _join(self) -> bool:
        """Let an inclusive gateway join that no other token can reach; tell whether there was one."""
        joins = [task for task in self.workflow.waiting_joins() if isinstance(task.task_spec, Inclusive)]
        return bool(joins) and any(task.task_spec.decide(task) for task in joins if self.is_live(task))

    def run(self, task: SpiffTask) -> None:
        """Run one task; a token that can't go on is left where it is, with the reason."""
        try:
            self._count(task)
            if listeners.hold_before_running(self, task):
                return
            with self.env.attempt():
                self._open_inputs(task)
                if not self._is_done(task):
                    return
                ended = task.run()
        except StuckError as error:
            self.mark_stuck(task, error)
            return
        if ended:
            self.finish(task)

    def _open_inputs(self, task: SpiffTask) -> None:
        """Apply the input mappings of what works as soon as its token comes; what waits had them when it arrived."""
        if not isinstance(task.task_spec, (FeelScript, BusinessRule, PassThrough)):
            return
        element = self.element(task)
        if element is None or not element.inputs or "scoped" in task.peek:
            return
        outer = self.scopes.parents[task.id] if task.id in self.scopes.values else self.scope_of(task)
        # Tried again after an incident, the inputs are evaluated again: the data may have been corrected.
        values = local_inputs(self, element, outer)
        if task.id in self.scopes.values:
            self.scopes.values[task.id].update(values)
        else:
            self.scopes.open(task.id, outer, values)

    def _is_done(self, task: SpiffTask) -> bool:
        """Let what a task brings take effect; tell whether its token may go on now."""
        if listeners.is_over(task, "end"):
            return True
        if events.throw_before(self, task) or compensation.is_waited_for(self, task):
            return False
        if isinstance(task.task_spec, (FeelScript, BusinessRule)):
            # They work while they run, and leave afterwards.
            return True
        self.leave(task)
        return not listeners.hold(self, task, "end")

    def mark_stuck(self, task: SpiffTask, error: StuckError) -> None:
        """Leave a token where it is, with the reason."""
        # The library has no state for "wants help"; STARTED is one it neither runs nor forgets.
        task._set_state(TaskState.STARTED)
        self.note_origin(task)
        task.internal_data["stuck"] = {"code": error.code, "message": error.message, "facts": error.facts}

    def note(self, task: SpiffTask, what: PassageKind) -> None:
        """Note a token's way through an element."""
        if task.task_spec.bpmn_id is None:
            return
        if isinstance(task.task_spec, Repeated):
            self.note_body(task, what)
            return
        if isinstance(task.task_spec, Choice) and what == "completed":
            # The sub-process that it stands for says so, after its output mappings and listeners.
            return
        self.passages.append(self.passage(task, what))

    def note_body(self, body: SpiffTask, what: PassageKind) -> None:
        """Note a repeated activity that is done: where it began in the same step nothing else tells of it."""
        self.note_origin(body)
        if what == "completed":
            element_id = original(body.task_spec.bpmn_id)
            self.bodies.append(ScopePassage(element_id=element_id, token=int(body.id), what=what, is_body=True))

    def _count(self, task: SpiffTask) -> None:
        self._steps += 1
        # Only what the diagram draws can say where the case goes round; the library's own tasks are on the way to it.
        if self._steps > STEP_LIMIT and self.element(task) is not None:
            raise StuckError(
                "endless_loop",
                mark("流程在这里转圈：一次操作经过了 {limit} 个元素仍没有停下。请在环路上放一个任务或定时器。"),
                limit=STEP_LIMIT,
            )

    def finish(self, task: SpiffTask) -> None:
        """Do what follows when a token has left an element."""
        self.note(task, "completed")
        element = self.element(task)
        if element is None or isinstance(task.task_spec, Choice):
            return
        if element.id in self.specification.process.main_ends:
            self.scopes.end = element.id
        if isinstance(task.task_spec, Detour):
            detours.done(self, task)
            self.scopes.close(task.id)
            return
        compensation.note_completed(self, task, element)
        events.throw_after(self, task, element)
        parent = task.parent
        if parent is not None:
            self._tell_parent(task, parent)
        adhoc.completed_inside(self, task)
        if isinstance(task.task_spec, SubProcess) and not is_instance(task):
            self.scopes.close(task.id)

    def _tell_parent(self, task: SpiffTask, parent: SpiffTask) -> None:
        if isinstance(parent.task_spec, EventGateway):
            for other in parent.children:
                if other is not task and not other.has_state(TaskState.FINISHED_MASK):
                    other.cancel()
        elif is_instance(task):
            done = loops.instance_done if isinstance(parent.task_spec, MultiInstance) else rounds.round_done
            done(self, parent, task)
        if "undoes" in task.peek:
            compensation.handler_done(self, task)

    def leave(self, task: SpiffTask) -> None:
        """Let what an element brings take effect, and note whom the case is copied to."""
        element = self.element(task)
        if element is None:
            return
        people = copies.readers(self, task, element)
        self._give(task, element)
        if people:
            self.copies.append({"element": element.id, "people": people})

    def _give(self, task: SpiffTask, element: Element) -> None:
        """Apply the output mappings of an element, or propagate its result as it is."""
        known = task.peek
        result = known.get("result", {})
        if not (result or element.outputs) or isinstance(task.task_spec, (Repeated, Choice)):
            return
        scope = self.scope_of(task)
        if not element.outputs:
            self.scopes.propagate(scope, result)
        else:
            # Last, so that no form can say it was somebody else.
            who = {COMPLETED_BY: known["by"]} if "by" in known else {}
            visible = {**self.scopes.visible(scope), **result, **who}
            mapped: dict[str, object] = {}
            for m in element.outputs:
                put(mapped, m.target, self.env.text_or_expression(m.source, visible), visible)
            # An instance of a multi-instance writes to its own scope first, where its output element is (Zeebe).
            repeated = is_instance(task) and isinstance(task.parent.task_spec, MultiInstance)
            target = scope if repeated else self.scopes.parents.get(task.id, scope)
            self.scopes.propagate(target, rules.as_json(mapped))
        own = task.internal_data
        own.pop("result", None)
        own.pop("by", None)

    # -- looking --------------------------------------------------------------------------------------

    def element(self, task: SpiffTask) -> Element | None:
        """Give what the diagram says of a task; None for the library's own tasks."""
        return self.specification.elements.get(task.task_spec.bpmn_id)

    def scope_of(self, task: SpiffTask) -> int:
        """Give the innermost open scope a task stands in."""
        if len(self.scopes.values) == 1:
            # That of the whole case.
            return ROOT
        if task.id in self.scopes.values:
            return int(task.id)
        parent = task.parent
        if parent is not None and isinstance(parent.task_spec, MultiInstance) and parent.id in self.scopes.values:
            return int(parent.id)
        path = adhoc.path_of(task)
        if path is not None and path.id in self.scopes.values:
            return int(path.id)
        outer = task.workflow.parent_task_id
        return self.scopes.enclosing(outer) if outer is not None else ROOT

    def visible(self, task: SpiffTask) -> ChainMap[str, object]:
        """Give the variables that a task sees."""
        return self.scopes.visible(self.scope_of(task))

    def is_live(self, task: SpiffTask) -> bool:
        """Tell whether a task is still part of the case: a sub-process may have been taken away around it."""
        flow = task.workflow
        while flow is not self.workflow:
            if not self.workflow.holds(flow):
                return False
            flow = flow.parent_workflow
        return task.workflow.tasks.get(task.id) is task

    def waiting(self) -> dict[int, SpiffTask]:
        """Give what waits for people, machines, events or help, by token."""
        return dict(self.watch.waiting())

    def odd(self) -> dict[int, SpiffTask]:
        """Give what of it is stuck or held by a listener."""
        odd = self.watch.odd()
        if not odd.entries:
            return {}
        waiting = self.watch.waiting()
        return {token: task for token, task in odd.items() if token in waiting}

    def note_origin(self, task: SpiffTask) -> None:
        """Note where a token came from, while the tree still shows it."""
        token = token_of(task)
        if token not in self.origins:
            self.origins[token] = origin_of(self._standing(task))

    def _standing(self, task: SpiffTask) -> SpiffTask:
        """Give the task itself; for a choice that of its ad-hoc sub-process."""
        is_choice = isinstance(task.task_spec, Choice)
        # Where something around it was taken away, its sub-process is gone before its going is noted.
        return self.workflow.host(task.workflow.parent_task_id) if is_choice else task

    def passage(self, task: SpiffTask, what: PassageKind) -> Passage:
        """Describe a token's way through an element."""
        standing, source = self._standing(task), task.peek.get("from")
        token = int(standing.id)
        before = standing.parent if source is None else None
        while source is None and before is not None:
            source, before = before.task_spec.bpmn_id, before.parent
        element_id = original(task.task_spec.bpmn_id)
        if token not in self.origins:
            self.origins[token] = origin_of(standing)
        flow = self.specification.process.flow_between.get((original(source or ""), element_id))
        return Passage(element_id=element_id, token=token, what=what, flow_id=flow)


class Engine:
    """What the library asks where its own Python engine would have been."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def evaluate(self, task: SpiffTask, expression: str, external_context: object = None) -> bool:  # noqa: ARG002 - the library's signature
        """Decide the condition of a flow."""
        return self._run.env.is_true(expression, self._run.visible(task))

    def run_script(self, task: SpiffTask, script: str, result_variable: str) -> bool | None:
        """Run a FEEL script task; None while its end listeners are asked."""
        run = self._run
        if listeners.is_over(task, "end"):
            return True
        value = run.env.evaluate(script, run.visible(task))
        task.internal_data["result"] = rules.as_json({result_variable: value}) if result_variable else {}
        run.leave(task)
        return None if listeners.hold(run, task, "end") else True

    def decide(self, task: SpiffTask) -> bool | None:
        """Run a business rule task; None while its end listeners are asked."""
        run = self._run
        if listeners.is_over(task, "end"):
            return True
        element = run.element(task)
        assert element is not None  # noqa: S101 - only elements of the diagram are business rule tasks
        assert element.called is not None  # noqa: S101 - checked before publication
        visible = run.visible(task)
        decision_id = str(run.env.text_or_expression(element.called.id, visible))
        decided = run.env.decide(decision_id, visible)
        result = rules.as_json({element.called.result_variable or "result": decided.value})
        (value,) = result.values()
        run.deciders.append(task.id)
        run.decisions.append({"element": element.id, "decision": decision_id, "value": value, **decided.evidence})
        task.internal_data["result"] = result
        run.leave(task)
        return None if listeners.hold(run, task, "end") else True

    def hold_start(self, task: SpiffTask) -> bool:
        """Ask the start listeners of a sub-process, which begins as soon as its token arrives."""
        return listeners.hold(self._run, task, "start")

    def is_listened_to(self) -> bool:
        """Tell whether the end of the whole case is listened to."""
        return bool(self._run.specification.process.whole.listeners_at("end"))

    def run_loop(self, task: SpiffTask) -> bool:
        """Begin a multi-instance or loop, or tell whether it has ended."""
        begin = loops.run_loop if isinstance(task.task_spec, MultiInstance) else rounds.run_rounds
        return begin(self._run, task)

    def leave_transaction(self, task: SpiffTask) -> None:
        """Leave a transaction that was cancelled."""
        compensation.leave_transaction(self._run, task)

    def stop_compensating(self, task: SpiffTask) -> None:
        """Take away what a compensation event has begun."""
        compensation.stop(self._run, task)

    def run_choice(self, task: SpiffTask) -> bool:
        """Begin what is listed in an ad-hoc sub-process, or tell whether it has ended."""
        return adhoc.run_choice(self._run, task)

    def close_subprocess(self, task: SpiffTask) -> None:
        """Close the scope of a sub-process that was taken away."""
        self._run.scopes.close(task.id)

    def open_subprocess(self, task: SpiffTask) -> None:
        """Open the scope of a sub-process that begins at a task."""
        run = self._run
        element = run.element(task)
        outer = run.scope_of(task)
        if task.id not in run.scopes.values:
            run.scopes.open(task.id, outer)
        run.opened[int(task.id)] = task
        if element is not None and element.inputs and "scoped" not in task.peek:
            run.scopes.values[task.id].update(local_inputs(run, element, outer))


def local_inputs(run: Run, element: Element, scope: int) -> dict[str, object]:
    """Evaluate the input mappings of an element in a scope; later ones see earlier ones, as in Zeebe."""
    local: dict[str, object] = {}
    for mapped in element.inputs:
        value = run.env.text_or_expression(mapped.source, {**run.scopes.visible(scope), **local})
        put(local, mapped.target, value)
    return rules.as_json(local)

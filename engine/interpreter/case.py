"""A case awake: one command is applied, then tokens run until each of them waits."""

from collections.abc import Mapping

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import ConflictError, mark
from engine.interpreter import rules, state
from engine.interpreter.diagram import Element
from engine.interpreter.environment import Environment, StuckError
from engine.interpreter.outcome import OpenedJob, OpenedTask, Outcome, Passage, PassageKind, Stuck
from engine.interpreter.preparing import original
from engine.interpreter.scopes import ROOT, Scopes
from engine.interpreter.specification import Specification
from engine.interpreter.task_specs import JobTask, UserTask
from engine.interpreter.workflow import Counter, Workflow

STEP_LIMIT = 10_000
"""Elements that one command may run through; a loop without a waiting element would never end."""


class Case:
    """One command on one case: make it by ``start`` or ``wake``, apply one verb, take the ``outcome``."""

    def __init__(self, specification: Specification, environment: Environment) -> None:
        self._specification = specification
        self._env = environment
        self._scopes = Scopes()
        self._workflow: Workflow
        self._passages: list[Passage] = []
        self._before: dict[int, SpiffTask] = {}
        self._stuck_before: set[int] = set()
        self._variables_before: dict[str, object] = {}

    # -- making one ---------------------------------------------------------------------------------

    @classmethod
    def start(cls, specification: Specification, environment: Environment, variables: Mapping[str, object]) -> "Case":
        """Begin a new case and run it until it waits."""
        case = cls(specification, environment)
        case._scopes.root.update(variables)
        case._workflow = Workflow(specification.spec, specification.subprocess_specs, _Engine(case), counter=Counter())
        case._settle()
        return case

    @classmethod
    def wake(cls, body: bytes, specification: Specification, environment: Environment) -> "Case":
        """Wake a stored case."""
        case = cls(specification, environment)
        restored = state.load(body, specification, _Engine(case))
        case._workflow, case._scopes = restored.workflow, restored.scopes
        case._before = case._waiting_tasks()
        case._stuck_before = {token for token, task in case._before.items() if "stuck" in task.internal_data}
        case._variables_before = dict(case._scopes.root)
        return case

    # -- verbs ----------------------------------------------------------------------------------------

    def complete(self, token: int, result: Mapping[str, object]) -> None:
        """Complete the user task or job at a token with its result, and go on."""
        task = self._waiting(token)
        task.internal_data["result"] = dict(result)
        task._set_state(TaskState.READY)
        self._run(task)
        self._settle()

    def fire(self, token: int) -> None:
        """Let the timer at a token fire, and go on."""
        task = self._waiting(token)
        task.task_spec.event_definition.catch(task)
        task.task_spec._update(task)
        self._settle()

    def retry(self, token: int) -> None:
        """Try again what got stuck at a token."""
        task = self._waiting(token)
        task.internal_data.pop("stuck", None)
        self._stuck_before.discard(token)
        if self._is_person_or_job(task) and "result" not in task.internal_data:
            task._set_state(TaskState.READY)
            self._before.pop(token, None)
        else:
            task._set_state(TaskState.READY)
            self._run(task)
        self._settle()

    def cancel(self) -> None:
        """End the case here: every token is cancelled."""
        self._workflow.cancel()

    def set_variables(self, values: Mapping[str, object]) -> None:
        """Change variables of the whole case."""
        self._scopes.root.update(values)

    def visible(self, token: int) -> dict[str, object]:
        """Give the variables that the element at a token sees, its own inputs included."""
        return dict(self._scopes.visible(self.scope_of(self._waiting(token))))

    def inputs(self, token: int) -> dict[str, object]:
        """Give the input mappings' values of the element at a token."""
        return dict(self._scopes.values.get(token, {})) if token != ROOT else {}

    # -- the result -----------------------------------------------------------------------------------

    def outcome(self) -> Outcome:
        """Give the new state and all that was caused."""
        after = self._waiting_tasks()
        tasks: list[OpenedTask] = []
        jobs: list[OpenedJob] = []
        for token, task in after.items():
            if token not in self._before and "stuck" not in task.internal_data:
                self._enter(task, tasks, jobs)
        gone = {token: task for token, task in self._before.items() if token not in after}
        completed = frozenset(t for t, task in gone.items() if task.state == TaskState.COMPLETED)
        self._passages += [self._passage(gone[t], "canceled") for t in gone if t not in completed]
        for token in gone:
            self._scopes.close(token)
        ended = bool(self._workflow.completed)
        return Outcome(
            body=state.dump(self._workflow, self._scopes),
            variables=dict(self._scopes.root),
            changes=self._changes(),
            reads=self._env.all_reads(),
            passages=tuple(self._passages),
            tasks=tuple(tasks),
            jobs=tuple(jobs),
            stuck=tuple(
                self._stuck(task)
                for token, task in after.items()
                if "stuck" in task.internal_data and token not in self._stuck_before
            ),
            completed_tokens=completed,
            canceled_tokens=frozenset(gone) - completed,
            waiting={token: original(task.task_spec.bpmn_id) for token, task in after.items()},
            ended_at=self._specification.process.elements.get(self._scopes.end or ""),
            ended=ended,
        )

    # -- running --------------------------------------------------------------------------------------

    def _settle(self) -> None:
        steps = 0
        while ready := [t for t in self._workflow.all_tasks() if t.state == TaskState.READY and not t.task_spec.manual]:
            for task in ready:
                steps += 1
                if task.state == TaskState.READY:
                    self._run(task, exhausted=steps > STEP_LIMIT)

    def _run(self, task: SpiffTask, *, exhausted: bool = False) -> None:
        try:
            if exhausted:
                raise _endless_loop()
            self._leave(task)
            task.run()
        except StuckError as error:
            # The library has no state for "wants help"; STARTED is one it neither runs nor forgets.
            task._set_state(TaskState.STARTED)
            task.internal_data["stuck"] = {"code": error.code, "message": error.message, "facts": error.facts}
            return
        if task.task_spec.bpmn_id is not None:
            self._passages.append(self._passage(task, "completed"))
            self._note_end(task)

    def _leave(self, task: SpiffTask) -> None:
        """Apply the output mappings of an element, or propagate its result as it is."""
        element = self._element(task)
        result = task.internal_data.get("result", {})
        if element is None or not (result or element.outputs):
            return
        scope = self.scope_of(task)
        if not element.outputs:
            self._scopes.propagate(scope, result)
        else:
            visible = {**self._scopes.visible(scope), **result}
            mapped = {m.target: self._env.text_or_expression(m.source, visible) for m in element.outputs}
            self._scopes.propagate(self._scopes.parents.get(task.id, scope), rules.as_json(mapped))
        task.internal_data.pop("result", None)

    def _enter(self, task: SpiffTask, tasks: list[OpenedTask], jobs: list[OpenedJob]) -> None:
        element = self._element(task)
        assert element is not None  # noqa: S101 - only elements of the diagram wait for people, jobs and timers
        self._passages.append(self._passage(task, "entered"))
        try:
            scope = self._open_scope(task, element)
            variables = self._scopes.visible(scope)
            if isinstance(task.task_spec, UserTask):
                tasks.append(rules.open_task(task.id, element, variables, self._env))
            elif isinstance(task.task_spec, JobTask):
                jobs.append(self._service_job(task, element, variables))
            elif element.timer is not None:
                at = rules.due(element.timer, variables, self._env)
                jobs.append(OpenedJob(token=task.id, element=element, kind="timer", type="timer", due_at=at, retries=3))
        except StuckError as error:
            task.internal_data["stuck"] = {"code": error.code, "message": error.message, "facts": error.facts}

    def _service_job(self, task: SpiffTask, element: Element, variables: Mapping[str, object]) -> OpenedJob:
        job_type = self._env.text_or_expression(element.job_type or "", variables)
        return OpenedJob(
            token=task.id,
            element=element,
            kind="service",
            type=str(job_type),
            due_at=self._env.now,
            retries=element.retries,
        )

    def _open_scope(self, task: SpiffTask, element: Element) -> int:
        outer = self.scope_of(task)
        if not element.inputs or task.id in self._scopes.values:
            return outer
        local: dict[str, object] = {}
        for mapped in element.inputs:
            # Later inputs see earlier ones, as in Zeebe.
            visible = {**self._scopes.visible(outer), **local}
            local[mapped.target] = self._env.text_or_expression(mapped.source, visible)
        self._scopes.open(task.id, outer, rules.as_json(local))
        return int(task.id)

    # -- looking --------------------------------------------------------------------------------------

    def scope_of(self, task: SpiffTask) -> int:
        """Give the innermost open scope a task stands in."""
        if task.id in self._scopes.values:
            return int(task.id)
        outer = task.workflow.parent_task_id
        return self._scopes.enclosing(outer) if outer is not None else ROOT

    def open_subprocess(self, task: SpiffTask) -> None:
        """Open the scope of a sub-process that begins at a task."""
        if task.id not in self._scopes.values:
            self._scopes.open(task.id, self.scope_of(task))

    def evaluate(self, task: SpiffTask, expression: str) -> tuple[object, list[str]]:
        """Evaluate an expression where a task stands, with the warnings."""
        return self._env.evaluate_with_warnings(expression, self._scopes.visible(self.scope_of(task)))

    def propagate(self, task: SpiffTask, values: Mapping[str, object]) -> None:
        """Set variables where a task stands."""
        self._scopes.propagate(self.scope_of(task), rules.as_json(values))

    def _element(self, task: SpiffTask) -> Element | None:
        return self._specification.process.elements.get(task.task_spec.bpmn_id or "")

    def _waiting(self, token: int) -> SpiffTask:
        task = self._waiting_tasks().get(token)
        if task is None:
            raise ConflictError(mark("这一步已经不在等待:可能刚被别人处理,或流程已走到别处。请刷新后再看。"))
        return task

    def _waiting_tasks(self) -> dict[int, SpiffTask]:
        return {task.id: task for task in self._workflow.all_tasks() if self._waits(task)}

    @staticmethod
    def _is_person_or_job(task: SpiffTask) -> bool:
        return isinstance(task.task_spec, (UserTask, JobTask))

    @classmethod
    def _waits(cls, task: SpiffTask) -> bool:
        if task.state == TaskState.READY:
            return cls._is_person_or_job(task)
        if task.state == TaskState.WAITING:
            return isinstance(task.task_spec, CatchingEvent)
        return task.state == TaskState.STARTED and "stuck" in task.internal_data

    def _passage(self, task: SpiffTask, what: PassageKind) -> Passage:
        before = task.parent
        while before is not None and before.task_spec.bpmn_id is None:
            before = before.parent
        source = before.task_spec.bpmn_id if before is not None else ""
        flow = self._specification.process.flow_between.get((source, task.task_spec.bpmn_id))
        return Passage(
            element_id=original(task.task_spec.bpmn_id),
            token=task.id,
            what=what,
            flow_id=flow,
        )

    def _note_end(self, task: SpiffTask) -> None:
        element = self._element(task)
        if element is not None and element.id in self._specification.process.main_ends:
            self._scopes.end = element.id

    def _stuck(self, task: SpiffTask) -> Stuck:
        element = self._element(task)
        assert element is not None  # noqa: S101 - only elements of the diagram evaluate anything
        return Stuck(token=task.id, element=element, **task.internal_data["stuck"])

    def _changes(self) -> dict[str, tuple[object, object]]:
        old, new = self._variables_before, self._scopes.root
        names = [*new, *(name for name in old if name not in new)]
        return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


def _endless_loop() -> StuckError:
    return StuckError(
        "endless_loop",
        mark("流程在这里转圈:一次操作经过了 {limit} 个元素仍没有停下。请在环路上放一个任务或定时器。"),
        limit=STEP_LIMIT,
    )


class _Engine:
    """What the library asks where its own Python engine would have been."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def evaluate(self, task: SpiffTask, expression: str, external_context: object = None) -> bool:  # noqa: ARG002 - the library's signature
        """Decide a condition. Anything but true or false is an error, as in Camunda."""
        value, warnings = self._case.evaluate(task, expression)
        if not isinstance(value, bool):
            raise StuckError(
                "condition_not_boolean",
                mark("条件“{expression}”的结果应为是或否,实际为 {value}。请检查条件里的变量是否已有值。{detail}"),
                expression=expression,
                value="null" if value is None else str(value),
                detail=";".join(warnings[:3]),
            )
        return value

    def run_script(self, task: SpiffTask, script: str, result_variable: str) -> None:
        """Run a FEEL script task."""
        value, _warnings = self._case.evaluate(task, script)
        if result_variable:
            self._case.propagate(task, {result_variable: value})

    def open_subprocess(self, task: SpiffTask) -> None:
        """Open the scope of a sub-process."""
        self._case.open_subprocess(task)

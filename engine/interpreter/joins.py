"""Parallel and inclusive gateways: tokens wait on the flows they came by until the gateway takes one from each.

The library asks the whole tree which tasks of a join there ever were: in the second round of a loop a branch of
the first stood in for one that had not arrived, and a token that somebody had moved was found in no tree at all.
Here an arrived token is a waiting task of the gateway. The gateway takes one from each flow it needs (BPMN 2.0,
13.4.1 and 13.4.3); where in the tree they stand does not matter, and what is too many waits for the next time.
"""

from abc import abstractmethod
from collections.abc import Sequence

from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task as SpiffTask
from SpiffWorkflow.util.task import TaskState

from engine.interpreter.origins import CAUSES, causes_of
from engine.interpreter.task_specs import BoundaryJoin, no_condition_true

_ALIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED
FROM = "from"
"""Names the element a task came from, where that is not the one above it in the tree."""

IN_VAIN = "join_waits_in_vain"
"""The code of the Incident of a join that no other token can reach any more."""


def source_of(task: SpiffTask) -> str:
    """Give the name of the element a token came from."""
    return str(task.internal_data.get(FROM) or element_name(task.parent.task_spec))


def element_name(spec: TaskSpec) -> str:
    """Give the name of the element whose outgoing flow begins at a spec."""
    return str(spec.main if isinstance(spec, BoundaryJoin) else spec.name)


def leave_by(task: SpiffTask, outputs: Sequence[TaskSpec]) -> None:
    """Let a gateway's token go on to these and no others."""
    task._sync_children(list(outputs), TaskState.FUTURE)
    for child in task.children:
        child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)


class _Joining:
    """What joins share: tokens that wait, in the order in which they came."""

    inputs: list[TaskSpec]

    def _update_hook(self, my_task: SpiffTask) -> bool:
        others = [task for task in arrived(my_task) if task is not my_task]
        if my_task.state != TaskState.WAITING:
            my_task.internal_data["arrived"] = max(map(_order, others), default=0) + 1
            my_task.internal_data[CAUSES] = list(causes_of(my_task))
        elif others and _order(others[-1]) > _order(my_task):
            # The token that came last asks for all of them.
            return False
        if not self._may_join(my_task, {source_of(task) for task in (*others, my_task)}):
            if my_task.state != TaskState.WAITING:
                my_task._set_state(TaskState.WAITING)
            return False
        _take(my_task, others)
        return True

    @abstractmethod
    def _may_join(self, my_task: SpiffTask, sources: set[str]) -> bool:
        """Tell whether tokens from these elements are enough."""


def arrived(task: SpiffTask) -> list[SpiffTask]:
    """Give the tokens that wait at the same gateway, in the order in which they came."""
    found = [one for one in task.workflow.tasks.open.values() if one.task_spec is task.task_spec]
    return sorted((one for one in found if one.state == TaskState.WAITING or _waits_in_vain(one)), key=_order)


def _waits_in_vain(task: SpiffTask) -> bool:
    return bool(task.internal_data.get("stuck", {}).get("code") == IN_VAIN)


def _order(task: SpiffTask) -> int:
    return int(task.internal_data.get("arrived", 0))


def _take(my_task: SpiffTask, others: Sequence[SpiffTask]) -> None:
    """Take the oldest token of every other flow."""
    taken = {source_of(my_task)}
    causes = set(causes_of(my_task))
    for task in others:
        if source_of(task) not in taken:
            taken.add(source_of(task))
            causes.update(causes_of(task))
            task.cancel()
    my_task.internal_data.pop("arrived", None)
    my_task.internal_data[CAUSES] = sorted(causes)


class Parallel(_Joining, ParallelGateway):
    """A parallel gateway: it joins when a token has arrived on each incoming flow."""

    def _may_join(self, _my_task: SpiffTask, sources: set[str]) -> bool:
        return sources.issuperset(element_name(spec) for spec in self.inputs)

    def _run_hook(self, _my_task: SpiffTask) -> bool:
        return True


class Inclusive(_Joining, InclusiveGateway):
    """An inclusive gateway: every true condition, else the default flow.

    Joins as BPMN 2.0 says (13.4.3): it waits for each token that can still reach an incoming flow which has
    none, unless that token can also reach one which has one. Which tokens there are is known only when nothing moves
    any more: one that is on its way is neither here nor there, and of several that leave a gateway together the
    others have not set out yet when the first arrives.
    """

    def _may_join(self, my_task: SpiffTask, sources: set[str]) -> bool:
        there = {spec for spec in self.inputs if element_name(spec) in sources}
        missing = [spec for spec in self.inputs if spec not in there]
        if not missing:
            return True
        if not my_task.workflow.top_workflow.at_rest:
            return False
        tokens = {task.task_spec for task in my_task.workflow.tasks.open.values() if task.has_state(_ALIVE)} - {self}
        return not any(self._is_awaited(spec, missing, there) for spec in tokens)

    def _is_awaited(self, token: TaskSpec, missing: list[TaskSpec], there: set[TaskSpec]) -> bool:
        reached = self._reached_from(token)
        return any(spec in reached for spec in missing) and not any(spec in reached for spec in there)

    def decide(self, my_task: SpiffTask) -> bool:
        """Join where nothing else can come; to be asked when nothing moves. Tell whether it has joined."""
        top = my_task.workflow.top_workflow
        top.at_rest = True
        try:
            self._update(my_task)
        finally:
            top.at_rest = False
        return bool(my_task.state == TaskState.READY)

    def _reached_from(self, token: TaskSpec) -> set[TaskSpec]:
        reached: set[TaskSpec] = set()
        waiting = [token]
        while waiting:
            spec = waiting.pop()
            if spec not in reached and spec is not self:
                reached.add(spec)
                waiting += spec.outputs
        return reached

    def _run_hook(self, my_task: SpiffTask) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise no_condition_true()
        leave_by(my_task, matches or defaults)
        return True

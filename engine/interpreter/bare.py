"""The library alone, as it comes: what ``qucheng bench`` compares the engine with. Nothing else uses it."""

import time
from collections.abc import Iterator, Mapping, Sequence

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine import xml_text


class BareProcess:
    """A process in the library's own dialect, whose conditions are Python."""

    def __init__(self, content: bytes, process_id: str) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(xml_text.parse(content))
        self._spec = parser.get_spec(process_id)

    def complete_all(self, results: Sequence[Mapping[str, object]]) -> Iterator[tuple[float, float]]:
        """Run a case in memory and complete one user task after the other; give the seconds that each took.

        The second of each pair are those that the thread was at work.
        """
        workflow = BpmnWorkflow(self._spec)
        workflow.do_engine_steps()
        for result in results:
            began = time.perf_counter(), time.thread_time()
            task = workflow.get_next_task(state=TaskState.READY, manual=True)
            task.set_data(**result)
            task.run()
            workflow.do_engine_steps()
            yield time.perf_counter() - began[0], time.thread_time() - began[1]

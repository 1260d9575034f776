"""One published version of a process, ready to run. Shared by all its cases and never stored in one."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from engine import xml_text
from engine.interpreter.detours import add_detours
from engine.interpreter.diagram import Element, Process
from engine.interpreter.parser import build
from engine.interpreter.preparing import deep_recursion, prepare, prepared
from engine.interpreter.reading import read_tree
from engine.interpreter.task_rules import is_ruled


@dataclass(frozen=True, kw_only=True)
class Specification:
    """A process as a diagram and as the library's specs."""

    process: Process
    spec: BpmnProcessSpec
    subprocess_specs: dict[str, BpmnProcessSpec]

    @cached_property
    def elements(self) -> dict[str | None, Element]:
        """Give the elements by the ids that the library knows them by."""
        return {prepared(element.id): element for element in self.process.elements.values()}

    @cached_property
    def has_task_rules(self) -> bool:
        """Tell whether there is a task that may do something by itself."""
        return any(map(is_ruled, self.process.elements.values()))


@lru_cache(maxsize=256)
def specification(content: bytes, process_id: str) -> Specification:
    """Give the specification of a process of a published file; parsed once per process of the operating system."""
    root = xml_text.parse(content)
    # Read first: everybody but the library sees the ids that stand in the file.
    process = next(process for process in read_tree(root) if process.id == process_id)
    prepare(root, process.links)
    with deep_recursion():
        spec, subprocess_specs = build(root, process)
    add_detours(process, spec, subprocess_specs)
    return Specification(process=process, spec=spec, subprocess_specs=subprocess_specs)

"""Camunda 7's input and output parameters: simple values and names are the input and output mappings of Camunda 8."""

import re
from collections.abc import Iterator

from lxml import etree

from engine.errors import Finding
from engine.interpreter import juel
from engine.interpreter.legacy_parts import child, drawn_anew, was_read, written_anew
from engine.xml_text import BPMN, CAMUNDA, ZEEBE, local_name

_TAGS = {"inputParameter": "input", "outputParameter": "output"}
_NAME = re.compile(r"[^\W\d]\w*")
"""One with a point or a space in it would mean something else in FEEL."""


def read_parameters(holder: etree._Element, given: etree._Element) -> Iterator[Finding]:
    """Write the parameters of an element as mappings, in place; tell what was read so and what can't be.

    A parameter that has a list, a map or a script is not simple. A mapping that the file has already wins.
    """
    read: list[str] = []
    for parameter in given.iterchildren(f"{{{CAMUNDA}}}*"):
        said = _parameter(holder, parameter)
        if isinstance(said, Finding):
            yield said
        elif said is not None:
            read.append(said)
    if read:
        yield was_read(holder, "；".join(read))


def _parameter(holder: etree._Element, parameter: etree._Element) -> Finding | str | None:
    kind, name, text = local_name(parameter), parameter.get("name", ""), (parameter.text or "").strip()
    tag = _TAGS.get(kind)
    if tag is None or len(parameter) or _NAME.fullmatch(name) is None:
        return drawn_anew(parameter, f"{kind} {name}".strip())
    value = juel.as_feel(text) if text else "=null"
    if value is None:
        return written_anew(parameter, f"{kind} {name}", text)
    mappings = child(child(holder, f"{{{BPMN}}}extensionElements"), f"{{{ZEEBE}}}ioMapping")
    if any(known.get("target") == name for known in mappings.findall(f"{{{ZEEBE}}}{tag}")):
        return None
    etree.SubElement(mappings, f"{{{ZEEBE}}}{tag}", {"source": value, "target": name})
    return f"{kind} {name} → {tag} {name} ← {value}"

"""The test files of the DMN Technology Compatibility Kit: cases with inputs and expected values."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lxml import etree

from engine import feel

KIT = Path(__file__).resolve().parents[3] / "shared" / "tck" / "dmn"
CASE = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NUMBERS = frozenset({"decimal", "double", "float", "integer", "int", "long"})
TOLERANCE = Decimal("1e-8")
"""The kit's own results were computed in binary floats or rounded."""


@dataclass(frozen=True)
class Case:
    """One expected result."""

    model: Path
    id: str
    decision: str
    inputs: dict[str, object]
    expected: object


def cases(folder: Path) -> Iterator[Case]:
    for file in sorted(folder.glob("*-test-*.xml")):
        root = etree.parse(file).getroot()
        model = folder / str(root.findtext(f"{CASE}modelName"))
        for case in root.iter(f"{CASE}testCase"):
            inputs = {str(node.get("name")): value(node) for node in case.findall(f"{CASE}inputNode")}
            for result in case.findall(f"{CASE}resultNode"):
                expected = result.find(f"{CASE}expected")
                assert expected is not None
                yield Case(model, str(case.get("id")), str(result.get("name")), inputs, value(expected))


def value(node: etree._Element) -> object:
    components = node.findall(f"{CASE}component")
    if components:
        return {str(component.get("name")): value(component) for component in components}
    items = node.find(f"{CASE}list")
    if items is not None:
        return [value(item) for item in items.findall(f"{CASE}item")]
    found = node.find(f"{CASE}value")
    if found is None or found.get(f"{XSI}nil") == "true":
        return None
    return scalar((found.get(f"{XSI}type") or "string").rpartition(":")[2], found.text or "")


def scalar(kind: str, text: str) -> object:
    if kind in NUMBERS:
        return Decimal(text)
    if kind == "boolean":
        return text == "true"
    return text if kind == "string" else feel.evaluate(f'@"{text}"', {})


def agrees(found: object, expected: object) -> bool:
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) <= TOLERANCE * max(Decimal(1), abs(expected))
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(agrees, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(agrees(found[key], expected[key]) for key in found)
    return type(found) is type(expected) and found == expected

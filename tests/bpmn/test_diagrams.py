"""What every diagram of the product keeps, so that it opens tidily and says which clause it meets."""

import re
from decimal import Decimal
from itertools import combinations

import pytest

from engine import feel
from engine.connectors import CONNECTORS
from engine.dmn import declared
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.bpmn.drawing import DRAWN_AS_EDGE, DRAWN_AS_SHAPE, NAMESPACES, ROOT, Box, Drawing, Segment, drawings

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CLAUSE = re.compile(r"\[(D\d\d-[\w.]+|assumption)\]")
SCREEN_WIDTH = 1440
# The duties that the company's policies lay on each process: whoever adds a process adds its line.
CLAUSES = {
    "password_rotation": {"D06-2.4", "D06-2.5"},
    "lead_assignment": {"D09-2.11"},
    "store_filing": {"D09-3.1", "D09-3.2", "D09-3.3", "D09-3.4"},
    "patient_reception": {"D09-1.1", "D09-1.2", "D09-1.3", "D09-1.4", "D09-1.5", "D09-1.6"},
    "agreement_signing": {"D03-4.2b", "D13-6.3", "D15-3", "D16-3.2"},
    "rebate_settlement": {"D09-2.7", "D09-2.8", "D09-2.9", "D09-2.10", "D09-2.11"},
    "permission_change": {"D06-2.2", "D06-2.3", "D06-2.4", "D06-4.2"},
    "channel_termination_filing": {
        "D01-2", "D01-3.4a", "D01-3.4b", "D01-4.1", "D01-4.2", "D01-4.3", "D01-5.1",
    },
    "account_application": {"D06-2.1", "D06-2.2", "D06-2.4", "D06-4.1"},
    "channel_change_filing": {
        "D01-2", "D01-3.3a", "D01-3.3b", "D01-4.1", "D01-4.2", "D01-4.3", "D01-5.1",
    },
    "new_channel_filing": {
        "D01-2", "D01-3.2a", "D01-3.2b", "D01-3.2c", "D01-4.1", "D01-4.2", "D01-4.3", "D01-5.1",
    },
}  # fmt: skip

every_diagram = pytest.mark.parametrize("drawing", drawings(), ids=lambda drawing: drawing.path.stem)


def test_every_process_is_listed_here_with_its_clauses() -> None:
    assert {drawing.path.stem for drawing in drawings()} == set(CLAUSES)


@every_diagram
def test_a_diagram_lies_in_a_folder_of_its_process_and_runs_on_camunda_8(drawing: Drawing) -> None:
    assert drawing.texts("//bpmn:process[@isExecutable='true']/@id") == [drawing.path.stem]
    assert drawing.path.parent.name == drawing.path.stem
    assert drawing.texts("/*/@modeler:executionPlatform") == ["Camunda Cloud"]


@every_diagram
def test_every_element_and_flow_is_drawn_once(drawing: Drawing) -> None:
    shapes = drawing.named(DRAWN_AS_SHAPE) | set(drawing.nodes)
    assert sorted(drawing.texts("//bpmndi:BPMNShape/@bpmnElement")) == sorted(shapes)
    assert sorted(drawing.texts("//bpmndi:BPMNEdge/@bpmnElement")) == sorted(drawing.named(DRAWN_AS_EDGE))
    assert all(drawing.lines.values()), "an edge has fewer than two waypoints"


@every_diagram
def test_ids_are_english_snake_case_and_names_are_chinese(drawing: Drawing) -> None:
    ids = drawing.texts("//@id")
    assert [one for one in ids if not SNAKE_CASE.fullmatch(one)] == []
    assert len(ids) == len(set(ids))
    names = drawing.texts("//bpmn:*/@name")
    assert [name for name in names if not re.search(r"[\u4e00-\u9fff]", name)] == []


@every_diagram
def test_every_node_is_in_one_lane_and_is_drawn_there(drawing: Drawing) -> None:
    lane_of = {
        node: lane.get("id", "")
        for lane in drawing.find("//bpmn:lane")
        for node in drawing.texts(f"//bpmn:lane[@id='{lane.get('id')}']/bpmn:flowNodeRef/text()")
    }
    assert len(drawing.texts("//bpmn:flowNodeRef/text()")) == len(lane_of)
    assert set(lane_of) == set(drawing.nodes)
    outside = [node for node, lane in lane_of.items() if not drawing.boxes[lane].contains(drawing.boxes[node])]
    assert outside == []


@every_diagram
def test_flows_that_leave_a_decision_are_labelled_and_the_label_has_its_place(drawing: Drawing) -> None:
    for gateway in drawing.find("//bpmn:exclusiveGateway | //bpmn:inclusiveGateway"):
        leaving = drawing.find(f"//bpmn:sequenceFlow[@sourceRef='{gateway.get('id')}']")
        if len(leaving) > 1:
            assert gateway.get("name"), f"{gateway.get('id')} asks no question"
            assert [flow.get("id") for flow in leaving if not flow.get("name")] == []
            assert [flow.get("id") for flow in leaving if flow.get("id") not in drawing.labels] == []


@every_diagram
def test_every_decision_has_a_default_flow_and_conditions_on_the_others(drawing: Drawing) -> None:
    for gateway in drawing.find("//bpmn:exclusiveGateway"):
        leaving = drawing.find(f"//bpmn:sequenceFlow[@sourceRef='{gateway.get('id')}']")
        if len(leaving) > 1:
            conditional = {
                flow.get("id") for flow in leaving if flow.find("bpmn:conditionExpression", NAMESPACES) is not None
            }
            assert conditional == {flow.get("id") for flow in leaving} - {gateway.get("default")}
            assert len(conditional) == len(leaving) - 1


@every_diagram
def test_every_outcome_has_its_own_named_end(drawing: Drawing) -> None:
    names = [node.get("name") for node in drawing.find("//bpmn:endEvent")]
    assert None not in names
    assert len(names) == len(set(names))


@every_diagram
def test_the_check_before_publication_finds_nothing(drawing: Drawing) -> None:
    forms = frozenset(path.stem for path in ROOT.glob("forms/*/*.form"))
    paths = [*drawing.path.parent.glob("*.dmn"), *ROOT.glob("bpmn/shared/*.dmn")]
    tables = [declared(path.read_bytes()) for path in paths]
    decisions = frozenset(decision for table in tables for decision in table.decisions)
    known = Known(forms=forms, decisions=decisions, job_types=frozenset(CONNECTORS))
    checked = check(drawing.path.read_bytes(), drawing.path.name, known)
    assert [str(found) for found in checked.findings] == []


@every_diagram
def test_forms_that_are_named_exist_beside_the_process(drawing: Drawing) -> None:
    forms = drawing.texts("//zeebe:formDefinition/@formId")
    folder = ROOT / "forms" / drawing.path.stem
    assert forms
    assert [form for form in forms if not (folder / f"{form}.form").is_file()] == []


@every_diagram
def test_each_clause_of_the_policies_has_its_element(drawing: Drawing) -> None:
    found = set(CLAUSE.findall("\n".join(drawing.texts("//bpmn:documentation/text()"))))
    assert found - {"assumption"} == CLAUSES[drawing.path.stem]


@every_diagram
def test_every_node_says_why_it_exists(drawing: Drawing) -> None:
    documented = {node for node in drawing.nodes if drawing.texts(f"//*[@id='{node}']/bpmn:documentation/text()")}
    assert documented == set(drawing.nodes)
    silent = [text for text in drawing.texts("//bpmn:documentation/text()") if not CLAUSE.search(text)]
    assert silent == []


@every_diagram
def test_the_drawing_fits_one_screen_and_nothing_overlaps(drawing: Drawing) -> None:
    pools = drawing.named(["participant"])
    assert max(drawing.boxes[pool].width for pool in pools) <= SCREEN_WIDTH
    frames = pools | drawing.named(["lane", "group", "subProcess", "adHocSubProcess", "transaction"])
    attached = set(drawing.texts("//bpmn:boundaryEvent/@id"))
    placed = {name: box for name, box in drawing.boxes.items() if name not in frames}
    solid = {name: box for name, box in placed.items() if name not in attached}
    named = {f"label of {name}": box for name, box in drawing.labels.items()}
    assert _overlaps(solid | named) == []
    assert _overlaps({name: placed[name] for name in attached} | named) == []


@every_diagram
def test_no_lines_cross_and_none_runs_through_a_shape_or_label(drawing: Drawing) -> None:
    segments = [(name, segment) for name, line in drawing.lines.items() for segment in line]
    crossings = [(a, b) for (a, one), (b, other) in combinations(segments, 2) if a != b and _cross(one, other)]
    assert crossings == []
    frames = drawing.named(["participant", "lane", "group", "subProcess", "adHocSubProcess", "transaction"])
    boxes = [box for name, box in drawing.boxes.items() if name not in frames] + list(drawing.labels.values())
    struck = [name for name, segment in segments for box in boxes if box.touches(segment)]
    assert struck == []


def _overlaps(boxes: dict[str, Box]) -> list[tuple[str, str]]:
    return [(a, b) for (a, one), (b, other) in combinations(boxes.items(), 2) if one.overlaps(other)]


def _cross(one: Segment, other: Segment) -> bool:
    """Say whether two segments share a point, be it only an end."""
    (x1, y1), (x2, y2) = one
    (x3, y3), (x4, y4) = other
    boxes = (min(x1, x2) <= max(x3, x4) and min(x3, x4) <= max(x1, x2)) and (
        min(y1, y2) <= max(y3, y4) and min(y3, y4) <= max(y1, y2)
    )
    return boxes and _sides(one, other) and _sides(other, one)


def _sides(line: Segment, other: Segment) -> bool:
    (x1, y1), (x2, y2) = line
    sides = [(x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) for x, y in other]
    return sides[0] * sides[1] <= 0


def test_a_notice_writes_amounts_as_people_read_them() -> None:
    rules = [rule for drawing in drawings() for rule in drawing.texts("//zeebe:input/@source")]
    assert [rule for rule in rules if re.search(r'string\([\w.]+\) \+ " 万?元', rule)] == []
    [paid] = [rule for rule in rules if "，返给店家 " in rule]
    amounts = {"store_rebate": "1200.5", "referrer_commission": "75", "salesperson_commission": "74.99"}
    known = {name: Decimal(amount) for name, amount in amounts.items()}
    texts = {"store": "甲店", "rebate_number": "FK-1", "referrer": "li.na", "commission": {"name": "各半"}}
    shown = str(feel.evaluate(paid.removeprefix("="), {**known, **texts, "paid_on": "2026-03-05"}))
    assert "返给店家 1,200.50 元" in shown
    assert "推荐同事 75.00 元，业务员 74.99 元" in shown

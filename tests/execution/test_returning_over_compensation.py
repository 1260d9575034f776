"""Nobody goes back over a compensation that is under way: half of it would be lost."""

import pytest

from engine.commands.return_task import return_task
from engine.errors import InvalidError
from tests.execution.operating import Office, task
from tests.interpreter.build import END, START
from tests.interpreter.test_elements import written

UNDOING = written(
    START
    + task("draw", "zhang.wei")
    + '<bpmn:parallelGateway id="split"/>'
    + task("book", "wu.tao")
    + '<bpmn:boundaryEvent id="border" attachedToRef="book"><bpmn:compensateEventDefinition id="c1"/></bpmn:boundaryEvent>'
    + task("cancel", "wu.tao").replace('id="cancel"', 'id="cancel" isForCompensation="true"', 1)
    + '<bpmn:association id="a1" sourceRef="border" targetRef="cancel" associationDirection="One"/>'
    + '<bpmn:intermediateThrowEvent id="undo" name="撤销">'
    + '<bpmn:compensateEventDefinition id="c2"/></bpmn:intermediateThrowEvent>'
    + task("check")
    + '<bpmn:parallelGateway id="join"/>'
    + END,
    {
        "start->draw": "f1",
        "draw->split": "f2",
        "split->book": "f3",
        "book->undo": "f4",
        "undo->join": "f5",
        "split->check": "f6",
        "check->join": "f7",
        "join->end": "f8",
    },
)


def test_nobody_goes_back_over_a_compensation_that_is_under_way(office: Office) -> None:
    case = office.begin(UNDOING)
    office.finish(office.row(case).id, "zhang.wei")
    (earlier,) = office.rows(case, "COMPLETED")
    office.finish(office.row(case, "wu.tao").id, "wu.tao")
    undoing, mine = office.row(case, "wu.tao"), office.row(case, "li.na").id
    assert undoing.element_id == "cancel"
    with pytest.raises(InvalidError, match="正在补偿"):
        office.do(return_task, mine, earlier.token, "请补充", "li.na")
    office.finish(undoing.id, "wu.tao")
    office.do(return_task, mine, earlier.token, "请补充", "li.na")
    assert [row.element_id for row in office.rows(case)] == ["draw"]

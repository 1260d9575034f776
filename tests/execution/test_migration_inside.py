"""Cases go on under another version out of ad-hoc sub-processes, and with what they may have to undo."""

import pytest

from engine.errors import UnmigratableError
from tests.execution.test_choices import choose
from tests.execution.test_compensation import DIAGRAMS, completed
from tests.execution.test_events import World
from tests.execution.test_migration import migrate
from tests.interpreter.build import drawn

GATHER = drawn("adhoc_choice")
TOUR = (DIAGRAMS / "undo_sub_processes.bpmn").read_bytes()
UNDONE = ("take_down", "write_off", "give_back")


def renamed(content: bytes, **ids: str) -> bytes:
    """Give another version of a diagram in which elements have other ids."""
    for old, new in ids.items():
        content = content.replace(f'"{old}"'.encode(), f'"{new}"'.encode())
    return content


def test_what_was_chosen_goes_on_and_more_can_be_chosen(world: World) -> None:
    world.publish(GATHER)
    case = world.start(ready=False, price=7)
    choose(world, case, "ask", "check", "ask")
    world.complete("ask")
    world.complete("check")
    assert world.open_tasks() == ["ask", "note"]
    world.publish(renamed(GATHER, gather="collect", note="write_down"))
    migrate(world, case, gather="collect", note="write_down")
    assert world.open_tasks() == ["ask", "write_down"]
    world.complete("write_down")
    choose(world, case, "rate", "check", where="collect")
    assert world.variables(case)["estimate"] == 14
    world.complete("check")
    world.complete("write_down")
    world.complete("ask", ready=True)
    assert world.open_tasks() == ["decide"]
    world.complete("decide")
    assert world.state(case) == "COMPLETED"


def test_a_choice_that_nobody_has_made_waits_on_and_the_border_of_the_new_version_counts(world: World) -> None:
    world.publish(GATHER)
    case = world.start(ready=False)
    world.publish(GATHER.replace(b"P10D", b"P20D"))
    migrate(world, case)
    choose(world, case, "ask")
    world.clock.advance(days=21)
    world.work()
    assert world.open_tasks() == ["rescue"]
    world.complete("rescue")
    assert world.state(case) == "COMPLETED"


def test_results_that_only_the_new_version_collects_are_collected_from_now_on(world: World) -> None:
    collecting = GATHER.replace(
        '<bpmn:adHocSubProcess id="gather" name="收集材料">'.encode(),
        '<bpmn:adHocSubProcess id="gather" name="收集材料"><bpmn:extensionElements><zeebe:adHoc outputCollection="found" '
        'outputElement="=price"/></bpmn:extensionElements>'.encode(),
    )
    assert collecting != GATHER
    world.publish(GATHER)
    case = world.start(ready=False, price=7)
    choose(world, case, "ask", "rate")
    world.publish(collecting)
    migrate(world, case)
    choose(world, case, "rate")
    world.complete("ask", ready=True)
    assert world.variables(case)["found"] == [7, 7]
    world.complete("decide")
    assert world.state(case) == "COMPLETED"


def on_tour(world: World) -> int:
    world.publish(TOUR)
    case = world.start(cities=["上海", "成都"])
    for task in ("rent", "set_up", "set_up"):
        world.complete(task)
    return case


def test_what_was_done_before_is_undone_after_as_the_new_version_says(world: World) -> None:
    case = on_tour(world)
    world.publish(renamed(TOUR, rent="hire", tour="journey", set_up="build", take_down="tear_down"))
    migrate(world, case, rent="hire", tour="journey", set_up="build")
    world.complete("review")
    for task in ("write_off", "tear_down", "tear_down", "give_back"):
        assert world.open_tasks() == [task]
        world.complete(task)
    assert world.state(case) == "COMPLETED"
    assert completed(world, case, "tear_down", *UNDONE) == ["write_off", "tear_down", "tear_down", "give_back"]


def test_a_version_in_which_something_could_not_be_undone_any_more_is_refused(world: World) -> None:
    case = on_tour(world)
    without = TOUR.replace(b'<bpmn:compensateEventDefinition id="rent_undo_definition"/>', b"").replace(
        b'<bpmn:boundaryEvent id="rent_undo" attachedToRef="rent">\n      \n    </bpmn:boundaryEvent>', b""
    )
    without = without.replace(
        b'<bpmn:association id="rent_undo_to" associationDirection="One" sourceRef="rent_undo" targetRef="give_back"/>',
        b"",
    )
    start, end = without.index(b'<bpmn:userTask id="give_back"'), without.index(b'<bpmn:userTask id="review"')
    world.publish(without[:start] + without[end:])
    with pytest.raises(UnmigratableError) as refused:
        migrate(world, case)
    assert {(one.code, one.element) for one in refused.value.findings} == {("handler_missing", "rent")}
    world.publish(TOUR + b"\n")
    world.complete("review")
    with pytest.raises(UnmigratableError) as refused:
        migrate(world, case)
    assert {one.code for one in refused.value.findings} == {"not_migratable"}

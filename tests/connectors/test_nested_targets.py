"""Mappings to a part of a variable, as Camunda's templates write them."""

from engine.interpreter.targets import put
from tests.connectors.tasks import body, process, service
from tests.execution.test_events import World


def test_inputs_to_parts_of_one_variable_make_one_context(world: World) -> None:
    inputs = {"to": "=initiator", "title": "标题", "a.b": "1", "a.c.d": "=2", "a.c.e": '="x"'}
    world.publish(process(service("notify", inputs)))
    case = world.start()
    world.work()
    assert body(world, case, "job.completed")["input"]["a"] == {"b": "1", "c": {"d": 2, "e": "x"}}


def test_an_output_to_a_part_keeps_the_others(world: World) -> None:
    task = service("notify", {"to": "=initiator", "title": "标题"}, outputs={"channel.told": "=notified"})
    world.publish(process(task))
    case = world.start(channel={"name": "抖音"})
    world.work()
    assert world.variables(case)["channel"] == {"name": "抖音", "told": ["zhang.wei"]}


def test_what_others_hold_of_the_old_value_does_not_change_under_them() -> None:
    old = {"a": {"b": {"c": 1}}}
    new: dict[str, object] = {}
    put(new, "a.b.d", 2, old)
    put(new, "a.x", 3, old)
    put(new, "plain", 4)
    assert new == {"a": {"b": {"c": 1, "d": 2}, "x": 3}, "plain": 4}
    assert old == {"a": {"b": {"c": 1}}}

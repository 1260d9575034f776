"""Who completed a task is known to its output mappings, and to nothing else; a replay knows it, too."""

from pathlib import Path

from engine.commands.complete_job import complete_job
from engine.commands.complete_task import complete_task
from engine.model import UserTask
from tests.execution.test_events import World
from tests.execution.test_listeners import take

DIAGRAM = (Path(__file__).parent / "completed_by.bpmn").read_bytes()


def complete(world: World, element: str, person: str, **values: object) -> None:
    with world.database.transaction() as session:
        task = session.query(UserTask).filter_by(element_id=element, state="CREATED").one()
        complete_task(session, task.id, values, person)


def test_output_mappings_know_who_completed_the_task(world: World) -> None:
    world.publish(DIAGRAM)
    case = world.start()
    complete(world, "approve", "xu.jing")
    assert world.variables(case)["approver_name"] == "徐静"


def test_whoever_hands_in_a_name_of_somebody_else_is_not_believed(world: World) -> None:
    world.publish(DIAGRAM)
    case = world.start()
    complete(world, "approve", "xu.jing", completedBy="liu.yang")
    assert world.variables(case)["approver_name"] == "徐静"


def test_it_is_the_person_and_not_the_listener_that_agreed_and_later_steps_do_not_see_it(world: World) -> None:
    world.publish(DIAGRAM)
    case = world.start()
    complete(world, "approve", "xu.jing")
    complete(world, "review", "wu.tao")
    job = take(world, "check_values")
    with world.database.transaction() as session:
        complete_job(session, job.id, {}, "admin")
    assert world.state(case) == "COMPLETED"
    variables = world.variables(case)
    assert (variables["reviewer"], variables["seen_later"]) == ("wu.tao", None)
    assert "completedBy" not in variables

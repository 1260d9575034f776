"""The SDK's own workers listen to a user task: they correct it, refuse what is done with it, and agree."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from camunda_orchestration_sdk.models import (
    JobCompletionRequest,
    JobResultCorrections,
    JobResultUserTask,
    JobSearchQuery,
    ProcessCreationById,
    UserTaskAssignmentRequest,
    UserTaskSearchQuery,
    UserTaskSearchQueryFilter,
)
from camunda_orchestration_sdk.runtime.job_worker import JobContext
from camunda_orchestration_sdk.semantic_types import ProcessDefinitionId

from tests.api.conftest import AsPerson
from tests.api.test_sdk import As, client, complete, open_task, work
from tests.support.company import Company
from tests.support.server import Server

__all__ = ["client"]

LISTENED = Path(__file__).parents[1] / "execution" / "task_listeners.bpmn"


async def prepare(job: JobContext) -> JobCompletionRequest:
    """Correct whom the task is for."""
    assert (str(job.kind), str(job.listener_event_type)) == ("TASK_LISTENER", "CREATING")
    corrections = JobResultCorrections(candidate_users=["wu.tao"], candidate_groups=[], priority=77)
    return JobCompletionRequest(result=JobResultUserTask(corrections=corrections, type_="userTask"))


async def check_person(job: JobContext) -> None:
    """Agree with whoever claims it."""
    assert job.user_task is not None
    assert (job.user_task.action, job.user_task.changed_attributes) == ("claim", ["assignee"])
    assert job.user_task.assignee == "wu.tao"


async def check_values(job: JobContext) -> JobCompletionRequest:
    """Refuse what is too much."""
    too_much = job.variables.to_dict()["amount"] > 100
    result = JobResultUserTask(denied=too_much, denied_reason="超过额度" if too_much else "", type_="userTask")
    return JobCompletionRequest(result=result)


async def agree(job: JobContext) -> None:
    """Agree with everything."""
    assert job.user_task is not None
    assert job.user_task.priority == 77


def test_the_sdks_workers_correct_refuse_and_agree(client: As, server: Server) -> None:
    admin, doer = client("admin"), client("wu.tao")
    admin.deploy_resources_from_files([LISTENED])
    case = admin.create_process_instance(
        data=ProcessCreationById(process_definition_id=ProcessDefinitionId("process"))
    ).process_instance_key
    handlers = {
        "prepare": prepare,
        "check_person": check_person,
        "check_values": check_values,
        "check_again": agree,
    }

    def states() -> list[str]:
        found = admin.search_user_tasks(
            data=UserTaskSearchQuery(filter_=UserTaskSearchQueryFilter(process_instance_key=case))
        )
        return [str(task.state) for task in found.items]

    def claim() -> None:
        task = open_task(doer, case)
        assert (task.candidate_users, task.candidate_groups, task.priority) == (["wu.tao"], [], 77)
        doer.assign_user_task(user_task_key=task.user_task_key, data=UserTaskAssignmentRequest(assignee="wu.tao"))

    def hand_in(amount: int) -> None:
        task = open_task(doer, case)
        assert task.assignee == "wu.tao"
        complete(doer, task, amount=amount)

    # The first amount is too much: the task comes back and is handed in again.
    acts: list[Callable[[], None]] = [claim, partial(hand_in, 900), partial(hand_in, 10)]

    def finished() -> bool:
        if acts and states() == ["CREATED"]:
            acts.pop(0)()
        return states() == ["COMPLETED"]

    assert states() == []
    work(server, finished, handlers)
    assert acts == []
    assert str(admin.get_process_instance(process_instance_key=case).state) == "COMPLETED"
    kinds = {(str(job.kind), str(job.listener_event_type)) for job in admin.search_jobs(data=JobSearchQuery()).items}
    assert kinds == {("TASK_LISTENER", moment) for moment in ("CREATING", "ASSIGNING", "COMPLETING")}


def test_what_a_listener_may_not_say_is_refused(program: AsPerson, company: Company) -> None:
    admin = program("admin")
    files = {"resources": (LISTENED.open("rb"), LISTENED.name)}
    assert admin.call("POST", "/deployments", data=files, content_type="multipart/form-data").status_code == 200
    admin.call("POST", "/process-instances", json={"processDefinitionId": "process"})
    [job] = admin.call(
        "POST", "/jobs/activation", json={"type": "prepare", "timeout": 60_000, "maxJobsToActivate": 1}
    ).json["jobs"]  # type: ignore[index] # a JSON object
    done = f"/jobs/{job['jobKey']}/completion"
    assert job["userTask"]["userTaskKey"] is None
    assert [one["jobKey"] for one in admin.found("jobs", filter={"kind": "TASK_LISTENER"})] == [job["jobKey"]]
    assert admin.found("jobs", filter={"listenerEventType": "START"}) == []
    admin.refused(400, "POST", done, json={"result": {"type": "userTask", "denied": True}})
    admin.refused(400, "POST", done, json={"result": {"type": "adHocSubProcess"}})
    admin.refused(400, "POST", done, json={"variables": {"x": 1}})
    assert admin.call("POST", done, json={"result": {"corrections": {"dueDate": ""}}}).status_code == 204
    assert json.loads(admin.call("POST", "/user-tasks/search", json={}).text)["items"][0]["dueDate"] is None

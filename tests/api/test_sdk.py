"""The public Python client of Camunda 8 works here: it deploys, starts, finds and completes over the network."""

import asyncio
import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import MappingProxyType

import pytest
from camunda_orchestration_sdk import CamundaAsyncClient, CamundaClient, WorkerConfig
from camunda_orchestration_sdk.models import (
    CancelProcessInstanceRequest,
    CreateDocumentData,
    IncidentSearchQuery,
    JobSearchQuery,
    MessagePublicationRequest,
    OffsetBasedPagination,
    ProcessCreationById,
    ProcessCreationByKey,
    ProcessDefinitionSearchQuery,
    ProcessDefinitionSearchQueryFilter,
    ProcessInstanceCreationInstructionBaseVariables,
    ProcessInstanceSearchQuery,
    ProcessInstanceSearchQueryFilter,
    UserTaskAssignmentRequest,
    UserTaskCompletionRequest,
    UserTaskCompletionRequestVariables,
    UserTaskResult,
    UserTaskSearchQuery,
    UserTaskSearchQueryFilter,
    UserTaskStateExactMatch,
    VariableSearchQuery,
    VariableSearchQueryFilter,
)
from camunda_orchestration_sdk.runtime.job_worker import ConnectedAsyncJobHandler, JobContext, JobError, JobFailure
from camunda_orchestration_sdk.semantic_types import ProcessDefinitionId
from camunda_orchestration_sdk.types import File

from engine.demo import PASSWORD
from tests.api.test_jobs import PAYING
from tests.support.company import PDF, PROCESS, ROOT
from tests.support.server import Server

As = Callable[[str], CamundaClient]


class Bearer:
    """Send a token made by ``qucheng token create``."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


@pytest.fixture
def client(server: Server) -> Iterator[As]:
    """Give a function that opens a client for a person, with name and password."""
    with ExitStack() as opened:

        def open_client(username: str) -> CamundaClient:
            client = CamundaClient(
                configuration={
                    "CAMUNDA_REST_ADDRESS": server.url,
                    "CAMUNDA_AUTH_STRATEGY": "BASIC",
                    "CAMUNDA_BASIC_AUTH_USERNAME": username,
                    "CAMUNDA_BASIC_AUTH_PASSWORD": PASSWORD,
                }
            )
            opened.callback(client.close)
            return client

        yield open_client


def process_paths() -> list[str | Path]:
    return [*sorted((ROOT / "bpmn" / PROCESS).glob("*.bpmn")), *sorted((ROOT / "forms" / PROCESS).glob("*.form"))]


def filing(client: CamundaClient) -> ProcessInstanceCreationInstructionBaseVariables:
    """Upload a contract and fill the form of a new channel."""
    upload = CreateDocumentData(file=File(payload=io.BytesIO(PDF), file_name="合同.pdf"))
    reference = client.create_document(data=upload)
    return ProcessInstanceCreationInstructionBaseVariables.from_dict(
        {
            "channel_name": "抖音旗舰店",
            "channel_kind": "online",
            "partner": "星河传媒有限公司",
            "region": "华东",
            "basics": "以短视频带货为主",
            "expected_business_size": 120.5,
            "expected_start_date": "2027-04-01",
            "resources_needed": "直播间一间，运营两人",
            "attachments": [reference.to_dict()],
            "declaration_of_truth": True,
        }
    )


def open_task(client: CamundaClient, case: str) -> UserTaskResult:
    query = UserTaskSearchQuery(
        filter_=UserTaskSearchQueryFilter(process_instance_key=case, state=UserTaskStateExactMatch("CREATED"))
    )
    return client.search_user_tasks(data=query).items[0]


def complete(client: CamundaClient, task: UserTaskResult, **values: object) -> None:
    variables = UserTaskCompletionRequestVariables.from_dict(values)
    client.complete_user_task(user_task_key=task.user_task_key, data=UserTaskCompletionRequest(variables=variables))


def test_the_sdk_takes_a_filing_from_deployment_to_its_end(client: As) -> None:
    owner, starter, approver, filer = client("zeng.rui"), client("zhang.wei"), client("zhao.lei"), client("wu.tao")

    deployed = owner.deploy_resources_from_files(process_paths())
    assert [process.process_definition_id for process in deployed.processes] == [PROCESS]
    assert {form.form_id for form in deployed.forms} >= {PROCESS}

    created = starter.create_process_instance(
        data=ProcessCreationById(process_definition_id=ProcessDefinitionId(PROCESS), variables=filing(starter))
    )
    case = created.process_instance_key
    assert created.process_definition_key == deployed.processes[0].process_definition_key

    task = open_task(approver, case)
    assert (task.element_id, task.assignee) == ("approve_filing", "zhao.lei")
    form = approver.get_user_task_form(user_task_key=task.user_task_key)
    assert form.form_key == task.form_key
    assert json.loads(form.schema)["id"] == form.form_id
    complete(approver, task, decision="approve", opinion="同意备案", completeness_checked=True, compliance_checked=True)
    assert str(approver.get_user_task(user_task_key=task.user_task_key).state) == "COMPLETED"

    task = open_task(filer, case)
    assert task.assignee is None
    assert task.candidate_groups
    filer.assign_user_task(user_task_key=task.user_task_key, data=UserTaskAssignmentRequest(assignee="wu.tao"))
    assert filer.get_user_task(user_task_key=task.user_task_key).assignee == "wu.tao"
    filer.unassign_user_task(user_task_key=task.user_task_key)
    complete(filer, task, filing_date="2027-03-02")

    found = starter.search_process_instances(
        data=ProcessInstanceSearchQuery(filter_=ProcessInstanceSearchQueryFilter(process_instance_key=case))
    )
    assert found.page.total_items == 1
    assert found.items[0].process_definition_id == PROCESS
    variables = starter.search_variables(
        data=VariableSearchQuery(filter_=VariableSearchQueryFilter(process_instance_key=case, name="channel_name"))
    )
    assert json.loads(variables.items[0].value) == "抖音旗舰店"
    alone = starter.get_variable(variable_key=variables.items[0].variable_key)
    assert alone.value == variables.items[0].value


def test_the_sdk_cancels_a_case_that_it_started_by_key(client: As) -> None:
    starter = client("zhang.wei")
    newest = ProcessDefinitionSearchQueryFilter(process_definition_id=PROCESS, is_latest_version=True)
    query = ProcessDefinitionSearchQuery(filter_=newest, page=OffsetBasedPagination(from_=0, limit=5))
    version = starter.search_process_definitions(data=query).items[0]
    assert "bpmn:process" in starter.get_process_definition_xml(process_definition_key=version.process_definition_key)
    start_form = starter.get_start_process_form(process_definition_key=version.process_definition_key)
    assert start_form.form_id == PROCESS
    created = starter.create_process_instance(
        data=ProcessCreationByKey(process_definition_key=version.process_definition_key, variables=filing(starter))
    )
    starter.cancel_process_instance(
        process_instance_key=created.process_instance_key, data=CancelProcessInstanceRequest()
    )
    ended = starter.get_process_instance(process_instance_key=created.process_instance_key)
    assert str(ended.state) == "TERMINATED"
    assert ended.end_date is not None


def test_the_sdk_asks_who_and_what_is_there_with_a_bearer_token(server: Server) -> None:
    token = server.run("token", "create", "wu.tao").strip()
    with CamundaClient(configuration={"CAMUNDA_REST_ADDRESS": server.url}, auth_provider=Bearer(token)) as client:
        assert client.get_authentication().username == "wu.tao"
        topology = client.get_topology()
    assert topology.gateway_version.startswith("8.")
    assert topology.brokers[0].port == server.port


async def pay(job: JobContext) -> dict[str, object]:
    """Do what the variables of the job say."""
    outcome = job.variables.to_dict()["outcome"]
    if outcome == "fail":
        raise JobFailure("银行没有应答", retries=0)
    if outcome == "error":
        raise JobError("BAD", "账号不存在")
    return {"bank": job.custom_headers.to_dict()["bank"]}


def work(
    server: Server,
    finished: Callable[[], bool],
    handlers: Mapping[str, ConnectedAsyncJobHandler] = MappingProxyType({"pay": pay}),
) -> None:
    """Let the SDK's own workers work until a condition holds; ``handlers`` by job type."""

    async def run() -> None:
        configuration = {
            "CAMUNDA_REST_ADDRESS": server.url,
            "CAMUNDA_AUTH_STRATEGY": "BASIC",
            "CAMUNDA_BASIC_AUTH_USERNAME": "admin",
            "CAMUNDA_BASIC_AUTH_PASSWORD": PASSWORD,
        }
        async with CamundaAsyncClient(configuration=configuration) as client:  # type: ignore[arg-type] # any settings
            for job_type, handler in handlers.items():
                config = WorkerConfig(job_type, job_timeout_milliseconds=60_000, request_timeout_milliseconds=2_000)
                client.create_job_worker(config, handler, execution_strategy="async")
            running = asyncio.create_task(client.run_workers())  # type: ignore[no-untyped-call] # so it is in the SDK
            end = time.monotonic() + 60
            while not await asyncio.to_thread(finished):
                assert time.monotonic() < end, server.log
                await asyncio.sleep(0.1)
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    asyncio.run(run())


def test_the_sdks_own_worker_completes_fails_and_throws(client: As, server: Server, tmp_path: Path) -> None:
    path = tmp_path / "paying.bpmn"
    path.write_bytes(PAYING)
    admin = client("admin")
    admin.deploy_resources_from_files([path])
    cases = {}
    for outcome in ("done", "fail", "error"):
        variables = ProcessInstanceCreationInstructionBaseVariables.from_dict({"outcome": outcome})
        wanted = ProcessCreationById(process_definition_id=ProcessDefinitionId("process"), variables=variables)
        cases[outcome] = admin.create_process_instance(data=wanted).process_instance_key

    def states() -> list[str]:
        return sorted(str(job.state) for job in admin.search_jobs(data=JobSearchQuery()).items)

    work(server, lambda: states() == ["CANCELED", "COMPLETED", "FAILED"])
    assert str(admin.get_process_instance(process_instance_key=cases["done"]).state) == "COMPLETED"
    [incident] = admin.search_incidents(data=IncidentSearchQuery()).items
    assert (incident.error_message, incident.process_instance_key) == ("银行没有应答", cases["fail"])
    assert open_task(admin, cases["error"]).element_id == "mend"
    admin.resolve_incident(incident_key=incident.incident_key)
    assert str(admin.get_incident(incident_key=incident.incident_key).state) == "RESOLVED"
    assert admin.publish_message(data=MessagePublicationRequest(name="paid")).message_key
    assert admin.get_license().valid_license

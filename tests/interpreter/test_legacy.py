"""A file of Camunda 7: what means the same is read and reported, what can't run is refused with what to do."""

from pathlib import Path

import pytest

from engine.errors import Finding
from engine.interpreter import load_scopes, read
from engine.interpreter.lint import check
from engine.interpreter.lint_rule import Known
from tests.interpreter.build import END, START, diagram
from tests.interpreter.test_case import Run

OLD = (Path(__file__).parent / "camunda_7.bpmn").read_bytes()
KNOWN = Known(forms=frozenset({"leave"}), job_types=frozenset({"notify"}))
CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '


def found(content: bytes) -> list[Finding]:
    """Give the findings about Camunda 7."""
    findings = check(content, "old.bpmn", KNOWN).findings
    return [one for one in findings if one.code.startswith(("camunda_7", "juel"))]


def old(nodes: str, condition: str | None = None) -> bytes:
    flow = ("f2", condition) if condition is not None else "f2"
    content = diagram(START + nodes + END, {"start->a": "f1", "a->end": flow})
    return content.replace(b"<bpmn:definitions ", b"<bpmn:definitions " + CAMUNDA.encode(), 1)


def test_what_means_the_same_is_read_as_camunda_8_would_say_it() -> None:
    (process,) = read(OLD)
    approve, pay = process.elements["approve"], process.elements["pay"]
    assert (approve.assignee, approve.due_date, approve.priority) == ("=approver", "=order.due", "70")
    assert (approve.form_id, process.start_form_id) == ("leave", "leave")
    assert approve.loop is not None
    assert (approve.loop.collection, approve.loop.item, approve.loop.completion) == (
        "=approvers",
        "approver",
        "=enough",
    )
    assert (pay.job_type, pay.retries) == ("pay", 5)
    assert process.flows["f3"].condition == "=approved"
    assert (process.version_tag, process.properties["candidateStarterGroups"]) == ("2.1", "渠道经理")


def test_what_was_read_is_reported_at_its_element_and_forbids_nothing() -> None:
    checked = check(OLD, "old.bpmn", KNOWN)
    assert checked.errors == []
    assert {(one.code, one.element) for one in found(OLD)} == {
        ("camunda_7_read", "process"),
        ("camunda_7_attribute", "process"),
        ("camunda_7_read", "start"),
        ("camunda_7_read", "approve"),
        ("camunda_7_read", "pay"),
        ("camunda_7_read", "f3"),
    }
    told = next(str(one) for one in found(OLD) if one.element == "f3")
    assert "${approved} → =approved" in told
    assert "historyTimeToLive" in next(str(one) for one in found(OLD) if one.code == "camunda_7_attribute")


def test_an_old_file_runs_as_its_author_meant_it() -> None:
    run = Run(OLD, approvers=["zhao.lei", "wu.tao"], enough=False, order={"due": "2026-03-09"})
    (task,) = run.outcome.tasks
    assert (task.assignee, task.priority) == ("zhao.lei", 70)
    run.complete("approve", approved=True)
    assert [task.assignee for task in run.outcome.tasks] == ["wu.tao"]
    run.complete("approve", approved=True)
    (job,) = run.outcome.jobs
    assert (job.type, job.retries) == ("pay", 5)


def mapped(parameters: str) -> bytes:
    return old(
        '<bpmn:userTask id="a" name="办" camunda:assignee="zhao.lei"><bpmn:extensionElements><camunda:inputOutput>'
        f"{parameters}</camunda:inputOutput></bpmn:extensionElements></bpmn:userTask>"
    )


def test_parameters_with_simple_values_and_names_are_mappings() -> None:
    content = mapped(
        '<camunda:inputParameter name="wish">下周</camunda:inputParameter>'
        '<camunda:inputParameter name="amount">${order.amount}</camunda:inputParameter>'
        '<camunda:inputParameter name="opinion"/>'
        '<camunda:outputParameter name="approved">${decision}</camunda:outputParameter>'
    )
    run = Run(content, order={"amount": 7}, amount=1)
    assert load_scopes(run.outcome.body)[run.token("a")] == {"wish": "下周", "amount": 7, "opinion": None}
    run.complete("a", decision=True, remark="好")
    assert run.outcome.ended
    assert {name: run.outcome.variables.get(name) for name in ("approved", "amount", "remark", "wish")} == {
        "approved": True,
        "amount": 1,
        "remark": None,
        "wish": None,
    }
    told = [str(one) for one in found(content) if one.code == "camunda_7_read"]
    assert any("outputParameter approved → output approved ← =decision" in one for one in told)
    assert [one for one in found(content) if one.severity == "error"] == []


@pytest.mark.parametrize(
    ("parameter", "code", "tells"),
    [
        (
            '<camunda:inputParameter name="x"><camunda:list/></camunda:inputParameter>',
            "camunda_7_element",
            "inputParameter x",
        ),
        (
            '<camunda:outputParameter name="x"><camunda:script>1</camunda:script></camunda:outputParameter>',
            "camunda_7_element",
            "outputParameter x",
        ),
        ('<camunda:inputParameter name="x">${a + 1}</camunda:inputParameter>', "juel_expression", "${a + 1}"),
        ('<camunda:inputParameter name="x y">1</camunda:inputParameter>', "camunda_7_element", "x y"),
    ],
)
def test_parameters_that_are_not_simple_have_to_be_written_anew(parameter: str, code: str, tells: str) -> None:
    (finding,) = [one for one in found(mapped(parameter)) if one.severity == "error"]
    assert (finding.code, finding.element) == (code, "a")
    assert tells in str(finding)


@pytest.mark.parametrize(
    ("content", "code", "tells"),
    [
        (old('<bpmn:serviceTask id="a" name="算" camunda:class="com.acme.Pay"/>'), "camunda_7_java", "Java"),
        (old('<bpmn:serviceTask id="a" name="算" camunda:expression="${pay.now()}"/>'), "camunda_7_java", "任务类型"),
        (old('<bpmn:serviceTask id="a" name="算" camunda:delegateExpression="${pay}"/>'), "camunda_7_java", "Java"),
        (old('<bpmn:userTask id="a" name="办" camunda:assignee="${user.getName()}"/>'), "juel_expression", "FEEL"),
        (
            old(
                '<bpmn:userTask id="a" name="办" camunda:assignee="x"><bpmn:extensionElements>'
                '<camunda:taskListener class="com.acme.L" event="create"/></bpmn:extensionElements></bpmn:userTask>'
            ),
            "camunda_7_element",
            "taskListener",
        ),
    ],
)
def test_what_can_not_run_is_refused_with_what_to_do(content: bytes, code: str, tells: str) -> None:
    (finding,) = [one for one in found(content) if one.severity == "error"]
    assert (finding.code, finding.element) == (code, "a")
    assert tells in str(finding)


def test_a_condition_that_is_more_than_a_name_has_to_be_written_anew() -> None:
    content = old('<bpmn:exclusiveGateway id="a"/>', "${amount == 3}")
    (finding,) = found(content)
    assert (finding.code, finding.element, finding.severity) == ("juel_expression", "f2", "error")
    assert "${amount == 3}" in str(finding)


def test_what_camunda_8_says_already_wins_and_a_text_of_feel_is_left_alone() -> None:
    task = (
        '<bpmn:userTask id="a" name="办" camunda:assignee="old"><bpmn:extensionElements><zeebe:userTask/>'
        '<zeebe:assignmentDefinition assignee="=&quot;${new}&quot;"/></bpmn:extensionElements></bpmn:userTask>'
    )
    (process,) = read(old(task))
    assert process.elements["a"].assignee == '="${new}"'
    assert [one.code for one in found(old(task))] == ["camunda_7_attribute"]

"""The table of the dialect in ``engine/README.md``: element, supported attributes, tests.

``python -m tests.interpreter.dialect`` writes it; ``test_dialect.py`` proves that it is true: every element and event
that runs has its row, every attribute is read, every test exists. ``tests/dialect`` plays a row's diagrams on both
databases; ``tests/dialect/test_whole.py`` proves that they have every tag and attribute of their row.
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "engine" / "README.md"
BEGIN, END = "<!-- dialect: begin -->", "<!-- dialect: end -->"
CASE, ELEMENTS, EVENTS = "interpreter/test_case.py", "interpreter/test_elements.py", "execution/test_events.py"
TIMERS, LISTENERS = "execution/test_timers.py", "interpreter/test_listeners.py"
TASK_LISTENERS = "execution/test_task_listeners.py"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    """What people call it."""
    kinds: tuple[str, ...]
    """Tags; an event definition follows after a colon: ``boundaryEvent:timer``."""
    attributes: tuple[str, ...]
    plays: tuple[str, ...]
    """Diagrams below ``tests/dialect``, each played from its start to its end by the test of its name."""
    tests: tuple[tuple[str, str], ...]
    """What else is tested: file below ``tests`` and function."""


ROWS = (
    Row(
        "开始事件",
        ("startEvent",),
        ("formDefinition formId bindingType",),
        (
            "starts/a_form_begins_a_case",
            "starts/each_start_has_its_own_way",
        ),
        ((ELEMENTS, "test_which_start_event_began_a_case_can_be_chosen"),),
    ),
    Row(
        "消息、信号、定时开始",
        ("startEvent:message", "startEvent:signal", "startEvent:timer"),
        ("timeDate", "timeCycle", "messageRef", "signalRef"),
        (
            "starts/a_message_begins_a_case",
            "starts/a_signal_begins_a_case",
            "starts/a_date_begins_a_case",
            "starts/a_cycle_begins_cases",
            "starts/each_start_has_its_own_way",
        ),
        (
            (EVENTS, "test_a_message_can_start_a_case_of_the_newest_version"),
            (EVENTS, "test_a_signal_reaches_everybody_who_waits"),
            (TIMERS, "test_a_cycle_starts_a_case_each_time_and_once_where_it_was_missed"),
            (TIMERS, "test_a_date_starts_one_case"),
        ),
    ),
    Row(
        "人工任务",
        ("userTask",),
        (
            "userTask", "assignmentDefinition assignee candidateUsers candidateGroups",
            "taskSchedule dueDate followUpDate", "priorityDefinition priority", "formDefinition formId bindingType",
        ),
        ("tasks/a_task_knows_its_people_form_and_dates",),
        (
            (CASE, "test_a_rule_that_fails_opens_no_task_and_is_tried_again_on_retry"),
            ("commands/test_filing_story.py", "test_the_approver_is_the_initiators_own_superior"),
        ),
    ),
    Row(
        "输入输出映射",
        ("ioMapping",),
        ("ioMapping input output",),
        ("tasks/inputs_are_local_and_outputs_are_all_that_leaves",),
        ((CASE, "test_input_mappings_are_local_and_outputs_are_all_that_leaves"),),
    ),
    Row(
        "手工任务、未定义任务",
        ("manualTask", "task"),
        (),
        ("tasks/tasks_that_nobody_does_are_passed",),
        ((ELEMENTS, "test_a_manual_or_undefined_task_is_passed_and_recorded"),),
    ),
    Row(
        "脚本任务",
        ("scriptTask",),
        ("script expression resultVariable",),
        ("tasks/a_script_computes_in_its_own_scope",),
        ((CASE, "test_parallel_branches_see_each_others_variables_at_once"),),
    ),
    Row(
        "业务规则任务",
        ("businessRuleTask",),
        ("calledDecision decisionId resultVariable bindingType",),
        ("tasks/a_decision_is_taken",),
        (
            (ELEMENTS, "test_a_decision_is_taken_on_the_spot_and_its_reason_kept"),
            (EVENTS, "test_a_decision_is_the_one_published_with_the_version_and_its_rule_is_in_history"),
        ),
    ),
    Row(
        "服务任务、发送任务",
        ("serviceTask", "sendTask"),
        ("taskDefinition type retries", "taskHeaders header"),
        (
            "tasks/a_job_waits_for_its_worker",
            "tasks/the_machine_does_its_own_tasks",
        ),
        (
            (EVENTS, "test_an_external_worker_gets_each_job_once_and_completes_it"),
            (EVENTS, "test_a_workers_failure_is_tried_again_and_then_becomes_an_incident_in_its_own_words"),
        ),
    ),
    Row(
        "接收任务、消息事件",
        (
            "receiveTask", "intermediateCatchEvent:message", "intermediateThrowEvent:message", "endEvent:message",
            "boundaryEvent:message",
        ),
        ("messageRef", "subscription correlationKey"),
        (
            "messages/a_message_reaches_the_case_with_its_key",
            "messages/a_message_on_the_border_comes_in",
            "messages/one_process_sends_and_another_receives",
        ),
        (
            (EVENTS, "test_a_message_reaches_the_case_with_its_key_and_no_other"),
            (EVENTS, "test_messages_published_and_awaited_at_once_all_arrive_exactly_once"),
            (ELEMENTS, "test_a_message_on_the_border_may_come_again_and_again"),
            (ELEMENTS, "test_a_message_without_a_key_gets_stuck_until_the_data_are_there"),
        ),
    ),
    Row(
        "调用活动",
        ("callActivity",),
        ("calledElement processId propagateAllParentVariables propagateAllChildVariables bindingType versionTag",),
        (
            "calls/all_variables_go_in_and_come_back",
            "calls/only_mapped_variables_go_in_and_come_back",
            "calls/mapped_outputs_are_all_that_comes_back",
            "calls/nothing_comes_back_unasked",
            "calls/a_call_is_made_for_each_item",
            "calls/an_event_on_the_border_ends_the_called_case",
            "calls/a_case_calls_one_that_calls_another",
            "calls/a_call_runs_the_version_it_is_bound_to",
            "calls/an_error_of_the_called_case_is_caught_around_the_call",
            "calls/an_error_that_no_caller_catches_is_an_incident",
        ),
        (
            (EVENTS, "test_a_called_case_gets_its_inputs_and_brings_its_result_back"),
            (EVENTS, "test_a_called_case_ends_with_its_caller"),
        ),
    ),
    Row(
        "子流程",
        ("subProcess",),
        (),
        ("sub_processes/a_sub_process_keeps_its_own_variables",),
        ((CASE, "test_a_sub_process_has_its_own_scope_and_ends_before_the_flow_goes_on"),),
    ),
    Row(
        "事件子流程",
        ("subProcess triggeredByEvent",),
        ("triggeredByEvent", "isInterrupting"),
        (
            "sub_processes/an_event_takes_over_from_what_it_interrupts",
            "sub_processes/an_event_runs_beside_what_it_does_not_interrupt",
        ),
        (
            (ELEMENTS, "test_an_interrupting_event_sub_process_takes_over"),
            (ELEMENTS, "test_a_gentle_event_sub_process_runs_beside_and_again"),
        ),
    ),
    Row(
        "事务、取消",
        ("transaction", "endEvent:cancel", "boundaryEvent:cancel"),
        (),
        ("compensation/a_transaction_is_cancelled_as_a_whole",),
        (
            (
                "execution/test_compensation.py",
                "test_a_cancelled_transaction_takes_its_tokens_away_undoes_what_was_done_and_leaves_by_its_border",
            ),
        ),
    ),
    Row(
        "补偿",
        ("intermediateThrowEvent:compensate", "endEvent:compensate", "boundaryEvent:compensate"),
        ("activityRef", "waitForCompletion", "isForCompensation"),
        (
            "compensation/what_was_done_is_undone_in_reverse",
            "compensation/an_event_sub_process_says_how_its_surroundings_are_undone",
        ),
        (
            (
                "execution/test_compensation.py",
                "test_what_was_done_is_undone_in_reverse_order_and_the_event_waits_for_all_of_it",
            ),
        ),
    ),
    Row(
        "即席子流程",
        ("adHocSubProcess",),
        ("adHoc activeElementsCollection outputCollection outputElement", "cancelRemainingInstances", "ordering"),
        (
            "sub_processes/a_list_says_what_is_done_ad_hoc",
            "sub_processes/people_choose_what_is_done_ad_hoc",
            "sub_processes/enough_takes_the_rest_away_ad_hoc",
        ),
        (
            ("interpreter/test_adhoc.py", "test_without_a_list_it_waits_for_somebody_to_choose"),
            ("execution/test_choices.py", "test_staff_choose_what_is_done_until_the_condition_holds"),
        ),
    ),
    Row(
        "排他网关",
        ("exclusiveGateway",),
        ("default", "conditionExpression"),
        (
            "gateways/the_first_true_condition_wins",
            "gateways/no_true_condition_becomes_an_incident",
            "gateways/a_round_goes_back_to_an_earlier_task",
            "gateways/a_case_goes_on_however_long_its_way_was",
        ),
        (
            (CASE, "test_an_exclusive_gateway_asks_in_the_order_of_the_file_and_then_takes_the_default"),
            (CASE, "test_no_true_condition_gets_stuck_there_and_goes_on_when_the_data_are_mended"),
        ),
    ),
    Row(
        "包容网关",
        ("inclusiveGateway",),
        ("default", "conditionExpression"),
        ("gateways/the_chosen_branches_are_awaited",),
        (
            (
                "interpreter/test_joins.py",
                "test_an_inclusive_join_waits_for_the_branches_that_were_chosen_in_each_round",
            ),
        ),
    ),
    Row(
        "并行网关",
        ("parallelGateway",),
        (),
        (
            "gateways/all_branches_are_awaited",
            "gateways/several_flows_split_and_merge_without_a_gateway",
        ),
        (
            (
                "interpreter/test_joins.py",
                "test_in_the_second_round_a_join_waits_for_the_branches_of_that_round",
            ),
        ),
    ),
    Row(
        "事件网关",
        ("eventBasedGateway",),
        (),
        ("gateways/the_first_event_decides",),
        ((ELEMENTS, "test_the_first_event_after_an_event_gateway_takes_the_others_away"),),
    ),
    Row(
        "定时事件",
        ("intermediateCatchEvent:timer", "boundaryEvent:timer"),
        ("timeDate", "timeDuration", "timeCycle", "cancelActivity"),
        (
            "timers/a_case_waits_for_dates_and_durations",
            "timers/a_border_timer_takes_the_task_away",
            "timers/a_gentle_border_timer_reminds",
        ),
        (
            (CASE, "test_an_interrupting_timer_takes_the_task_away_and_a_gentle_one_does_not"),
            (TIMERS, "test_a_reminder_comes_as_often_as_its_cycle_says_and_no_more"),
            ("interpreter/test_cycles.py", "test_cron_has_seconds_first_and_means_the_clock_of_shanghai"),
        ),
    ),
    Row(
        "信号事件",
        ("intermediateCatchEvent:signal", "intermediateThrowEvent:signal", "endEvent:signal", "boundaryEvent:signal"),
        ("signalRef",),
        ("events/a_signal_reaches_everybody",),
        (
            (ELEMENTS, "test_a_signal_is_thrown_to_the_world"),
            (EVENTS, "test_a_signal_reaches_everybody_who_waits"),
        ),
    ),
    Row(
        "错误事件",
        ("endEvent:error", "boundaryEvent:error"),
        ("errorRef", "errorCode"),
        (
            "events/an_error_leaves_by_the_border_that_catches_it",
            "events/a_workers_error_carries_its_data",
        ),
        (
            (ELEMENTS, "test_an_error_leaves_its_sub_process_by_the_border_that_catches_it"),
            (EVENTS, "test_a_workers_error_goes_the_way_the_diagram_draws_or_becomes_an_incident"),
        ),
    ),
    Row(
        "升级事件",
        ("intermediateThrowEvent:escalation", "endEvent:escalation", "boundaryEvent:escalation"),
        ("escalationRef", "escalationCode"),
        (
            "events/an_escalation_tells_those_above",
            "events/any_escalation_is_caught_without_a_code",
        ),
        ((ELEMENTS, "test_an_escalation_tells_the_border_and_ends_the_work_only_where_it_interrupts"),),
    ),
    Row(
        "条件事件",
        ("intermediateCatchEvent:conditional", "boundaryEvent:conditional"),
        ("condition",),
        ("events/a_condition_fires_when_it_becomes_true",),
        ((ELEMENTS, "test_a_condition_fires_when_it_becomes_true"),),
    ),
    Row(
        "链接事件",
        ("intermediateThrowEvent:link", "intermediateCatchEvent:link"),
        ("linkEventDefinition",),
        ("events/a_link_leads_on_elsewhere",),
        (("interpreter/test_links.py", "test_several_links_lead_to_the_one_that_catches_them"),),
    ),
    Row(
        "结束、中间抛出、终止",
        ("endEvent", "endEvent:terminate", "intermediateThrowEvent"),
        (),
        (
            "events/a_terminate_end_stops_everything_in_its_scope",
            "tasks/tasks_that_nobody_does_are_passed",
        ),
        (
            (CASE, "test_a_terminate_end_takes_everything_else_away"),
            ("interpreter/test_implicit_ends.py", "test_a_case_waits_for_the_other_branches_of_a_split"),
        ),
    ),
    Row(
        "多实例",
        ("multiInstanceLoopCharacteristics",),
        (
            "loopCharacteristics inputCollection inputElement outputCollection outputElement", "isSequential",
            "completionCondition",
        ),
        (
            "repeating/everybody_is_asked_at_once",
            "repeating/one_is_asked_after_the_other",
            "repeating/a_share_of_the_votes_is_enough",
            "repeating/the_first_no_ends_it",
            "repeating/what_is_repeated_has_its_own_variables",
            "repeating/every_kind_of_activity_repeats",
            "repeating/a_border_event_stands_on_all_repetitions",
        ),
        (
            (ELEMENTS, "test_all_sign_at_once_and_their_results_stand_in_the_order_of_the_people"),
            (ELEMENTS, "test_one_after_the_other_in_the_order_of_the_people"),
            (ELEMENTS, "test_a_share_of_the_votes_is_enough_and_the_rest_is_taken_away"),
        ),
    ),
    Row(
        "循环",
        ("standardLoopCharacteristics",),
        ("testBefore", "loopMaximum", "loopCondition"),
        ("repeating/a_task_is_done_until_it_is_good",),
        (
            ("interpreter/test_rounds.py", "test_a_task_is_done_again_until_its_own_result_says_enough"),
            ("execution/test_choices.py", "test_two_rounds_of_a_sub_process_with_a_loop_and_a_multi_instance_inside"),
        ),
    ),
    Row(
        "执行监听器",
        ("executionListener",),
        ("executionListener eventType type retries",),
        ("listeners/listeners_are_asked_at_the_start_and_the_end",),
        (
            (LISTENERS, "test_listeners_are_asked_one_after_the_other_around_a_task"),
            ("execution/test_listeners.py", "test_a_listened_case_goes_its_way_step_by_step"),
        ),
    ),
    Row(
        "任务监听器",
        ("taskListener",),
        ("taskListener eventType type retries",),
        ("listeners/task_listeners_agree_correct_and_refuse",),
        (
            (TASK_LISTENERS, "test_nobody_sees_a_task_before_its_creating_listeners_have_said_what_it_is"),
            (TASK_LISTENERS, "test_a_claim_waits_for_its_listeners_and_one_may_give_it_to_somebody_else"),
            (TASK_LISTENERS, "test_a_change_of_a_task_waits_for_its_listeners_and_one_may_correct_or_refuse_it"),
            (
                TASK_LISTENERS,
                "test_a_completion_goes_through_every_listener_and_one_that_refuses_keeps_what_was_typed",
            ),
        ),
    ),
    Row(
        "属性、版本标签、泳道",
        ("process",),
        ("properties property", "versionTag", "laneSet"),
        ("documentation/what_explains_is_no_obstacle",),
        (
            ("interpreter/test_interchange.py", "test_every_interchange_diagram_is_deployable_or_gets_findings"),
            ("web/designer/test_modeler.py", "test_what_the_editor_does_not_know_stays_in_the_file"),
        ),
    ),
)  # fmt: skip


def table() -> str:
    """Write the table in Markdown."""
    lines = ["| 元素 | 标签 | 支持的属性 | 在两种数据库上走完的图 | 其他测试 |", "|---|---|---|---|---|"]
    for row in ROWS:
        kinds = " ".join(f"`{kind}`" for kind in row.kinds)
        attributes = "；".join(f"`{one}`" for one in row.attributes) or "—"
        plays = "；".join(f"[{_short(play.partition('/')[2])}](../tests/dialect/{play}.bpmn)" for play in row.plays)
        tests = "；".join(f"[{_short(name)}](../tests/{file})" for file, name in row.tests)
        lines.append(f"| {row.name} | {kinds} | {attributes} | {plays} | {tests} |")
    return "\n".join(lines)


def _short(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def replaced(text: str) -> str:
    """Give the README with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(replaced(README.read_text(encoding="utf-8")), encoding="utf-8")

"""The data of cases."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from engine.commands.record_access import Look
from engine.queries.search_variables import VariableRecord, find_variable, search_variables_of_task
from engine.queries.search_variables import search_variables as search_variables_query
from engine.queries.searching import Found
from web.api.blueprint import READERS, blueprint
from web.api.searches import ABSENT, OffsetPage, SearchPage, SortBy, WantedExactText, WantedKey, page_of, to_search
from web.api.wire import TENANT, Answer, Body, Key, SentKey, key_of
from web.auth import allow, current_person, current_session
from web.looks import note_look

TRUNCATED_AT = 8192
"""Characters of a value in a list, as in the published interface; one variable alone comes whole."""


class OneCase(Body):
    """The variables of one case."""

    eq: SentKey = Field(alias="$eq")


class SomeCases(Body):
    """The variables of some cases."""

    in_: Annotated[list[SentKey], Field(min_length=1, max_length=100)] = Field(alias="$in")


class VariableFilter(Body):
    """What is asked of a variable. The cases must be named: variables of all cases can't be searched."""

    process_instance_key: SentKey | OneCase | SomeCases
    variable_key: WantedKey = ABSENT
    scope_key: WantedKey = ABSENT
    name: WantedExactText = ABSENT
    value: WantedExactText = Field(default=ABSENT, description="As JSON: a text stands in quotation marks.")


class TaskVariableFilter(Body):
    """What is asked of a variable that a task sees."""

    name: WantedExactText = ABSENT


class VariableSort(SortBy):
    """One field to sort by."""

    field: Literal["name", "value", "variableKey", "processInstanceKey", "scopeKey"]


class VariableSearch(Body):
    """A search for variables."""

    page: OffsetPage = OffsetPage()
    filter: VariableFilter
    sort: list[VariableSort] = Field(default=[], max_length=5)


class TaskVariableSort(SortBy):
    """One field to sort by."""

    field: Literal["name", "value", "variableKey", "scopeKey", "processInstanceKey"]


class TaskVariableSearch(Body):
    """A search for variables that a task sees."""

    page: OffsetPage = OffsetPage()
    filter: TaskVariableFilter = TaskVariableFilter()
    sort: list[TaskVariableSort] = Field(default=[], max_length=5)


def _read_flag(text: object) -> object:
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text


class VariableOptions(Body):
    """How values are given."""

    truncate_values: Annotated[bool, BeforeValidator(_read_flag)] = Field(
        default=True, description=f"Cut values after {TRUNCATED_AT} characters."
    )


class Variable(Answer):
    """One variable, whole."""

    variable_key: Key
    name: str
    value: str = Field(description="As JSON.")
    scope_key: Key
    process_instance_key: Key
    root_process_instance_key: Key | None
    tenant_id: str = TENANT


class FoundVariable(Variable):
    """One variable of a list."""

    is_truncated: bool


class VariablePage(Answer):
    """Variables that were found."""

    items: list[FoundVariable]
    page: SearchPage


@blueprint.post("/variables/search")
@allow(*READERS, writes=False)
@blueprint.input(VariableOptions, location="query", arg_name="options")
@blueprint.input(VariableSearch, arg_name="asked")
@blueprint.output(VariablePage)
@blueprint.doc(operation_id="searchVariables", tags=["Variable"])
def search_variables(options: VariableOptions, asked: VariableSearch) -> VariablePage:
    """Find variables of cases that the caller may see. Pages by offset."""
    cases = asked.filter.process_instance_key
    wanted = [cases] if isinstance(cases, int) else [cases.eq] if isinstance(cases, OneCase) else cases.in_
    others = asked.filter.model_copy(update={"process_instance_key": None})
    search = to_search(asked.page, others, list(asked.sort))
    found = search_variables_query(current_session(), current_person(), wanted, search)
    return _page(found, options)


@blueprint.post("/user-tasks/<user_task_key>/variables/search")
@allow(*READERS, writes=False)
@blueprint.input(VariableOptions, location="query", arg_name="options")
@blueprint.input(TaskVariableSearch, arg_name="asked")
@blueprint.output(VariablePage)
@blueprint.doc(operation_id="searchUserTaskVariables", tags=["User task"])
def search_user_task_variables(user_task_key: str, options: VariableOptions, asked: TaskVariableSearch) -> VariablePage:
    """Find the variables that a task sees, its own first, those that they hide too. Pages by offset."""
    return _of_task(user_task_key, options, asked, effective=False)


@blueprint.post("/user-tasks/<user_task_key>/effective-variables/search")
@allow(*READERS, writes=False)
@blueprint.input(VariableOptions, location="query", arg_name="options")
@blueprint.input(TaskVariableSearch, arg_name="asked")
@blueprint.output(VariablePage)
@blueprint.doc(operation_id="searchUserTaskEffectiveVariables", tags=["User task"])
def search_user_task_effective_variables(
    user_task_key: str, options: VariableOptions, asked: TaskVariableSearch
) -> VariablePage:
    """Find the variables that a task sees; of those with one name the nearest. Pages by offset."""
    return _of_task(user_task_key, options, asked, effective=True)


@blueprint.get("/variables/<variable_key>")
@allow(*READERS)
@blueprint.output(Variable)
@blueprint.doc(operation_id="getVariable", tags=["Variable"])
def get_variable(variable_key: str) -> Variable:
    """Give one variable of a case that the caller may see, whole."""
    record, personal = find_variable(current_session(), current_person(), key_of(variable_key))
    if personal:
        note_look(Look(kind="variables", instance_id=record.instance_id, subject=record.name, personal=True))
    return Variable(
        variable_key=record.id,
        name=record.name,
        value=record.value,
        scope_key=record.scope_key,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.root_id,
    )


def _of_task(
    user_task_key: str, options: VariableOptions, asked: TaskVariableSearch, *, effective: bool
) -> VariablePage:
    search = to_search(asked.page, asked.filter, list(asked.sort))
    found = search_variables_of_task(
        current_session(), current_person(), search, key_of(user_task_key), effective=effective
    )
    return _page(found, options)


def _page(found: Found[VariableRecord], options: VariableOptions) -> VariablePage:
    for instance_id in found.looked_at:
        note_look(Look(kind="variables", instance_id=instance_id, personal=True))
    limit = TRUNCATED_AT if options.truncate_values else None
    return VariablePage(items=[_of_list(record, limit) for record in found.items], page=page_of(found))


def _of_list(record: VariableRecord, limit: int | None) -> FoundVariable:
    return FoundVariable(
        variable_key=record.id,
        name=record.name,
        value=record.value[:limit],
        scope_key=record.scope_key,
        process_instance_key=record.instance_id,
        root_process_instance_key=record.root_id,
        is_truncated=limit is not None and len(record.value) > limit,
    )

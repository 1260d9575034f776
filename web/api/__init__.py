"""The REST interface under ``/v2``: the paths and shapes of Camunda 8, so that its clients work here."""

from web.api import (
    adhoc,
    administration,
    audit_logs,
    callers,
    case_paths,
    cluster,
    correlated_messages,
    decision_instances,
    decisions,
    definition_statistics,
    deployments,
    document,
    documents,
    element_instances,
    expressions,
    going_back,
    handovers,
    incident_statistics,
    incidents,
    instance_changes,
    job_searches,
    job_statistics,
    jobs,
    message_subscriptions,
    messages,
    problems,
    process_definitions,
    process_instances,
    published,
    substitutions,
    task_operations,
    task_signing,
    user_tasks,
    variables,
)
from web.api.blueprint import blueprint
from web.api.commits import Commits
from web.application import Application

__all__ = [
    "adhoc",
    "administration",
    "audit_logs",
    "callers",
    "case_paths",
    "cluster",
    "correlated_messages",
    "decision_instances",
    "decisions",
    "definition_statistics",
    "deployments",
    "documents",
    "element_instances",
    "expressions",
    "going_back",
    "handovers",
    "incident_statistics",
    "incidents",
    "instance_changes",
    "job_searches",
    "job_statistics",
    "jobs",
    "message_subscriptions",
    "messages",
    "problems",
    "process_definitions",
    "process_instances",
    "published",
    "register",
    "substitutions",
    "task_operations",
    "task_signing",
    "user_tasks",
    "variables",
]


def register(app: Application) -> None:
    """Mount the interface on the application, with its document at ``/v2/openapi.json``."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        SECURITY_SCHEMES=document.SECURITY_SCHEMES,
        # Every answer is named by its view or by the document; what APIFlask would guess is none of ours.
        AUTO_200_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        # It would keep the host name of whoever asked first.
        AUTO_SERVERS=False,
    )
    app.description = document.DESCRIPTION
    app.extensions["commits"] = Commits(app.database)
    app.identify_by_header = callers.identify_caller
    app.spec_processor(document.complete)
    app.register_blueprint(blueprint)

"""One blueprint per noun."""

from flask import Blueprint

from web.views import (
    account,
    administration,
    attachments,
    audit,
    cases,
    choices,
    designer,
    handovers,
    health,
    home,
    imports,
    incidents,
    notifications,
    people,
    registers,
    substitutions,
    task_operations,
    tasks,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    home.blueprint,
    account.blueprint,
    tasks.blueprint,
    task_operations.blueprint,
    people.blueprint,
    substitutions.blueprint,
    cases.blueprint,
    administration.blueprint,
    choices.blueprint,
    registers.blueprint,
    imports.blueprint,
    designer.blueprint,
    audit.blueprint,
    incidents.blueprint,
    handovers.blueprint,
    attachments.blueprint,
    notifications.blueprint,
    health.blueprint,
)

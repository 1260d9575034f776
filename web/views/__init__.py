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
    health,
    home,
    incidents,
    notifications,
    registers,
    tasks,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    home.blueprint,
    account.blueprint,
    tasks.blueprint,
    cases.blueprint,
    administration.blueprint,
    choices.blueprint,
    registers.blueprint,
    designer.blueprint,
    audit.blueprint,
    incidents.blueprint,
    attachments.blueprint,
    notifications.blueprint,
    health.blueprint,
)

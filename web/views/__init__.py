"""One blueprint per noun."""

from flask import Blueprint

from web.views import account, attachments, audit, cases, designer, health, home, notifications, registers, tasks

BLUEPRINTS: tuple[Blueprint, ...] = (
    home.blueprint,
    account.blueprint,
    tasks.blueprint,
    cases.blueprint,
    registers.blueprint,
    designer.blueprint,
    audit.blueprint,
    attachments.blueprint,
    notifications.blueprint,
    health.blueprint,
)

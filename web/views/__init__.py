"""One blueprint per noun."""

from flask import Blueprint

from web.views import health, home

BLUEPRINTS: tuple[Blueprint, ...] = (
    home.blueprint,
    health.blueprint,
)

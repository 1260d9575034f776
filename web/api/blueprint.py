"""Where every call of the REST interface hangs."""

from apiflask import APIBlueprint

READERS = ("staff", "auditor")
"""Whoever may sign in; what each of them sees is decided by the queries."""

blueprint = APIBlueprint("v2", "web.api", url_prefix="/v2")

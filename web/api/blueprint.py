"""Where every call of the REST interface hangs."""

from apiflask import APIBlueprint

READERS = ("staff", "auditor")
"""Whoever may sign in; what each of them sees is decided by the queries."""

PROGRAMS = ("admin",)
"""Whoever acts for a program that does the machine's part: works on jobs, publishes messages, resolves incidents."""
AUDITORS = ("auditor", "admin")
"""Whoever may see the history of all cases."""
EVALUATORS = ("owner", "admin")
"""Whoever may try rules that are not part of a case."""

blueprint = APIBlueprint("v2", "web.api", url_prefix="/v2")

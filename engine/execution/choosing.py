"""Who chooses what is done next in an ad-hoc sub-process."""

from collections.abc import Collection

CHOOSERS = frozenset({"owner", "admin"})
"""Grants that choose in every case; besides, the initiator chooses in their own."""


def may_choose(actor: str, grants: Collection[str], started_by: str) -> bool:
    """Tell whether a person may begin elements of an ad-hoc sub-process of a case."""
    return actor == started_by or bool(CHOOSERS.intersection(grants))

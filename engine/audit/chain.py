"""The hash chain: each event of a case covers itself and, through the hash before it, all earlier ones."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from engine import json_text
from engine.values import value

GENESIS = "0" * 64
"""What the first event of a case has for a previous hash."""


@value
class NewEvent:
    """Something that happened and is about to be written."""

    kind: str
    """Such as ``task.completed``."""
    actor: str
    body: Mapping[str, object]
    """The full input and all it caused."""
    element_id: str | None = None
    token: int | None = None
    on_behalf_of: str | None = None


@value
class Head:
    """Where the chain of a case ends."""

    sequence: int
    hash: str


def append(
    head: Head, event: NewEvent, *, instance_id: int, at: dt.datetime, definition_hash: str
) -> tuple[dict[str, object], Head]:
    """Give the row of ``history_events`` for a new event, and the head after it."""
    row: dict[str, object] = {
        "instance_id": instance_id,
        "sequence": head.sequence + 1,
        "at": at,
        "actor": event.actor,
        "on_behalf_of": event.on_behalf_of,
        "kind": event.kind,
        "element_id": event.element_id,
        "token": event.token,
        "body": json_text.dump_text(event.body),
        "definition_hash": definition_hash,
        "previous_hash": head.hash,
    }
    row["hash"] = event_hash(row)
    return row, Head(sequence=head.sequence + 1, hash=str(row["hash"]))


def event_hash(row: Mapping[str, object]) -> str:
    """Compute the hash of an event: SHA-256 over the canonical JSON (RFC 8785) of all its columns but the hash.

    The body enters as the very text that is stored, so no number in it is ever read and written again.
    """
    at = row["at"]
    assert isinstance(at, dt.datetime)  # noqa: S101 - the column's type
    content: dict[str, Any] = {
        "actor": row["actor"],
        "at": canonical_time(at),
        "body": row["body"],
        "definition_hash": row["definition_hash"],
        "element_id": row["element_id"],
        "instance_id": row["instance_id"],
        "kind": row["kind"],
        "on_behalf_of": row["on_behalf_of"],
        "previous_hash": row["previous_hash"],
        "sequence": row["sequence"],
        "token": row["token"],
    }
    # Of texts, whole numbers and null under ASCII names, this is RFC 8785's form, many times faster (a test compares).
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def canonical_time(at: dt.datetime) -> str:
    """Write a moment the one way the chain knows: UTC, milliseconds, ``Z``."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

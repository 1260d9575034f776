"""The hash of an event: the canonical JSON of RFC 8785 over every column but the hash."""

import datetime as dt
import hashlib
from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.chain import GENESIS, Head, NewEvent, append, canonical_time, event_hash

texts = st.text(st.characters(exclude_categories=["Cs"]))
events = st.fixed_dictionaries(
    {
        "actor": texts,
        "at": st.integers(0, 10**13).map(
            lambda step: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + step * dt.timedelta(milliseconds=1)
        ),
        "body": texts,
        "definition_hash": texts,
        "element_id": st.none() | texts,
        "instance_id": st.integers(1, 2**53 - 1),
        "kind": texts,
        "on_behalf_of": st.none() | texts,
        "previous_hash": texts,
        "sequence": st.integers(1, 2**53 - 1),
        "token": st.none() | st.integers(-(2**53) + 1, 2**53 - 1),
    }
)


@given(events)
def test_an_event_is_hashed_in_the_canonical_form_of_rfc_8785(event: dict[str, Any]) -> None:
    canonical = rfc8785.dumps({**event, "at": canonical_time(event["at"])})
    assert event_hash(event) == hashlib.sha256(canonical).hexdigest()


@given(events, events)
def test_two_events_have_one_hash_only_where_they_are_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (event_hash(one) == event_hash(other)) == (one == other)


def test_each_event_carries_the_hash_of_the_one_before() -> None:
    at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    begun = NewEvent(kind="case.started", actor="zhang.wei", body={})
    claimed = NewEvent(kind="task.claimed", actor="a", body={})
    one, between = append(Head(sequence=0, hash=GENESIS), begun, instance_id=1, at=at, definition_hash="d")
    other, head = append(between, claimed, instance_id=1, at=at, definition_hash="d")
    assert [one["previous_hash"], other["previous_hash"]] == [GENESIS, one["hash"]]
    assert between == Head(sequence=1, hash=str(one["hash"]))
    assert head == Head(sequence=2, hash=str(other["hash"]))

"""Bodies and hashes lie in the database in few bytes, and come out as the very texts that went in."""

import hashlib
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from engine import json_text
from engine.model.packing import VOCABULARY, hash_bytes, hash_text, pack, unpack
from tests.support.company import Company

hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
bodies = st.dictionaries(st.text(), st.text() | st.booleans() | st.lists(st.text())).map(json_text.dump_text)


@given(bodies)
def test_a_body_comes_out_as_it_went_in_and_is_never_longer(body: str) -> None:
    assert unpack(pack(body)) == body
    assert len(pack(body)) <= len(body.encode())


@given(bodies)
def test_a_plain_body_of_an_earlier_version_is_read_as_it_is(body: str) -> None:
    assert unpack(body.encode()) == body


@given(st.binary())
def test_whatever_lies_there_is_read_as_some_text(stored: bytes) -> None:
    assert isinstance(unpack(stored), str)
    assert isinstance(unpack(b"\x01" + stored), str)
    assert isinstance(hash_text(stored), str)


@given(hashes)
def test_a_hash_lies_there_as_32_bytes(digits: str) -> None:
    assert len(hash_bytes(digits)) == 32
    assert hash_text(hash_bytes(digits)) == digits


@pytest.mark.parametrize("other", ["", "x", "AB" * 32, "0" * 63, " " + "0" * 63, "中文", "0" * 62])
def test_what_is_no_hash_is_kept_as_it_is(other: str) -> None:
    assert hash_text(hash_bytes(other)) == other


def test_what_bodies_have_in_common_never_changes() -> None:
    # Bodies in databases out there were packed with it. Whoever needs another one gives it another first byte.
    assert hashlib.sha256(VOCABULARY).hexdigest() == "4a887b28b0edb6569e12bb42ae5620f0bee00014c522a12f60fcee6d0e1fff0e"
    old = bytes.fromhex("0128b52ffd205a0d0100686c692e6e617d656e64225d5d7d06005620395c0528c906889653a8f5e28d5b40")
    assert unpack(old) == '{"changes":{},"completed_by":"li.na","input":{"decision":"approve"},"waiting":[[4,"end"]]}'


def test_threads_pack_at_once() -> None:
    texts = [f'{{"input":{{"number":{number}}},"text":"{"渠道" * number}"}}' for number in range(200)]
    wrong: list[str] = []

    def work() -> None:
        wrong.extend(one for one in texts if unpack(pack(one)) != one)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_history_lies_in_the_database_in_few_bytes(company: Company) -> None:
    case = company.start()
    [event] = company.events(case)
    with company.database.reading() as session:
        row = session.execute(
            text(
                "SELECT length(h.body) AS body, length(hash) AS hash, length(chain_head) AS head FROM history_events h"
                " JOIN process_instances ON process_instances.id = instance_id"
            )
        ).one()
    assert (row.hash, row.head) == (32, 32)
    assert row.body < len(event.body.encode()) / 2
    assert len(event.hash) == len(event.previous_hash) == 64

"""Seals: a Merkle root over the heads of chains, signed, each following the one before."""

import datetime as dt
import hashlib
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from engine.audit.chain import GENESIS
from engine.audit.checkpoint import heads_of, log_path, seal
from engine.audit.merkle import Root, leaf_hash, node_hash, path
from engine.audit.signing import is_signed, load_key, public_text, sealed_text, sign
from engine.audit.verify import Report, verify
from engine.model import Checkpoint
from tests.audit.stories import recorded
from tests.audit.tampering import run
from tests.support.company import Company


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "seal.key"


def check(company: Company, key: Path) -> Report:
    with company.database.reading() as session:
        return verify(session, key_path=key)


def codes(company: Company, key: Path) -> list[str]:
    return [found.code for found in check(company, key).discrepancies]


def test_the_tree_is_the_one_of_certificate_transparency() -> None:
    tree = Root()
    assert tree.digest() == hashlib.sha256(b"").digest()
    for leaf in (b"a", b"b", b"c"):
        tree.add(leaf)
    assert tree.digest() == node_hash(node_hash(leaf_hash(b"a"), leaf_hash(b"b")), leaf_hash(b"c"))


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_every_leaf_leads_to_the_root_by_its_path(leaves: list[bytes], data: st.DataObject) -> None:
    tree = Root()
    for leaf in leaves:
        tree.add(leaf)
    index = data.draw(st.integers(0, len(leaves) - 1))
    digest = leaf_hash(leaves[index])
    for side, neighbour in path(leaves, index):
        digest = node_hash(neighbour, digest) if side == "left" else node_hash(digest, neighbour)
    assert digest == tree.digest()


def test_the_key_is_made_once_and_only_its_owner_may_read_it(key: Path) -> None:
    assert public_text(load_key(key)) == public_text(load_key(key))
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_seal_covers_running_cases_and_those_that_ended_since(company: Company, key: Path) -> None:
    assert seal(company.database, key) is None
    done, running = recorded(company), company.start()
    company.clock.advance(hours=2)
    first = seal(company.database, key)
    assert first is not None
    assert first.cases == 2
    company.clock.advance(hours=2)
    newer = company.start()
    second = seal(company.database, key)
    assert second is not None
    with company.database.reading() as session:
        one, two = session.scalars(select(Checkpoint).order_by(Checkpoint.id)).all()
        assert [head[0] for head in heads_of(one)] == [done, running]
        assert [head[0] for head in heads_of(two)] == [running, newer]
        assert (one.previous_root, two.previous_root) == (GENESIS, one.merkle_root)
        assert is_signed(two.public_key, two.signature, sealed_text(two.sealed_at, two.previous_root, two.merkle_root))
    report = check(company, key)
    assert report.intact
    assert (report.seals, report.sealed_until) == (2, company.clock.moment)


def test_seals_keep_a_distance_where_one_is_asked_for(company: Company, key: Path) -> None:
    company.start()
    hour = dt.timedelta(hours=1)
    assert seal(company.database, key, at_most_every=hour) is not None
    assert seal(company.database, key, at_most_every=hour) is None
    company.clock.advance(hours=1)
    assert seal(company.database, key, at_most_every=hour) is not None


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE checkpoints SET merkle_root = :other WHERE id = 1", "seal_altered"),
        ("UPDATE checkpoints SET heads = :bytes WHERE id = 1", "seal_altered"),
        ("UPDATE checkpoints SET signature = 'AAAA' WHERE id = 1", "seal_signature"),
        ("UPDATE checkpoints SET signature = 'no base64' WHERE id = 1", "seal_signature"),
        ("UPDATE checkpoints SET sealed_at = (SELECT max(sealed_at) FROM checkpoints) WHERE id = 1", "seal_signature"),
        ("DELETE FROM checkpoints WHERE id = 1", "seal_link_broken"),
        ("DELETE FROM checkpoints WHERE id = 2", "seal_removed"),
    ],
)
def test_an_altered_or_removed_seal_is_named(company: Company, key: Path, statement: str, code: str) -> None:
    company.start()
    seal(company.database, key)
    company.clock.advance(hours=1)
    seal(company.database, key)
    assert codes(company, key) == []
    values = {"other": "a" * 64} if ":other" in statement else {"bytes": b"x"} if ":bytes" in statement else {}
    run(company.database, statement, **values)
    assert code in codes(company, key)


def test_a_seal_by_somebody_elses_key_is_named(company: Company, key: Path) -> None:
    company.start()
    seal(company.database, key)
    other = Ed25519PrivateKey.generate()
    with company.database.transaction() as session:
        row = session.scalars(select(Checkpoint)).one()
        row.public_key = public_text(other)
        row.signature = sign(other, sealed_text(row.sealed_at, row.previous_root, row.merkle_root))
    assert codes(company, key) == ["seal_key"]


def test_every_root_is_noted_beside_the_key(company: Company, key: Path) -> None:
    company.start()
    made = seal(company.database, key)
    assert made is not None
    assert log_path(key).read_text(encoding="ascii") == f"{made.id} {made.merkle_root}\n"
    run(company.database, "DELETE FROM checkpoints")
    assert codes(company, key) == ["seal_removed"]


def test_the_private_key_never_enters_the_database(company: Company, key: Path) -> None:
    company.start()
    seal(company.database, key)
    secret = load_key(key).private_bytes_raw()
    with company.database.reading() as session:
        row = session.execute(text("SELECT public_key, signature, merkle_root, heads FROM checkpoints")).one()
    assert secret.hex() not in str(row)

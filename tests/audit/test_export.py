"""An exported case is verified off-line by the script inside it, which needs Python alone."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.checkpoint import seal
from engine.audit.export import export_case
from engine.audit.verify import verify
from engine.audit.verify_export import is_signed
from engine.errors import NotFoundError
from tests.audit.stories import returned_twice
from tests.support.company import Company


@pytest.fixture
def folder(company: Company, tmp_path: Path) -> Path:
    """Export a case with several files and seals around it, and unpack it."""
    for _ in range(3):
        company.start("li.na")
    case = returned_twice(company)
    seal(company.database, tmp_path / "seal.key")
    company.clock.advance(hours=1)
    seal(company.database, tmp_path / "seal.key")
    path = tmp_path / "case.zip"
    with path.open("wb") as file, company.database.reading() as session:
        export_case(session, case, file, attachments=company.folder)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def verified(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the script as an auditor would: on another machine, with no package installed."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify_export.py"), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    return done.returncode, done.stdout + done.stderr


def test_an_exported_case_is_verified_by_its_own_script(folder: Path) -> None:
    status, told = verified(folder)
    assert status == 0, told
    assert "没有被改动" in told
    assert told.count("/ seal") == 2


def test_the_archive_itself_can_be_verified_without_unpacking_it(folder: Path) -> None:
    assert verified(folder, str(folder.parent / "case.zip"))[0] == 0


def _set(*path: Any, to: object) -> Callable[[dict[str, Any]], None]:  # noqa: ANN401
    def change(case: dict[str, Any]) -> None:
        inner: Any = case
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_set("events", 1, "actor", to="li.na"), "event 2 was altered"),
        (_set("events", 1, "body", to="{}"), "event 2 was altered"),
        (_set("events", 2, "at", to="2026-03-02T02:00:00.000Z"), "event 3 was altered"),
        (lambda case: case["events"].pop(1), "event 2 is out of place"),
        (lambda case: case["events"].pop(), "at the end"),
        (lambda case: case["events"].reverse(), "out of place"),
        (_set("chain_head", to="0" * 64), "at the end"),
        (_set("seals", 0, "path", 0, 1, to="0" * 64), "does not contain this history"),
        (_set("seals", 0, "sequence", to=2), "does not contain this history"),
        (_set("seals", 1, "sealed_at", to="2020-01-01T00:00:00.000Z"), "signature of seal"),
        (lambda case: case["definitions"].clear(), "version of event 1 is missing"),
        (lambda case: case["files"].clear(), "lacks a file"),
    ],
)
def test_what_was_altered_in_an_export_is_named(
    folder: Path, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    file = folder / "case.json"
    case = json.loads(file.read_text(encoding="utf-8"))
    change(case)
    file.write_text(json.dumps(case), encoding="utf-8")
    status, said = verified(folder)
    assert (status, told in said) == (1, True), said


@pytest.mark.parametrize("kind", ["published", "attachments"])
def test_a_file_altered_or_missing_in_an_export_is_named(folder: Path, kind: str) -> None:
    file = sorted((folder / kind).iterdir())[0]
    file.write_bytes(file.read_bytes() + b" ")
    assert "was altered or is missing" in verified(folder)[1]
    file.unlink()
    assert verified(folder)[0] == 1


def test_a_case_that_ended_long_before_the_newest_seals_is_exported_with_the_seal_that_holds_it(
    company: Company, tmp_path: Path
) -> None:
    case = returned_twice(company)
    company.clock.advance(days=7)
    for _ in range(30):
        company.start("li.na")
        company.clock.advance(hours=2)
        seal(company.database, tmp_path / "seal.key")
    with (tmp_path / "old.zip").open("w+b") as file, company.database.reading() as session:
        export_case(session, case, file, attachments=company.folder)
        told = json.loads(zipfile.ZipFile(file).read("case.json"))
        report = verify(session, case)
    assert [one["id"] for one in told["seals"]] == [1]
    assert (report.intact, report.seals) == (True, 1)


def test_a_case_that_is_not_there_is_not_exported(company: Company, tmp_path: Path) -> None:
    with (
        pytest.raises(NotFoundError),
        (tmp_path / "none.zip").open("wb") as file,
        company.database.reading() as session,
    ):
        export_case(session, 4711, file, attachments=company.folder)


@given(st.binary(max_size=80), st.integers(0, 95 * 8 - 1))
def test_the_scripts_own_ed25519_agrees_with_the_library(message: bytes, flipped: int) -> None:
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert is_signed(public, signature, message)
    whole = bytearray(public + signature)
    whole[flipped // 8] ^= 1 << flipped % 8
    assert not is_signed(bytes(whole[:32]), bytes(whole[32:]), message)


@pytest.mark.parametrize("wrong", [b"", b"\x00" * 63, b"\xff" * 64])
def test_what_is_no_signature_is_none(wrong: bytes) -> None:
    assert not is_signed(Ed25519PrivateKey.generate().public_key().public_bytes_raw(), wrong, b"")

"""Take a file that somebody uploads."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import InvalidError, mark
from engine.execution.accepting import accepts, content_type_of
from engine.execution.files import reference
from engine.model import Attachment

CHUNK = 1 << 20


def upload_attachment(  # noqa: PLR0913 - where from, what, by whom, and the two limits of the form
    session: Session,
    folder: Path,
    stream: BinaryIO,
    file_name: str,
    actor: str,
    *,
    accept: Sequence[str] = (),
    max_bytes: int = 20 * 1024 * 1024,
) -> dict[str, object]:
    """Store a file by the hash of its content and give the document reference that stands for it.

    ``accept`` are file name endings and content types as HTML writes them (``.pdf``, ``image/*``); the content
    itself decides, not the name. It belongs to no case until a form is handed in with it. Raises InvalidError
    for an empty file, one over ``max_bytes``, and one of another kind.
    """
    name = _plain_name(file_name)
    path, digest, size = _receive(folder, stream, name, max_bytes)
    try:
        content_type = content_type_of(path, name)
        _require_accepted(accept, name, content_type)
        final = folder / digest[:2] / digest
        final.parent.mkdir(exist_ok=True, mode=0o700)
        path.replace(final)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    row = {
        "id": secrets.token_urlsafe(16),
        "sha256": digest,
        "file_name": name,
        "content_type": content_type,
        "size": size,
        "uploaded_by": actor,
        "uploaded_at": clock.now(),
    }
    session.execute(insert(Attachment), [row])
    return reference(Attachment(**row))


def _plain_name(file_name: str) -> str:
    """Give the last part of a name without control characters: browsers may send a whole path."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(character for character in last if character.isprintable()).strip(". ")
    return name[-200:] or "file"


def _receive(folder: Path, stream: BinaryIO, name: str, max_bytes: int) -> tuple[Path, str, int]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # In the same folder: the later rename is then one step that a crash can't halve.
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".upload-")
    path = Path(temporary)
    try:
        with os.fdopen(handle, "wb") as file:
            digest, size = _copy(stream, file, name, max_bytes)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, digest, size


def _copy(stream: BinaryIO, file: BinaryIO, name: str, max_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise InvalidError(mark("“{name}”超过 {limit} MB 的上限。"), name=name, limit=max_bytes // 1024 // 1024)
        digest.update(chunk)
        file.write(chunk)
    if not size:
        raise InvalidError(mark("“{name}”是空文件。"), name=name)
    return digest.hexdigest(), size


def _require_accepted(accept: Sequence[str], name: str, content_type: str) -> None:
    if not accepts(accept, name, content_type):
        raise InvalidError(mark("“{name}”的内容不是允许的文件类型（{accept}）。"), name=name, accept="、".join(accept))

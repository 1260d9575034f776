"""Which files a form takes: decided by what they contain, not by what they are called."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import puremagic

OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
}
OLD_OFFICE = {".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)
ENDINGS = {
    "application/pdf": {".pdf"},
    "image/png": {".png"},
    "image/jpeg": {".jpg", ".jpeg"},
    "image/gif": {".gif"},
    "image/bmp": {".bmp"},
    "image/webp": {".webp"},
    "text/plain": {".txt", ".csv", ".md", ".log"},
    **{kind: {ending} for kind, ending in OFFICE.values()},
    **{kind: {ending} for ending, kind in OLD_OFFICE.items()},
}
UNKNOWN = "application/octet-stream"


def content_type_of(path: Path, name: str) -> str:
    """Find out what a file contains; ``name`` only chooses among kinds that share one container."""
    with path.open("rb") as file:
        head = file.read(4096)
    ending = Path(name).suffix.lower()
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(OLE):
        return OLD_OFFICE.get(ending, UNKNOWN)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    return _guess(path, head)


def accepts(accept: Sequence[str], name: str, content_type: str) -> bool:
    """Tell whether a form takes a file: by its content, and its name must not say something else."""
    ending = Path(name).suffix.lower()
    endings = ENDINGS.get(content_type)
    if endings is not None and ending not in endings:
        return False
    wanted = [one.strip().lower() for entry in accept for one in entry.split(",") if one.strip()]
    return not wanted or any(_matches(one, ending, content_type) for one in wanted)


def _matches(wanted: str, ending: str, content_type: str) -> bool:
    if wanted.startswith("."):
        kinds = {kind for kind, endings in ENDINGS.items() if wanted in endings}
        return ending == wanted and (content_type in kinds or not kinds)
    if wanted.endswith("/*"):
        return content_type.startswith(wanted[:-1])
    return content_type == wanted


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return UNKNOWN
    if "[Content_Types].xml" in names:
        for folder, (kind, _ending) in OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return kind
    return "application/zip"


def _guess(path: Path, head: bytes) -> str:
    try:
        guessed = puremagic.from_file(str(path), mime=True)
    except (puremagic.PureError, ValueError):
        guessed = ""
    if guessed and not guessed.startswith("text/"):
        return guessed
    try:
        # A character may be cut at the end of what was read.
        text = head.decode("utf-8", errors="strict" if len(head) < 4096 else "ignore")
    except UnicodeDecodeError:
        return UNKNOWN
    looks_like_markup = text.lstrip().lower().startswith(("<!doctype", "<html", "<svg", "<?xml", "<script"))
    return UNKNOWN if "\x00" in text or looks_like_markup else "text/plain"

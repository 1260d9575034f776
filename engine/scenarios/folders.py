"""The files of a process, as they lie in the folders of process owners."""

from pathlib import Path

from engine.execution.checking import File

ENDINGS = ("*.bpmn", "*.dmn", "*.form")
SHARED = "shared"
"""The folder of ``bpmn/`` with decision tables that several processes use."""


def read_folder(folder: Path) -> list[File]:
    """Read the files of a folder that can be published; none where there is no such folder."""
    paths = sorted(path for ending in ENDINGS for path in folder.glob(ending)) if folder.is_dir() else []
    return [File(name=path.name, content=path.read_bytes()) for path in paths]


def process_files(home: Path, process_id: str) -> list[File]:
    """Read the diagrams, tables and forms of one process below ``home``, the folder of ``bpmn/`` and ``forms/``."""
    return [*read_folder(home / "bpmn" / process_id), *read_folder(home / "forms" / process_id)]


def shared_files(home: Path) -> list[File]:
    """Read what the processes below ``home`` share and is published before them: registers and common tables."""
    return [*read_folder(home / "bpmn" / SHARED), *read_folder(home / "forms" / "registers")]

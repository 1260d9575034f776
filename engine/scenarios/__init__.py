"""Scenarios of process owners: given these answers and this clock, a case ends here, with this record.

``scenarios.json`` beside a diagram is data that process owners write; here it is read, played on a fresh
database with a clock of its own, and compared with what it expects. What the scenarios of a process together
did not pass is told as well.
"""

from engine.scenarios.chronicle import Chronicle, play_chronicle, read_chronicle
from engine.scenarios.coverage import Coverage
from engine.scenarios.folders import SHARED, process_files, read_folder, shared_files
from engine.scenarios.playing import Played, play
from engine.scenarios.reading import Scenario, Script, read_proofs, read_script

__all__ = [
    "SHARED",
    "Chronicle",
    "Coverage",
    "Played",
    "Scenario",
    "Script",
    "play",
    "play_chronicle",
    "process_files",
    "read_chronicle",
    "read_folder",
    "read_proofs",
    "read_script",
    "shared_files",
]

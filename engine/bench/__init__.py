"""Trying the whole program as it is run: processes of its own, real databases, and what becomes of both under load."""

from engine.bench.crash import Crash, CrashReport, run_crash
from engine.bench.figures import Figure
from engine.bench.speed import PARTS, RUNS, Speed, measure_speed
from engine.bench.workers import Comparison, Trial, compare_workers

__all__ = [
    "PARTS",
    "RUNS",
    "Comparison",
    "Crash",
    "CrashReport",
    "Figure",
    "Speed",
    "Trial",
    "compare_workers",
    "measure_speed",
    "run_crash",
]

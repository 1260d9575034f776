"""Trying the whole program as it is run: processes of its own, real databases, and what becomes of both under load."""

from engine.bench.crash import Crash, CrashReport, run_crash
from engine.bench.workers import Comparison, Trial, compare_workers

__all__ = ["Comparison", "Crash", "CrashReport", "Trial", "compare_workers", "run_crash"]

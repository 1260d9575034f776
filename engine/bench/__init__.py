"""Trying the whole program as it is run: processes of its own, real databases, and what becomes of both under load."""

from engine.bench.crash import Crash, CrashReport, run_crash

__all__ = ["Crash", "CrashReport", "run_crash"]

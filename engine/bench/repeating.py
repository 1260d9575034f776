"""The same measure in several processes, one after the other.

Where a process happens to lie in memory, and how its hashes fall, makes it faster or slower for as long as it lives:
two of them on a quiet machine differ by a tenth. One alone would say what it was lucky with.
"""

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.bench.figures import Figure


def median_of_runs(command: Sequence[str], runs: int, progress: Callable[[], object]) -> list[Figure]:
    """Run a command that prints figures as JSON some times; give each figure of its median run, with the extremes.

    Raises CalledProcessError where it fails; what it said stands on the standard error.
    """
    found: dict[str, list[Figure]] = {}
    for _ in range(runs):
        printed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603 - this very program
        for one in json.loads(printed):
            figure = Figure.of_json(one)
            found.setdefault(figure.name, []).append(figure)
        progress()
    return [_median(figures) for figures in found.values()]


def _median(figures: Sequence[Figure]) -> Figure:
    ordered = sorted(figures, key=lambda figure: figure.value)
    middle = ordered[(len(ordered) - 1) // 2]
    return replace(middle, parts={**middle.parts, "least": ordered[0].value, "most": ordered[-1].value})

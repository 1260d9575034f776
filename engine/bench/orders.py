"""What is asked of the program during a run, all of it decided by the seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

PROCESSES = ("bench_decide", "bench_deadline", "bench_parallel", "bench_caller", "bench_paid")
"""What an order can start; each has its diagram beside this module."""

LINES = ("a", "b", "c", "d", "e")


@dataclass(frozen=True, kw_only=True)
class Order:
    """One case that is to be, with all that people and other programs will do for it."""

    key: str
    process: str
    amount: int
    lines: Sequence[str]
    payments: tuple[int, int]
    starts_after: float
    """Seconds from the beginning of the run."""
    answered_after: float
    """Seconds that its people let a task wait."""
    paid_after: tuple[float, float]
    """Seconds between the start and each payment; a payment may be there before anybody waits for it."""


def draw_orders(seed: int, count: int, duration: float) -> list[Order]:
    """Draw ``count`` orders whose starts are spread over ``duration`` seconds."""
    numbers = random.Random(f"orders {seed}")  # noqa: S311 - to be repeated, not to be kept secret
    return [
        Order(
            key=f"order-{index:04d}",
            process=PROCESSES[index % len(PROCESSES)],
            amount=numbers.choice((100, 500, 501, 900)),
            lines=LINES[: numbers.randint(0, len(LINES))],
            payments=(numbers.randint(1, 1000), numbers.randint(1, 1000)),
            starts_after=duration * index / count,
            # Around the second that the boundary timer waits, so that both win now and then.
            answered_after=numbers.uniform(0.2, 1.8),
            paid_after=(numbers.uniform(-0.5, 2.0), numbers.uniform(-0.5, 2.0)),
        )
        for index in range(count)
    ]

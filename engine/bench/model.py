"""What must become of an order, told without the program: the diagrams read by a person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.bench.orders import Order


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of an order, in everything that the program wrote for it. Tuples are sorted."""

    states: tuple[str, ...]
    """State and outcome of each case that it started: one, if all went well."""
    called: tuple[str, ...] = ()
    """The same of the cases that those called."""
    entries: tuple[str, ...] = ()
    """Status and line of each entry in the register."""
    notices: tuple[str, ...] = ()
    """Titles of notifications."""
    done: tuple[str, ...] = ()
    """What history tells of: ``kind element`` of each task completed, timer fired, call and message."""
    total: str = ""
    """The sum of the payments, where there are some."""


def allowed_fates(order: Order) -> tuple[Fate, ...]:
    """Give every fate that is right: one, or two where people and a timer race."""
    return _MODELS[order.process](order)


def _decide(order: Order) -> tuple[Fate, ...]:
    if order.amount > 500:
        done = ("job.completed register", "task.completed decide")
        return (Fate(states=("COMPLETED 已登记",), entries=("登记 -",), done=done),)
    done = ("job.completed tell", "task.completed decide")
    return (Fate(states=("COMPLETED 已通知",), notices=("小额",), done=done),)


def _deadline(_order: Order) -> tuple[Fate, ...]:
    answered = ("job.completed tell", "task.completed answer")
    expired = ("job.completed register", "timer.fired late")
    return (
        Fate(states=("COMPLETED 已答复",), notices=("已答复",), done=answered),
        Fate(states=("COMPLETED 已逾期",), entries=("逾期 -",), done=expired),
    )


def _parallel(order: Order) -> tuple[Fate, ...]:
    done = ("job.completed tell", "task.completed check", "timer.fired wait")
    each = ("job.completed each",) * len(order.lines)
    entries = tuple(f"登记 {line}" for line in order.lines)
    return (Fate(states=("COMPLETED 已完成",), entries=entries, notices=("到时",), done=tuple(sorted((*each, *done)))),)


def _caller(_order: Order) -> tuple[Fate, ...]:
    done = ("call.returned call", "call.started call", "job.completed register", "job.completed tell")
    return (
        Fate(
            states=("COMPLETED 已返回",),
            called=("COMPLETED 已完成",),
            entries=("登记 -",),
            notices=("已返回",),
            done=(*done, "timer.fired wait"),
        ),
    )


def _paid(order: Order) -> tuple[Fate, ...]:
    received = ("event.received first_payment", "event.received second_payment")
    return (
        Fate(
            states=("COMPLETED 已收齐",),
            notices=("已收齐",),
            done=(*received, "job.completed tell"),
            total=str(sum(order.payments)),
        ),
    )


_MODELS: Mapping[str, Callable[[Order], tuple[Fate, ...]]] = {
    "bench_decide": _decide,
    "bench_deadline": _deadline,
    "bench_parallel": _parallel,
    "bench_caller": _caller,
    "bench_paid": _paid,
}

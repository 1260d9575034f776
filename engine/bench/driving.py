"""People and other programs during a run: they ask servers that may die while they answer."""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop

import urllib3
from sqlalchemy import select
from urllib3.exceptions import HTTPError

from engine import json_text
from engine.bench.observing import cases_of_orders
from engine.bench.orders import Order
from engine.database import Database
from engine.model import UserTask

LIFE = 3_600_000
"""Milliseconds that a message waits for its taker: longer than a run."""

TIMEOUT = 40.0
"""Seconds that a call may take: a server that lives answers before."""


FORGETS = 0.1
"""The share of messages that are published once more although they were answered."""


@dataclass(kw_only=True)
class Driver:
    """Publishes what starts and pays orders and completes tasks, again and again until it knows that each is done."""

    servers: Sequence[str]
    """Addresses without a slash at the end."""
    token: str
    database: Database
    orders: Sequence[Order]
    numbers: random.Random
    answers: Counter[str] = field(default_factory=Counter)
    """How often the servers answered what; ``cut`` is a request that was cut off."""
    faults: list[str] = field(default_factory=list)
    """Answers that no caller may get."""
    finished: threading.Event = field(default_factory=threading.Event)
    """Set to make all threads end."""

    def __post_init__(self) -> None:
        self._http = urllib3.PoolManager(maxsize=8, retries=False, timeout=TIMEOUT)
        self._began = time.monotonic()
        self._post = _messages(self.orders)
        self._guard = threading.Lock()

    def threads(self) -> list[threading.Thread]:
        """Give the threads that drive the run, not yet started."""
        wanted = [self._publish_all, self._publish_all, self._answer_tasks, self._answer_tasks]
        return [threading.Thread(target=one, name=one.__name__, daemon=True) for one in wanted]

    def _publish_all(self) -> None:
        while not self.finished.is_set():
            with self._guard:
                if not self._post:
                    return
                at, _message_id, body = heappop(self._post)
            self.finished.wait(max(0.0, self._began + at - time.monotonic()))
            # The id makes the second try harmless where the first one was cut off after its commit.
            while not self.finished.is_set() and self._ask("/v2/messages/publication", body) != "200":
                self.finished.wait(0.2)
            # Some publishers forget that it was done.
            if self.numbers.random() < FORGETS:
                self._ask("/v2/messages/publication", body)

    def _answer_tasks(self) -> None:
        orders = {order.key: order for order in self.orders}
        keys: Mapping[int, str] = {}
        seen: dict[int, float] = {}
        while not self.finished.wait(0.1):
            with self.database.reading() as session:
                keys = cases_of_orders(session, keys)
                waiting = session.execute(select(UserTask.id, UserTask.instance_id).where(UserTask.state == "CREATED"))
                open_tasks = [(task, orders.get(keys.get(case, ""))) for task, case in waiting]
            for task, order in open_tasks:
                now = time.monotonic()
                if order is None or now < seen.setdefault(task, now) + order.answered_after:
                    continue
                body = {"variables": {"amount": order.amount}}
                if self._ask(f"/v2/user-tasks/{task}/completion", body) == "cut":
                    # The next look shows whether it was done.
                    break

    def _ask(self, path: str, body: Mapping[str, object]) -> str:
        server = self.numbers.choice(self.servers)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            answer = self._http.request("POST", server + path, body=json_text.dump_text(body), headers=headers)
        except HTTPError as error:
            self._count(type(error).__name__)
            return "cut"
        self._count(str(answer.status))
        if answer.status not in {200, 204, 404, 409}:
            self.faults.append(f"{path}: {answer.status} {answer.data[:300].decode(errors='replace')}")
        return str(answer.status)

    def _count(self, answer: str) -> None:
        with self._guard:
            self.answers[answer] += 1


def _messages(orders: Sequence[Order]) -> list[tuple[float, str, dict[str, object]]]:
    """List all messages, the first one first: when, its id, and what is sent."""
    found = []
    for order in orders:
        start = {"order": order.key, "amount": order.amount, "lines": list(order.lines)}
        found.append((order.starts_after, order.key, _body(order.process, order.key, order.key, start)))
        if order.process == "bench_paid":
            for number, (amount, after) in enumerate(zip(order.payments, order.paid_after, strict=True)):
                message_id = f"{order.key}-payment-{number}"
                body = _body("bench_payment", order.key, message_id, {"amount": amount})
                found.append((max(0.0, order.starts_after + after), message_id, body))
    heapify(found)
    return found


def _body(name: str, key: str, message_id: str, variables: Mapping[str, object]) -> dict[str, object]:
    return {
        "name": name,
        "correlationKey": key,
        "messageId": message_id,
        "timeToLive": LIFE,
        "variables": variables,
    }

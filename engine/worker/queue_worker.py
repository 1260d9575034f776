"""A worker that takes its jobs from Procrastinate's queue: any number of them, on any number of machines."""

import asyncio
import contextlib
import logging
import threading
from functools import partial
from pathlib import Path

from procrastinate import App

from engine import clock
from engine.config_outside import Outside
from engine.database import Database
from engine.execution.jobs import SOON
from engine.worker.due import hand_out_due, next_due
from engine.worker.housekeeping import Housekeeping
from engine.worker.queue import QUEUE, do_entry, open_queue, take_over_stalled
from engine.worker.queue import dead_after as default_dead_after

TRY_AGAIN = 5.0
"""Seconds after which a worker whose database went away tries again."""

log = logging.getLogger("qucheng.worker")


class QueueWorker:
    """Does what the queue says, puts into it what has become due, and takes over from workers that died."""

    def __init__(
        self,
        database: Database,
        name: str = "worker",
        *,
        concurrency: int = 1,
        signing_key: Path | None = None,
        dead_after: float | None = None,
    ) -> None:
        """``concurrency`` jobs at once; a worker without a heartbeat for ``dead_after`` seconds counts as dead."""
        self._database = database
        self._name = name
        self._concurrency = concurrency
        self._housekeeping = Housekeeping(database, signing_key)
        self._dead_after = dead_after if dead_after is not None else default_dead_after()
        self._stopped = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._thread = threading.Thread(target=self.run, name="qucheng-worker", daemon=True)

    def start(self) -> None:
        """Begin to work in a thread of its own."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the jobs at hand and end; may be called from anywhere. ``timeout`` in seconds."""
        self._stopped.set()
        if self._loop is not None and self._task is not None and not self._task.done():
            self._loop.call_soon_threadsafe(self._task.cancel)
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def run(self) -> None:
        """Work in the calling thread until ``stop`` is called."""
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._work())

    async def _work(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        while not self._stopped.is_set():
            try:
                await self._work_while_connected()
            except Exception:
                # The database may be away for a moment; a worker that dies would leave cases waiting for ever.
                log.exception("the worker lost its queue and tries again")
                await asyncio.sleep(TRY_AGAIN)

    async def _work_while_connected(self) -> None:
        app = open_queue(self._database, partial(do_entry, self._database), self._wake)
        async with app.open_async():
            looking = asyncio.create_task(self._look_regularly(app))
            try:
                await self._take(app)
            finally:
                looking.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await looking

    async def _take(self, app: App) -> None:
        await app.run_worker_async(
            queues=[QUEUE],
            name=self._name,
            concurrency=self._concurrency,
            # The row in ``jobs`` says what became of a job; done entries would only grow.
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=self._dead_after / 3,
            stalled_worker_timeout=self._dead_after,
        )

    async def _look_regularly(self, app: App) -> None:
        while True:
            self._woken.clear()
            try:
                wait = await asyncio.to_thread(self._hand_out)
                await take_over_stalled(app, self._dead_after)
                await asyncio.to_thread(self._housekeeping.keep)
                wait = self._housekeeping.at_most(wait)
            except Exception:
                log.exception("the worker could not look for due jobs and tries again")
                wait = TRY_AGAIN
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), wait)

    def _hand_out(self) -> float:
        """Put into the queue what has become due; give the seconds until the next look."""
        while hand_out_due(self._database):
            pass
        due = next_due(self._database)
        longest = SOON.total_seconds()
        return longest if due is None else min(longest, max(0.05, (due - clock.now()).total_seconds()))

    def _wake(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._woken.set)


async def do_handed_out(database: Database, outside: Outside | None = None) -> int:
    """Do all that is due by way of the queue, and end; give how many jobs. What tests and ``qucheng bench`` call."""
    done: list[bool] = []
    app = open_queue(database, lambda job_id: done.append(do_entry(database, job_id, outside)), lambda: None)
    async with app.open_async():
        while await asyncio.to_thread(hand_out_due, database) or await _entries(app):
            await app.run_worker_async(queues=[QUEUE], wait=False, delete_jobs="always", install_signal_handlers=False)
    return sum(done)


async def _entries(app: App) -> int:
    return len(list(await app.job_manager.list_jobs_async(queue=QUEUE, status="todo")))

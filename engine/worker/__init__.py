"""Doing due jobs: a thread beside the server, or ``qucheng worker``."""

from engine.worker.doing import do_job
from engine.worker.due import next_due, run_due
from engine.worker.queue_worker import QueueWorker
from engine.worker.thread import Worker
from engine.worker.tidying import tidy

__all__ = ["QueueWorker", "Worker", "do_job", "next_due", "run_due", "tidy"]

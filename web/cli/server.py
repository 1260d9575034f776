"""``qucheng run`` and ``qucheng worker``."""

import ipaddress
import signal
import socket
import sys
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from engine.config import Settings, load_settings
from engine.database import Database
from engine.demo import PASSWORD, demo_organisation
from engine.errors import InvalidError, mark
from engine.migrations import upgrade
from engine.worker import Worker
from web.app import create_app
from web.cli.heap import give_back_what_is_free, share_one_heap
from web.cli.opening import require_initialised

if TYPE_CHECKING:
    from engine.worker.queue_worker import QueueWorker

SHOWN = ("zhang.wei", "zhao.lei", "wu.tao", "he.qiang", "zeng.rui", "xiao.han", "admin")


@click.command("run")
@click.option("--host", help="监听的地址，默认 127.0.0.1。 / Address to listen on.")
@click.option("--port", type=int, help="端口，默认 8000。 / Port.")
@click.option("--processes", type=int, default=1, show_default=True, help="进程数（PostgreSQL）。 / Processes.")
@click.option("--threads", type=int, default=8, show_default=True, help="每个进程的线程数。 / Threads per process.")
def run_command(host: str | None, port: int | None, processes: int, threads: int) -> None:
    """启动网站和后台作业。 / Serve the pages, the REST interface and the worker."""
    settings = load_settings()
    settings = replace(settings, host=host or settings.host, port=port if port is not None else settings.port)
    _require_loopback(settings)
    database = require_initialised(settings)
    if database.is_sqlite and processes > 1:
        raise InvalidError(mark("SQLite 只能用一个进程。多个进程请改用 PostgreSQL(QUCHENG_DATABASE_URL)。"))
    upgrade(database)
    database.dispose()
    _greet(settings)
    _serve(settings, processes, threads)


@click.command("worker")
@click.option("--concurrency", type=click.IntRange(1, 64), default=1, show_default=True, help="同时做几项。 / At once.")
@click.option("--name", default=socket.gethostname, help="日志里的名字，默认是主机名。 / Its name in logs.")
def worker_command(concurrency: int, name: str) -> None:
    """只运行后台作业；在 PostgreSQL 上可在多台机器上各启动任意个。 / Run due jobs only, any number of workers."""
    settings = load_settings()
    require_initialised(settings).dispose()
    worker = _worker(settings, open_database(settings), name, concurrency)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop(timeout=0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo("后台作业已启动，按 Ctrl+C 停止。")
    worker.run()


def open_database(settings: Settings) -> Database:
    """Open the database so that due jobs go to the workers' queue, which PostgreSQL has."""
    return Database(settings.database_url, hands_out=True)


def _worker(settings: Settings, database: Database, name: str, concurrency: int = 1) -> "Worker | QueueWorker":
    if database.hands_out:
        # Not at the top: on SQLite a start does without the queue and the driver, and 10 MB.
        from engine.worker.queue_worker import QueueWorker

        return QueueWorker(database, name, concurrency=concurrency, signing_key=settings.signing_key)
    if concurrency > 1:
        raise InvalidError(mark("SQLite 上一次只能做一项作业。要同时做多项，请改用 PostgreSQL。"), where="concurrency")
    return Worker(database, name, signing_key=settings.signing_key)


def _require_loopback(settings: Settings) -> None:
    if not settings.demo or settings.host == "localhost":
        return
    if not ipaddress.ip_address(settings.host).is_loopback:
        raise InvalidError(
            mark("演示账号的密码是公开的，只能在本机监听，不能用 {host}。正式使用请换空的数据目录重新 qucheng init。"),
            where="host",
            host=settings.host,
        )


def _greet(settings: Settings) -> None:
    click.echo(f"\n  渠成  http://{settings.host}:{settings.port}\n")
    if settings.demo:
        people = {person.username: person for person in demo_organisation().people}
        click.echo(f"  演示账号（密码都是 {PASSWORD}）：")
        for username in SHOWN:
            person = people[username]
            posts = "、".join(person.groups[:2]) or person.department or ""
            click.echo(f"    {username:<12}{person.display_name}  {posts}")
        click.echo("")
    sys.stdout.flush()


def _serve(settings: Settings, processes: int, threads: int) -> None:
    if sys.platform == "win32":
        _serve_with_waitress(settings, threads)
        return
    share_one_heap()
    give_back_what_is_free()
    # Not at the top: the library does not import on Windows.
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped] # the library is untyped

    class Server(BaseApplication):  # type: ignore[misc] # the library is untyped
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{settings.host}:{settings.port}",
                "workers": processes,
                "threads": threads,
                "worker_class": "gthread",
                "loglevel": "warning",
                "graceful_timeout": 10,
                "timeout": 120,
                "control_socket_disable": True,
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:  # noqa: ANN401 - a WSGI application
            return _application(settings)

    Server().run()


def _serve_with_waitress(settings: Settings, threads: int) -> None:
    # Not at the top: the library is installed on Windows only.
    import waitress  # type: ignore[import-untyped] # the library is untyped

    waitress.serve(_application(settings), host=settings.host, port=settings.port, threads=threads)


def _application(settings: Settings) -> Any:  # noqa: ANN401 - a WSGI application
    # Made in the process that answers: connections and threads don't survive a fork.
    database = open_database(settings)
    if settings.worker:
        _worker(settings, database, "web").start()
    return create_app(settings, database)


COMMANDS = (run_command, worker_command)

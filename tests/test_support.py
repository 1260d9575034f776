"""The test run's own parts are real: two databases with durable writes, one Chromium that reports complaints."""

import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import text

from engine.database import Database
from tests.support.browser import Watch
from tests.support.server import Server
from tests.support.serving import server as serving

PAGE = """<!doctype html><html lang="zh"><title>检查</title><link rel="icon" href="data:,">
<h1>渠成</h1><script>document.title = "ran"</script>"""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src data:")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def page_with_inline_script() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_test_gets_a_migrated_database_of_its_own(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE leftover (id INTEGER)"))
        assert session.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_nothing_of_the_previous_test_is_left(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE leftover (id INTEGER)"))
        assert session.execute(text("SELECT count(*) FROM leftover")).scalar_one() == 0


def test_the_private_postgresql_writes_durably_and_listens_on_no_port(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    with database.reading() as session:
        shown = [session.execute(text(f"SHOW {name}")).scalar_one() for name in ("fsync", "listen_addresses")]
    database.dispose()
    assert shown == ["on", ""]


def test_a_script_that_the_policy_refuses_is_noticed(desktop: Page, watch: Watch, page_with_inline_script: str) -> None:
    watch.expect("Content Security Policy")
    desktop.goto(page_with_inline_script)
    assert desktop.title() == "检查"
    assert len(watch.problems) == 1
    assert watch.unexpected() == []


def test_a_request_to_another_host_is_noticed(watch: Watch, phone: Page) -> None:
    watch.expect("foreign host|ERR_")
    phone.route("**/*", lambda route: route.abort())
    phone.goto("data:text/html,<img src='http://example.test/logo.png'>")
    assert any("foreign host: http://example.test/logo.png" in problem for problem in watch.problems)


def test_the_program_survives_a_power_cut_of_its_process(server: Server, desktop: Page) -> None:
    server.kill()
    server.start()
    desktop.goto(server.url)
    assert "渠成" in desktop.title()


class _Opened:
    """An answer in whose middle the browser goes away, and that notes that it was closed."""

    def __init__(self) -> None:
        self.begun, self.gone, self.closed = threading.Event(), threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        yield b"x"
        self.begun.set()
        self.gone.wait(60)

    def close(self) -> None:
        self.closed.set()


def test_what_a_browser_has_not_waited_for_is_closed() -> None:
    answer = _Opened()

    def app(_environ: object, start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI's
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "1")])
        return answer

    serves = serving(app)
    threading.Thread(target=serves.serve_forever, daemon=True).start()
    with socket.create_connection(("127.0.0.1", serves.port)) as browser:
        # Closed with a reset.
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        browser.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert answer.begun.wait(60)
    answer.gone.set()
    assert answer.closed.wait(10)
    serves.shutdown()
    serves.server_close()

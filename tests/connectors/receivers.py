"""Real servers on the loopback address: one for HTTP that behaves as badly as a test asks, one for mail."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Respond = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """A web interface on a free port: notes each request, gives the next of ``answers``, the last one for ever."""

    port: int
    answers: list[Respond]
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Give the address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"


def answer(status: int, body: object = None, **headers: str) -> Respond:
    """Answer with a status, a JSON body and headers."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        for name, value in {**sent, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return respond


def echo(handler: BaseHTTPRequestHandler) -> None:
    """Answer with what was received: body, headers and path."""
    length = int(handler.headers.get("Content-Length") or 0)
    told = {
        "path": handler.path,
        "headers": dict(handler.headers.items()),
        "body": handler.__dict__["content"].decode() if length else "",
    }
    answer(200, told)(handler)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Answer one byte at a time, for longer than anybody waits."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(600):
        try:
            handler.wfile.write(b"x")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Answer with more bytes than anybody takes."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(1_000):
            handler.wfile.write(b"x" * 65_536)
    except OSError:
        return


def silent(_handler: BaseHTTPRequestHandler) -> None:
    """Take the request and close the line without an answer."""


@contextmanager
def receiver(*answers: Respond, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a web interface for the duration of a block, over TLS where a context is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.__dict__["content"] = content
            running.received.append(
                Received(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, content.decode())
            )
            self.close_connection = True
            (running.answers.pop(0) if len(running.answers) > 1 else running.answers[0])(self)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's signature
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        # The handshake in the thread of each request: one that fails must not end the server.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    running = Receiver(port=server.server_address[1], answers=list(answers) or [answer(200, {})])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)

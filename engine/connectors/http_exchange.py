"""One HTTP request and its reply, within bounds of time and size, to an address that was checked."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from engine.connectors.call import FailedError, RefusedError
from engine.connectors.http_target import Target
from engine.errors import mark

LIMIT = 1024 * 1024
"""Bytes of a request or a reply: both stand in history for ever."""

LONGEST = 45.0
"""Seconds for an exchange, however slowly the other side drips: two of them are shorter than a worker's lease."""

_CHUNK = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is sent."""

    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes | None
    connect_timeout: float
    """Seconds."""
    read_timeout: float
    """Seconds until the next piece of the reply has to come."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(request: Request) -> Response:
    """Send a request and read its reply; redirects are not followed, nothing is repeated.

    Raises FailedError where the network or the other side's time is the cause, RefusedError where no retry helps.
    """
    if request.body is not None and len(request.body) > LIMIT:
        raise RefusedError(mark("要发送的内容超过 {limit} KB 的上限。"), where="body", limit=LIMIT // 1024)
    host, ends = request.target.host, time.monotonic() + LONGEST
    try:
        with _connected(request, ends) as plain, _ended_in_time(plain, ends), _secured(request.target, plain) as line:
            return _spoken(request, line, ends)
    except ssl.SSLCertVerificationError as error:
        raise RefusedError(
            mark("主机 {host} 的证书不可信：{detail}。"), host=host, detail=error.verify_message
        ) from error
    except TimeoutError as error:
        raise _too_slow(host) from error
    except (ValueError, http.client.InvalidURL) as error:
        raise RefusedError(mark("网址或请求头里有不允许的字符，例如换行。"), where="headers") from error
    except (OSError, HTTPError, http.client.HTTPException) as error:
        if time.monotonic() >= ends:
            raise _too_slow(host) from error
        raise FailedError(mark("与主机 {host} 的连接中断或没有建立。"), host=host) from error


@contextmanager
def _connected(request: Request, ends: float) -> Iterator[socket.socket]:
    """Connect to the first of the checked addresses that answers."""
    problem: OSError | None = None
    for address in request.target.addresses:
        left = max(0.1, min(request.connect_timeout, ends - time.monotonic()))
        try:
            line = socket.create_connection((address, request.target.port), timeout=left)
        except OSError as error:
            problem = error
            continue
        with line:
            yield line
        return
    raise problem or ConnectionError


@contextmanager
def _ended_in_time(line: socket.socket, ends: float) -> Iterator[None]:
    """Cut the line when the time is over: a time-out of the socket begins anew with every byte."""
    # A copy of the handle: TLS takes the original over.
    handle = line.dup()
    timer = threading.Timer(ends - time.monotonic(), _cut, (handle,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        handle.close()


def _cut(handle: socket.socket) -> None:
    try:
        handle.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The call ended in the same moment.
        return


@contextmanager
def _secured(target: Target, line: socket.socket) -> Iterator[socket.socket]:
    if not target.secure:
        yield line
        return
    with ssl.create_default_context().wrap_socket(line, server_hostname=target.host) as secured:
        yield secured


def _spoken(request: Request, line: socket.socket, ends: float) -> Response:
    target = request.target
    kind = HTTPSConnection if target.secure else HTTPConnection
    connection = kind(target.host, target.port, timeout=request.read_timeout)
    # The library would look the host up again and might get another address.
    connection.sock = line
    # Compressed replies would need a bound of their own.
    headers = {"Accept-Encoding": "identity", **request.headers}
    connection.request(
        request.method, target.path, body=request.body, headers=headers, preload_content=False, decode_content=False
    )
    answer = connection.getresponse()
    body = bytearray()
    while piece := answer.read(_CHUNK, decode_content=False):
        body += piece
        if len(body) > LIMIT:
            raise RefusedError(
                mark("主机 {host} 的回复超过 {limit} KB 的上限。"), host=target.host, limit=LIMIT // 1024
            )
        if time.monotonic() >= ends:
            raise TimeoutError
    # Cookies are keys to somebody's session: history is not the place for them.
    shown = {name: value for name, value in answer.headers.items() if name.lower() != "set-cookie"}
    return Response(status=answer.status, headers=shown, body=bytes(body))


def _too_slow(host: str) -> FailedError:
    return FailedError(mark("主机 {host} 没有在规定时间内答复。"), host=host)

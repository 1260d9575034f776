"""Serving an application to a real browser from within a test."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def server(app: "WSGIApplication") -> BaseWSGIServer:
    """Make a server on a free port of this machine, for many requests at once."""
    return make_server("127.0.0.1", 0, in_one_piece(app), threaded=True)


def in_one_piece(app: "WSGIApplication") -> "WSGIApplication":
    """Let an application give its answers whole, and closed.

    Where a browser is gone before it has read a file, werkzeug's server forgets to close that.
    """

    def whole(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = app(environ, start_response)
        try:
            return list(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    return whole

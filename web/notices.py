"""What was just done, told by the next page: until then it is kept in the session, which is a cookie."""

from flask import Flask, Response, request, session

MOST = 5
"""Notices that wait for a page. Who sends forms and never opens what they lead to would carry them all along for ever:
each request would take longer to read and to write, and a browser forgets a cookie of more than 4,096 bytes."""
_KEPT = "_flashes"
"""Where ``flask.flash`` keeps them."""


def init_notices(app: Flask) -> None:
    """Let no session keep more than the newest."""
    app.after_request(_forget_the_oldest)


def _forget_the_oldest(response: Response) -> Response:
    # What only looks tells nothing, and may be kept by browsers as long as nobody has asked for the session.
    if request.method == "POST" and len(session.get(_KEPT, ())) > MOST:
        session[_KEPT] = session[_KEPT][-MOST:]
    return response

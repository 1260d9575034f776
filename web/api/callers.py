"""Who calls: HTTP Basic or a bearer token with every request, never the cookie of a page.

A browser sends cookies by itself, also for a page of somebody else; what it can't be tricked to send needs no
protection against that.
"""

from flask import Response, g, request
from werkzeug.datastructures import Authorization

from engine.database import Session
from engine.errors import UnauthenticatedError, mark
from engine.queries.password_owner import password_owner
from engine.queries.people import Person, find_person
from engine.queries.token_owner import token_owner
from web import auth
from web.api.blueprint import blueprint
from web.application import this_application
from web.security import limiter
from web.storable import is_storable


@blueprint.before_request
def find_caller() -> None:
    """Find out who calls before the transaction of the request begins.

    Hashing a password takes long on purpose: no writer may have to wait for it.
    """
    app = this_application()
    admission = auth.admission_of_request(app)
    if "anyone" in admission.roles:
        return
    with app.database.reading() as db:
        g.caller = _username(db, request.authorization)
        if not admission.database:
            # The view opens its transactions itself; nobody else asks whether its caller may.
            g.person = _person(db)
            auth.admit(admission)


def identify_caller(db: Session, _authorization: Authorization) -> Person:
    """Give the person of a request whose name was found. Raises UnauthenticatedError where they have left since."""
    return _person(db)


def _person(db: Session) -> Person:
    person = find_person(db, g.caller)
    if person is None or not person.active:
        raise UnauthenticatedError(mark("用户名或密码不正确。"))
    return person


def _username(db: Session, authorization: Authorization | None) -> str:
    if authorization is not None and authorization.type == "bearer":
        return token_owner(db, authorization.token or "")
    if authorization is not None and authorization.type == "basic":
        name = authorization.username or ""
        return password_owner(db, name if is_storable(name) else "", authorization.password or "")
    raise UnauthenticatedError(mark("请用 HTTP Basic（用户名和密码）或 Bearer 令牌登录。"))


def _has_no_password() -> bool:
    """Tell whether there is nothing to guess: tokens are too long for that."""
    return request.authorization is None or request.authorization.type != "basic"


def _tried_name() -> str:
    """Name the account that is being tried: many addresses may try the same one."""
    name = request.authorization.username if request.authorization is not None else None
    return "name:" + (name or "").strip().lower()[:100]


def _was_refused(response: Response) -> bool:
    """Count only tries that failed."""
    return response.status_code == 401


limiter.limit("30 per 5 minutes", exempt_when=_has_no_password, deduct_when=_was_refused)(blueprint)
limiter.limit("10 per 5 minutes", key_func=_tried_name, exempt_when=_has_no_password, deduct_when=_was_refused)(
    blueprint
)

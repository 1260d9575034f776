"""Put the application together."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from werkzeug.datastructures import Authorization
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.config import Settings
from engine.database import Database, Session
from engine.errors import UnauthenticatedError, mark
from engine.queries.people import Person
from web import api, auth, errors, i18n, notices, pages, security, views
from web.application import Application


def create_app(settings: Settings, database: Database | None = None) -> Application:
    """Build the application; ``database`` lets the worker and tests share one pool of connections."""
    app = Application(
        "web",
        title="渠成 Qucheng",
        spec_path="/v2/openapi.json",
        docs_path=None,
        json_errors=False,
    )
    app.settings = settings
    app.identify_by_header = _no_header
    app.database = database or Database(settings.database_url)
    for endpoint in ("static", "openapi.spec"):
        app.view_functions[endpoint] = auth.allow("anyone", database=False)(_called(app.view_functions[endpoint]))
    security.init_security(app, settings)
    i18n.init_i18n(app)
    errors.init_errors(app)
    pages.init_pages(app)
    notices.init_notices(app)
    for blueprint in views.BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.register(app)
    auth.verify_admissions(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign] # Flask's documented way
    return app


def _no_header(_db: Session, _authorization: Authorization) -> Person:
    raise UnauthenticatedError(mark("这里不接受这种登录方式。"))


def _called(view: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a view that is not ours, so that what we say of it is said of this application only."""

    @wraps(view)
    def call(**arguments: Any) -> Any:  # noqa: ANN401 - any view
        return view(**arguments)

    return call

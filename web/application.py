"""One request is one transaction, and no view is called before its route has said who may call it."""

from collections.abc import Callable

from apiflask import APIFlask
from flask import current_app, g, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Authorization, MultiDict

from engine.config import Settings
from engine.database import Database, Session, again
from engine.errors import ForbiddenError
from engine.queries.people import Person
from web import auth, kept, looks, networks, security, storable

REST = "/v2/"
IdentifyByHeader = Callable[[Session, Authorization], Person]


class Application(APIFlask):
    """A Flask application that opens the transaction, finds the person and asks the route before any view runs."""

    request_class = storable.Request
    settings: Settings
    database: Database

    identify_by_header: IdentifyByHeader
    """Finds the person of a caller that sends a name or token instead of a cookie; the REST interface sets it."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer one request in one transaction: committed when the view returns, rolled back on any exception.

        The same request is answered anew where the database has given its transaction up for another one; but one
        with files, which can be read only once, is refused.
        """
        if request.method == "OPTIONS":
            return super().dispatch_request()
        admission = auth.admission_of_request(self)
        storable.require_storable_address(request)
        if not admission.database:
            return super().dispatch_request()
        writes = admission.writes if admission.writes is not None else request.method not in {"GET", "HEAD"}
        if writes:
            # All of it, before the transaction begins: whoever sends slowly keeps no other writer waiting.
            request.get_data(parse_form_data=True)
            storable.require_storable_form(request)
        try:
            if writes and not request.files:
                answer = again(lambda: self._in_one_transaction(admission, writes=True))
            else:
                answer = self._in_one_transaction(admission, writes=writes)
        except ForbiddenError:
            looks.write_looks(self.database)
            raise
        looks.write_looks(self.database)
        return answer

    def _in_one_transaction(self, admission: auth.Admission, *, writes: bool) -> ResponseReturnValue:
        looks.forget_looks()
        with self.database.transaction() if writes else self.database.reading() as db:
            g.db = db
            try:
                return self._answer(db, admission)
            finally:
                # An error page must not go on in a transaction that has failed.
                g.pop("db")

    def _answer(self, db: Session, admission: auth.Admission) -> ResponseReturnValue:
        # Pages never look at the header: a browser may send it by itself, and it would get round the CSRF check.
        authorization = request.authorization if request.path.startswith(REST) else None
        g.person = self.identify_by_header(db, authorization) if authorization else auth.identify(db)
        auth.admit(admission)
        networks.require_network(db, self.settings.networks)
        if kept.is_resume():
            return self._show_kept_form()
        if authorization is None and request.method not in {"GET", "HEAD"}:
            security.csrf.protect()
        return super().dispatch_request()

    def _show_kept_form(self) -> ResponseReturnValue:
        """Call the view that shows the form at this address, with the input it is to show."""
        endpoint, arguments = self.create_url_adapter(request).match(method="GET")  # type: ignore[union-attr] # there is an adapter in a request
        view = self.view_functions[endpoint]
        auth.admit(auth.admission_of(view))
        g.kept = MultiDict((name, value) for name, value in request.form.items(multi=True) if name != kept.RESUME)
        return self.ensure_sync(view)(**arguments)  # type: ignore[no-any-return] # as Flask's own dispatch does


def this_application() -> Application:
    """Give the application that answers the present request."""
    app = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - Flask's documented way to what its proxy stands for
    assert isinstance(app, Application)  # noqa: S101 - narrows the type
    return app

"""A page with nothing on it but a form: what the product's pages do with one, in the fewest lines."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, render_template_string, request
from werkzeug.datastructures import FileStorage
from werkzeug.serving import BaseWSGIServer

from engine.errors import FieldProblem, FormInvalidError
from engine.forms import Form, check, view
from tests.forms.building import clock
from tests.support.serving import server
from web import i18n
from web.form_pages import FormPage
from web.forms import Reference, broken, read
from web.security import content_security_policy

WEB = Path(__file__).resolve().parents[2] / "web"
PAGE = """<!doctype html>
{% from "forms/form.html" import fields, record with context %}
<html lang="{{ html_lang }}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>表单</title>
    <link rel="icon" href="data:,">
    {% for sheet in ["tokens", "base", "layout", "components", "forms"] %}
      <link rel="stylesheet" href="/static/css/{{ sheet }}.css">
    {% endfor %}
    {% include "forms/_scripts.html" %}
  </head>
  <body>
    <main class="card">
      <div class="card-body">
        <h1>{{ title }}</h1>
        {% if readonly %}
          {{ record(page.rows, document_url) }}
        {% else %}
          <form method="post" action="/" enctype="multipart/form-data">
            {{ fields(page, document_url) }}
            <div class="form-actions"><button class="button button-primary" type="submit">提交</button></div>
          </form>
        {% endif %}
      </div>
    </main>
  </body>
</html>
"""


@dataclass
class Site:
    """A form, what is stored for it, and what was accepted."""

    form: Form
    stored: Mapping[str, object] = field(default_factory=dict)
    readonly: bool = False
    accepted: list[dict[str, object]] = field(default_factory=list)
    documents: dict[str, Reference] = field(default_factory=dict)
    requests: int = 0

    def app(self) -> Flask:
        """Give the application, showing this form."""
        app = _app()
        app.extensions["site"] = self
        return app

    def page(self) -> str:
        """Show the form, or take it."""
        problems: dict[str, FieldProblem] = {}
        submitted = None
        if request.method == "POST":
            self.requests += 1
            sent = read(self.form, request.form, request.files, store=self._keep, known=self.documents.get)
            submitted, problems = sent.values, sent.problems
            if sent.final and not problems:
                try:
                    self.accepted.append(check(self.form, sent.values, self.stored, clock=clock))
                except FormInvalidError as error:
                    problems = error.problems
                else:
                    return '<link rel="icon" href="data:,"><p>已提交</p>'
        rows = view(self.form, self.stored, problems, submitted=submitted, readonly=self.readonly, clock=clock)
        refused = bool(problems) or "_refused" in request.form
        page = FormPage(rows=rows, broken=broken(rows), live=bool(self.form.live), refused=refused)
        return render_template_string(
            PAGE, title="示例表单", page=page, readonly=self.readonly, document_url="/documents/{}".format
        )

    def _keep(self, upload: FileStorage) -> Reference | FieldProblem:
        content = upload.read()
        if b"virus" in content:
            return FieldProblem("“{name}”不是安全的文件。", {"name": upload.filename})
        identifier = f"doc-{len(self.documents) + 1}"
        self.documents[identifier] = {
            "camunda.document.type": "camunda",
            "documentId": identifier,
            "metadata": {"fileName": upload.filename, "contentType": upload.mimetype, "size": len(content)},
        }
        return self.documents[identifier]


@cache
def _app() -> Flask:
    """Make the application, once: its templates take a while to compile."""
    app = Flask("web", root_path=str(WEB))
    i18n.init_i18n(app)
    app.jinja_env.globals |= {"html_lang": "zh-CN", "asset": "/static/{}".format}
    app.add_url_rule("/", view_func=_show, methods=["GET", "POST"])
    app.after_request(_guarded)
    return app


def _show() -> str:
    site = current_app.extensions["site"]
    assert isinstance(site, Site)
    return site.page()


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = content_security_policy(with_inline_styles=False)
    return response


_STILL_SERVING: list[BaseWSGIServer] = []


@contextmanager
def served(site: Site) -> Iterator[str]:
    """Serve a form on a free port and give its address.

    A test may be done while its browser still loads the last page: so the server goes when the next one comes.
    """
    while _STILL_SERVING:
        before = _STILL_SERVING.pop()
        before.shutdown()
        before.server_close()
    serving = server(site.app())
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    _STILL_SERVING.append(serving)
    yield f"http://127.0.0.1:{serving.port}/"

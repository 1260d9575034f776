"""The web room in front of a real database, asked without a network."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.config import Settings
from engine.demo import PASSWORD
from tests.support.company import Company
from web.app import create_app
from web.application import Application

TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"')


@dataclass
class Visitor:
    """One person's browser: it keeps its cookies and sends the token of the page before."""

    client: FlaskClient

    def sign_in(self, username: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Send the sign-in form."""
        return self.post("/sign-in", {"username": username, "password": password, **fields}, page="/sign-in")

    def get(self, path: str, **options: Any) -> TestResponse:  # noqa: ANN401 - the client's own options
        """Open a page."""
        return self.client.get(path, buffered=True, **options)

    def read(self, path: str) -> str:
        """Open a page that must be there, and give its text."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status)
        return unescape(response.text)

    def post(
        self,
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        page: str = "/account",
        **options: Any,  # noqa: ANN401
    ) -> TestResponse:
        """Send a form with the token of ``page``."""
        return self.client.post(path, data={**(fields or {}), "csrf_token": self.token(page)}, **options)

    def token(self, page: str = "/account") -> str:
        """Give the token that a page carries."""
        found = TOKEN.search(self.client.get(page, follow_redirects=True).text)
        assert found is not None
        return found[1]


@dataclass
class Site:
    """The application and the company behind it."""

    app: Application
    company: Company

    def visitor(self, username: str | None = None) -> Visitor:
        """Open a browser, and sign in."""
        visitor = Visitor(client=self.app.test_client())
        if username is not None:
            assert visitor.sign_in(username).status_code == 302
        return visitor


@pytest.fixture
def settings(company: Company, tmp_path: Path) -> Settings:
    """Give the settings of a small installation."""
    return Settings(
        home=tmp_path,
        data_folder=tmp_path,
        database_url=str(company.database.url),
        secret_key="a secret of these tests",
        upload_limit=2 * 1024 * 1024,
        worker=False,
    )


@pytest.fixture
def site(settings: Settings, company: Company) -> Site:
    """Open the application, on both kinds of database."""
    return Site(app=create_app(settings, company.database), company=company)


@pytest.fixture
def visitor(site: Site) -> Callable[[str | None], Visitor]:
    """Give a function that opens a browser for a person."""
    return site.visitor

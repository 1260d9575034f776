"""The REST interface in front of a real database, asked without a network."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.commands.create_token import create_token
from engine.config import Settings
from tests.api.sdk_models import read_by_the_sdk
from tests.support.company import Company
from web.app import create_app
from web.application import Application


@dataclass
class Program:
    """A program that calls as one person, with a bearer token."""

    client: FlaskClient
    token: str

    def call(self, method: str, path: str, **options: Any) -> TestResponse:  # noqa: ANN401 - the client's own options
        """Call ``/v2`` + path; the models of the public client must be able to read the answer."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        answer = self.client.open("/v2" + path, method=method, headers=headers, **options)
        read_by_the_sdk(method, path, answer.status_code, answer.data)
        return answer

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON is any value
        """Get what must be there."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def search(self, noun: str, **asked: object) -> Any:  # noqa: ANN401 - JSON is any value
        """Search and give the whole answer."""
        answer = self.call("POST", f"/{noun}/search", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json

    def found(self, noun: str, **asked: object) -> list[Any]:
        """Search and give the items."""
        items: list[Any] = self.search(noun, **asked)["items"]
        return items

    def refused(self, status: int, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401 - see call
        """Call what must be refused and give the problem document."""
        answer = self.call(method, path, **options)
        assert answer.status_code == status, answer.text
        assert answer.content_type == "application/problem+json"
        document = json.loads(answer.text)
        assert document["status"] == status
        return document


AsPerson = Callable[[str], Program]


@pytest.fixture
def app(company: Company, tmp_path: Path) -> Application:
    """Open the application, on both kinds of database."""
    settings = Settings(
        home=tmp_path,
        data_folder=tmp_path,
        database_url=str(company.database.url),
        secret_key="a secret of these tests",
        upload_limit=2 * 1024 * 1024,
        worker=False,
    )
    return create_app(settings, company.database)


@pytest.fixture
def program(app: Application, company: Company) -> AsPerson:
    """Give a function that makes a program that acts as a person."""

    def act(username: str) -> Program:
        with company.database.transaction() as session:
            return Program(client=app.test_client(), token=create_token(session, username, "test"))

    return act

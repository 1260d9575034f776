"""Every published call is served, or says that it is not supported."""

import json
from importlib.resources import files

from tests.api.conftest import AsPerson
from web.application import Application


def test_every_published_call_is_in_the_document_or_answers_that_it_is_not_supported(
    app: Application, program: AsPerson
) -> None:
    published = json.loads(files("web.api").joinpath("published.json").read_text(encoding="utf-8"))
    adapter = app.url_map.bind("localhost")
    caller, unsupported = program("admin"), 0
    for path, methods in published.items():
        for method in methods.split():
            address = path.replace("*", "1")
            endpoint, _ = adapter.match("/v2" + address, method=method)
            if endpoint == "v2.not_supported":
                caller.refused(501, method, address)
                unsupported += 1
    assert 0 < unsupported < sum(len(methods.split()) for methods in published.values())


def test_an_address_that_was_never_published_is_not_found(program: AsPerson) -> None:
    assert program("admin").refused(404, "GET", "/no-such-thing")["detail"]

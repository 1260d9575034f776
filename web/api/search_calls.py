"""A search is a declaration: what may be asked, what may be sorted by, who finds it, and how one item is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field, create_model

from engine.commands.record_access import Kind, Look
from engine.queries.searching import Found
from web.api.blueprint import READERS, blueprint
from web.api.searches import OffsetPage, Page, SearchPage, SortBy, page_of, to_search
from web.api.wire import Answer, Body, key_of
from web.auth import allow, current_person, current_session
from web.looks import note_look

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class SearchCall(Generic[R]):
    """One search of the interface. The names of its schemas begin with the name of its item.

    ``replace`` makes the same search of fewer things, such as of one case; both share their schemas.
    """

    path: str
    """May hold keys, such as ``/process-instances/<key>/incidents/search``."""
    operation: str
    tag: str
    does: str
    """What it finds, and of which cases: one sentence for the document."""
    asks: type[Body]
    """The filter."""
    sorts: str
    """The fields that may be sorted by, with spaces between them."""
    item: type[Answer]
    find: Callable[..., Found[R]]
    """Takes the session, the caller, the search, and the keys of the path."""
    write: Callable[[R], Answer]
    roles: tuple[str, ...] = READERS
    look: Kind = "variables"
    """What a page that shows personal data is a look at."""
    must_ask: bool = False
    """Whether the filter has something that must be said."""
    body: Any = field(init=False)
    page: Any = field(init=False)

    def __post_init__(self) -> None:
        """Make the schemas of the body and of the answer."""
        name = self.item.__name__.removesuffix("Answer")
        object.__setattr__(self, "body", _body(name, self.asks, tuple(self.sorts.split()), must_ask=self.must_ask))
        object.__setattr__(self, "page", _page(name, self.item))

    def answer(self, asked: Any, keys: dict[str, str]) -> Answer:  # noqa: ANN401 - a model made at run time
        """Find and write one page."""
        search = to_search(asked.page, asked.filter, asked.sort)
        found = self.find(current_session(), current_person(), search, *map(key_of, keys.values()))
        for instance_id in found.looked_at:
            note_look(Look(kind=self.look, instance_id=instance_id, subject=self.path, personal=True))
        page: Answer = self.page(items=[self.write(record) for record in found.items], page=page_of(found))
        return page


def serve_search(call: SearchCall[R]) -> None:
    """Serve a search under ``POST`` + its path."""

    def search(asked: Body, **keys: str) -> Answer:
        return call.answer(asked, keys)

    search.__name__, search.__doc__ = call.operation, call.does
    view: Any = blueprint.doc(operation_id=call.operation, tags=[call.tag])(search)
    view = blueprint.input(call.body, arg_name="asked")(blueprint.output(call.page)(view))
    blueprint.post(call.path, endpoint=call.operation)(allow(*call.roles, writes=False)(view))


@cache
def _body(name: str, asks: type[Body], sorts: tuple[str, ...], *, must_ask: bool) -> type[Body]:
    sort: Any = create_model(
        f"{name}Sort", __base__=SortBy, __doc__="One field to sort by.", field=(_one_of(sorts), ...)
    )
    return create_model(
        f"{name}Search",
        __base__=Body,
        __doc__="What is asked for, in which order, and which part of it.",
        page=(Page, OffsetPage()),
        filter=(asks, ... if must_ask else asks()),
        sort=(list[sort], Field(default=[], max_length=5)),
    )


@cache
def _page(name: str, item: Any) -> type[Answer]:  # noqa: ANN401 - a type given at run time
    return create_model(
        f"{name}Page", __base__=Answer, __doc__="What was found.", items=(list[item], ...), page=(SearchPage, ...)
    )


def _one_of(fields: tuple[str, ...]) -> Any:  # noqa: ANN401 - a type made at run time
    return Literal.__getitem__(fields)

"""Filters, order and pages of searches, as the published interface writes them."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag
from pydantic.alias_generators import to_snake

from engine.queries.searching import Criterion, Found, Operator, Search, Sort
from web.api.wire import Answer, Body, SentKey, SentMoment, Whole

Limit = Annotated[int, Field(ge=1, le=10_000)]
Cursor = Annotated[str, Field(min_length=2, max_length=4_000, pattern="^[A-Za-z0-9+/]+=*$")]
Text = Annotated[str, Field(max_length=4_000)]
Order = Literal["ASC", "DESC"]
ABSENT: Any = None
"""What a field of a filter holds that was not sent. Null can't be sent: ``$exists`` asks for what has no value."""
_OPERATORS: dict[str, Operator] = {
    "eq": "eq",
    "neq": "neq",
    "exists": "exists",
    "in_": "in",
    "not_in": "not_in",
    "like": "like",
    "gt": "gt",
    "gte": "gte",
    "lt": "lt",
    "lte": "lte",
}


class OffsetPage(Body):
    """A page by its distance from the first item."""

    from_: Annotated[int, Field(ge=0, le=2**31 - 1, alias="from")] = 0
    limit: Limit = 100


class ForwardPage(Body):
    """The page behind an item."""

    after: Cursor
    limit: Limit = 100


class BackwardPage(Body):
    """The page before an item."""

    before: Cursor
    limit: Limit = 100


class SearchPage(Answer):
    """Where a page stands."""

    total_items: int = Field(description="Items in all, counted up to 10000.")
    has_more_total_items: bool
    start_cursor: str | None = Field(description="For page.before.")
    end_cursor: str | None = Field(description="For page.after.")


class _Filter(Body):
    """Conditions on one field; all of them hold."""


class TextFilter(_Filter):
    """Conditions on a text."""

    eq: Text = Field(default=ABSENT, alias="$eq")
    neq: Text = Field(default=ABSENT, alias="$neq")
    exists: bool = Field(default=ABSENT, alias="$exists")
    in_: list[Text] = Field(default=ABSENT, alias="$in", max_length=1_000)
    not_in: list[Text] = Field(default=ABSENT, alias="$notIn", max_length=1_000)
    like: Text = Field(
        default=ABSENT, alias="$like", description="* stands for any characters, ? for one; a backslash escapes them."
    )


class ExactTextFilter(_Filter):
    """Conditions on a text that is not searched by patterns."""

    eq: Text = Field(default=ABSENT, alias="$eq")
    neq: Text = Field(default=ABSENT, alias="$neq")
    in_: list[Text] = Field(default=ABSENT, alias="$in", max_length=1_000)
    not_in: list[Text] = Field(default=ABSENT, alias="$notIn", max_length=1_000)


class NumberFilter(_Filter):
    """Conditions on a whole number."""

    eq: Whole = Field(default=ABSENT, alias="$eq")
    neq: Whole = Field(default=ABSENT, alias="$neq")
    exists: bool = Field(default=ABSENT, alias="$exists")
    gt: Whole = Field(default=ABSENT, alias="$gt")
    gte: Whole = Field(default=ABSENT, alias="$gte")
    lt: Whole = Field(default=ABSENT, alias="$lt")
    lte: Whole = Field(default=ABSENT, alias="$lte")
    in_: list[Whole] = Field(default=ABSENT, alias="$in", max_length=1_000)


class MomentFilter(_Filter):
    """Conditions on a moment."""

    eq: SentMoment = Field(default=ABSENT, alias="$eq")
    neq: SentMoment = Field(default=ABSENT, alias="$neq")
    exists: bool = Field(default=ABSENT, alias="$exists")
    gt: SentMoment = Field(default=ABSENT, alias="$gt")
    gte: SentMoment = Field(default=ABSENT, alias="$gte")
    lt: SentMoment = Field(default=ABSENT, alias="$lt")
    lte: SentMoment = Field(default=ABSENT, alias="$lte")
    in_: list[SentMoment] = Field(default=ABSENT, alias="$in", max_length=1_000)


class KeyFilter(_Filter):
    """Conditions on a key."""

    eq: SentKey = Field(default=ABSENT, alias="$eq")
    neq: SentKey = Field(default=ABSENT, alias="$neq")
    exists: bool = Field(default=ABSENT, alias="$exists")
    in_: list[SentKey] = Field(default=ABSENT, alias="$in", max_length=1_000)
    not_in: list[SentKey] = Field(default=ABSENT, alias="$notIn", max_length=1_000)


def _shape(sent: object) -> str:
    return "=conditions" if isinstance(sent, dict) else "=value"


def _page_kind(sent: object) -> str:
    kinds = sent if isinstance(sent, dict) else {}
    return "=after" if "after" in kinds else "=before" if "before" in kinds else "=from"


# What a filter says of a field: a plain value that it equals, or conditions.
WantedText = Annotated[
    Annotated[Text, Tag("=value")] | Annotated[TextFilter, Tag("=conditions")], Discriminator(_shape)
]
WantedExactText = Annotated[
    Annotated[Text, Tag("=value")] | Annotated[ExactTextFilter, Tag("=conditions")], Discriminator(_shape)
]
WantedNumber = Annotated[
    Annotated[Whole, Tag("=value")] | Annotated[NumberFilter, Tag("=conditions")], Discriminator(_shape)
]
WantedMoment = Annotated[
    Annotated[SentMoment, Tag("=value")] | Annotated[MomentFilter, Tag("=conditions")], Discriminator(_shape)
]
WantedKey = Annotated[
    Annotated[SentKey, Tag("=value")] | Annotated[KeyFilter, Tag("=conditions")], Discriminator(_shape)
]
Page = Annotated[
    Annotated[OffsetPage, Tag("=from")]
    | Annotated[ForwardPage, Tag("=after")]
    | Annotated[BackwardPage, Tag("=before")],
    Discriminator(_page_kind),
]


class Filter(Body):
    """What a search may ask for; all of it holds."""

    tenant_id: Literal["<default>"] = ABSENT


class CaseFilter(Filter):
    """What may be asked of everything that belongs to a case."""

    process_instance_key: WantedKey = ABSENT
    process_definition_key: WantedKey = ABSENT
    process_definition_id: WantedText = ABSENT


class ElementFilter(CaseFilter):
    """What may be asked of everything that happens at an element of a case."""

    element_id: WantedText = ABSENT
    element_instance_key: WantedKey = ABSENT


class SortBy(Body):
    """One field to sort by; each search names its fields."""

    field: str
    order: Order = "ASC"


def to_search(page: OffsetPage | ForwardPage | BackwardPage, wanted: Body, sort: list[Any]) -> Search:
    """Put a search into the words of the queries; ``sort`` has SortBy of some kind."""
    return Search(
        criteria=tuple(criteria(wanted)),
        sort=tuple(Sort(field=to_snake(one.field), descending=one.order == "DESC") for one in sort),
        limit=page.limit,
        offset=page.from_ if isinstance(page, OffsetPage) else 0,
        after=page.after if isinstance(page, ForwardPage) else None,
        before=page.before if isinstance(page, BackwardPage) else None,
    )


def criteria(wanted: Body) -> list[Criterion]:
    """Give the conditions of a filter, field by field."""
    found: list[Criterion] = []
    for field in type(wanted).model_fields:
        if field == "tenant_id":
            # There is only one; a filter can name no other.
            continue
        value = getattr(wanted, field)
        if isinstance(value, _Filter):
            found += [
                Criterion(field=field, operator=_OPERATORS[name], value=getattr(value, name))
                for name in type(value).model_fields
                if getattr(value, name) is not None
            ]
        elif value is not None:
            found.append(Criterion(field=field, operator="eq", value=value))
    return found


def page_of(found: Found[Any]) -> SearchPage:
    """Say where the page stands that was found."""
    return SearchPage(
        total_items=found.total,
        has_more_total_items=not found.total_is_exact,
        start_cursor=found.start_cursor,
        end_cursor=found.end_cursor,
    )

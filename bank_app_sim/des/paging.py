"""Listings: which page a query asks for, and the answer around it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic
from urllib.parse import urlencode

import attrs
from starlette.datastructures import QueryParams

from ..server.database import Query
from ..server.http.answers import Answer, Refused
from ..server.http.request import HTTPRequest
from . import store
from .request import Request
from .store.listings import Collection, Numbered, T

ITEMS_BY_DEFAULT = 20
LARGEST_PAGE = 10**9

# Up to so many rows, `next_url` names a page by its number; after that by the end of the page before it. Skipping the
# rows before a numbered page takes as long as reading them.
MOST_NUMBERED = store.listings.MOST_COUNTED

# A query can ask for a page by number if at most so many rows come before it: the last such page takes 10 ms on SQLite
# and 28 ms on PostgreSQL (`tests.benchmark listings`). The last page of a million would take 200 ms.
DEEPEST = 50_000

# The way out for a page with a higher number.
NOT_BY_NUMBER = "follow next_url, page by page, or narrow the listing down"

# The number of a row. Listings are in this order.
LARGEST_PLACE = 10**18

# Changes of a query; None leaves a parameter out.
Changed = Mapping[str, str | None]


@attrs.frozen
class Page:
    number: int
    items: int

    @property
    def before(self) -> int:
        """How many rows come before it."""
        return (self.number - 1) * self.items


def asked_for(query: QueryParams, *, most_items: int = ITEMS_BY_DEFAULT) -> Page:
    """The page that a query asks for with `page` and `items`."""
    return Page(
        _number(query, "page", default=1, most=LARGEST_PAGE),
        _number(query, "items", default=ITEMS_BY_DEFAULT, most=most_items),
    )


def _number(query: QueryParams, name: str, *, default: int, most: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    # Length first: int() of a million digits is slow.
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
        raise Refused(400, {name: [f"must be an integer from 1 to {most}"]})
    return int(text)


def flag(query: QueryParams, name: str) -> bool:
    """A yes or no in a query; missing is no."""
    text = query.get(name, "false")
    if text not in ("true", "false"):
        raise Refused(400, {name: ["must be true or false"]})
    return text == "true"


def one_of(query: QueryParams, name: str, known: Sequence[str]) -> str | None:
    """A word in a query that is one of a few; None where it is missing."""
    text = query.get(name)
    if text is not None and text not in known:
        raise Refused(400, {name: [f"must be {' or '.join(known)}"]})
    return text


def given(query: QueryParams, *names: str) -> dict[str, str]:
    """The filters that the query has."""
    return {name: query[name] for name in names if name in query}


def _place_in_order(row: Numbered) -> Changed:
    return {"after": str(row.n)}


@attrs.frozen
class Found(Generic[T]):
    """One page of what the principal may see and the filters let through.

    Attributes:
        following: What differs in the query for the next page; None for the last page.
        count: How many rows all pages have; None for more than are counted.
        is_numbered: The query asked for it by its number, not by the end of the page before.
    """

    http: HTTPRequest
    plural: str
    page: Page
    following: Changed | None
    count: int | None
    is_numbered: bool = True
    rows: Sequence[T] = ()

    def answer(self, things: Sequence[Mapping[str, Any]]) -> Answer:
        """The page under its plural root key, and its place among all pages, as far as that is known."""
        meta: dict[str, Any] = {"items": len(things)}
        if self.is_numbered:
            if self.count is not None:
                meta |= {"count": self.count, "pages": max(1, -(-self.count // self.page.items))}
            first = self.page.before + 1
            meta |= {"from": first, "to": first + len(things) - 1} if things else {"from": 0, "to": 0}
        meta["next_url"] = None if self.following is None else address(self.http, self.following)
        return Answer(200, {self.plural: things, "meta": meta})


def find(
    request: Request,
    collection: Collection[T],
    filters: Mapping[str, Any],
    *,
    most_items: int = ITEMS_BY_DEFAULT,
    place: Mapping[str, Any] | None = None,
    place_of: Callable[[T], Changed] = _place_in_order,
) -> Found[T]:
    """Read the page that the query asks for.

    Args:
        place: Where the page before ended, whatever `page` says; empty for the beginning.
        place_of: The query that goes on after a row.
    """
    page = asked_for(request.http.query, most_items=most_items)
    if place is None and "after" in request.http.query:
        place = {"after_n": _number(request.http.query, "after", default=1, most=LARGEST_PLACE)}
    narrowed = {**request.reach, **filters}
    statements = store.listings.listing(collection, frozenset([*narrowed, *(["after"] if place else [])]))
    narrowed |= place or {}
    rows = _rows(request, statements.page, narrowed, page, is_numbered=place is None)
    following = None
    if len(rows) > page.items:
        is_far = place is not None or page.before + page.items >= MOST_NUMBERED
        beside = {"page": None, **place_of(rows[page.items - 1])}
        following = beside if is_far else {"page": str(page.number + 1)}
    count = None if place is not None else statements.count.one(request.connection, **narrowed)
    return Found(
        request.http,
        collection.plural,
        page,
        following,
        count if count is not None and count <= store.listings.MOST_COUNTED else None,
        is_numbered=place is None,
        rows=rows[: page.items],
    )


def _rows(
    request: Request, query: Query[T], narrowed: Mapping[str, Any], page: Page, *, is_numbered: bool
) -> Sequence[T]:
    """The rows of a page, and one more if there are more."""
    offset = page.before if is_numbered else 0
    if offset <= DEEPEST:
        return query.all(request.connection, **narrowed, limit=page.items + 1, offset=offset)
    if query.all(request.connection, **narrowed, limit=1, offset=DEEPEST):
        raise Refused(400, {"page": [f"begins after the first {DEEPEST} of these; {NOT_BY_NUMBER}"]})
    return []


def address(http: HTTPRequest, changed: Changed) -> str:
    """The path of the request, with some of its query changed, and with the prefix of the server."""
    query = {name: value for name, value in {**http.query, **changed}.items() if value is not None}
    return f"{http.prefix}{http.path}?{urlencode(query)}"

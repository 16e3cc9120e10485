"""Listings: which page was asked for, and the envelope it comes in."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import attrs
from starlette.datastructures import QueryParams

from ..service import Answer, Call, Refused
from . import store
from .request import Request
from .store import Row

ITEMS_BY_DEFAULT = 20
LARGEST_PAGE = 10**9


@attrs.frozen
class Page:
    number: int
    items: int

    @property
    def window(self) -> dict[str, int]:
        """Parameters of a statement that reads this page."""
        return {"limit": self.items, "offset": (self.number - 1) * self.items}


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
    """Those of the filters that the query has."""
    return {name: query[name] for name in names if name in query}


@attrs.frozen
class Found:
    """One page of what the principal may see and the filters let through.

    Attributes:
        count: How many there are on all pages; None for more than are counted.
        is_last: Nothing comes after this page.
    """

    call: Call
    plural: str
    page: Page
    count: int | None
    is_last: bool
    rows: Sequence[Row] = ()

    def answer(self, things: Sequence[Mapping[str, Any]]) -> Answer:
        """The page under its plural root key, and where it stands among all of them."""
        first = (self.page.number - 1) * self.page.items + 1
        counted = {}
        if self.count is not None:
            counted = {"count": self.count, "pages": max(1, -(-self.count // self.page.items))}
        meta = {
            **counted,
            "items": len(things),
            "from": first if things else 0,
            "to": first + len(things) - 1 if things else 0,
            "next_url": None if self.is_last else address(self.call, page=str(self.page.number + 1)),
        }
        return Answer(200, {self.plural: things, "meta": meta})


def find(request: Request, plural: str, filters: Mapping[str, Any], *, most_items: int = ITEMS_BY_DEFAULT) -> Found:
    """Read the page that the query asks for."""
    page = asked_for(request.call.query, most_items=most_items)
    narrowed = {**request.reach, **filters}
    statements = store.listings.listing(plural, frozenset(narrowed))
    count = request.connection.execute(statements.count, narrowed).scalar_one()
    # One more than is shown tells whether there are more.
    window = {**page.window, "limit": page.items + 1}
    rows = request.connection.execute(statements.page, {**narrowed, **window}).mappings().all()
    return Found(
        request.call,
        plural,
        page,
        count if count <= store.listings.MOST_COUNTED else None,
        is_last=len(rows) <= page.items,
        rows=rows[: page.items],
    )


def address(call: Call, **changed: str) -> str:
    """The path that was asked for, with some of its query changed; from the beginning of the server's address."""
    return f"{call.prefix}{call.path}?{urlencode({**call.query, **changed})}"

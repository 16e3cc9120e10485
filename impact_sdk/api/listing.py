"""Listings: iterators over all pages."""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Mapping
from typing import Generic, Protocol, Self, TypeVar, Unpack
from urllib.parse import parse_qsl

import attrs

from .. import wire
from ..http.options import CallOptions
from ..http.replies import Reply, unexpected
from ..http.transport import Transport

# Parameters that name the end of the previous page.
CURSORS = ("after", "after_id", "createdAfter")


class Listed(Protocol):
    """What a listing has: something with an id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Listed)


@attrs.frozen(kw_only=True)
class _Meta:
    """The `meta` of a listing. All other fields are missing in some answers (docs/des.md 8.2)."""

    items: int | None = None
    next_url: str | None = attrs.field(default=None, metadata={"wire": "next_url"})


@attrs.frozen
class Page(Generic[T]):
    """One page of a listing.

    Attributes:
        reply: The answer that it was read from.
        cursor: The query of the next page, instead of a page number; empty if pages have numbers.
    """

    items: list[T]
    has_more: bool
    reply: Reply
    cursor: Mapping[str, str] = attrs.field(factory=dict)


@attrs.define
class Progress:
    """Notices if a listing goes in circles. It remembers one place, then a later one after twice as many pages.

    So it finds a circle of any length, and remembers only one place (Brent's algorithm).
    """

    _held: Hashable = None
    _left: int = 1
    _next: int = 2

    def is_back(self, place: Hashable) -> bool:
        """Whether this is the remembered place."""
        if place == self._held:
            return True
        self._left -= 1
        if not self._left:
            self._held, self._left, self._next = place, self._next, self._next * 2
        return False

    def require(self, page: Page[T], place: Hashable) -> None:
        """`UnexpectedResponse` if a page leads back to the remembered place."""
        if page.has_more and self.is_back(place):
            again = wire.Unreadable(["a page that was there before has come again, and more are said to follow"])
            raise unexpected(page.reply, again)


@attrs.define(eq=False)
class Items(AsyncIterator[T], Generic[T]):
    """The items, one by one. A page is fetched when it is needed.

    Not a generator: nothing is open between two items, so you may stop half way, under trio too. After an error it
    keeps its place, and may be asked again.
    """

    # Fetches the next page, given the number of pages so far and the last item.
    _fetch: Callable[[int, T | None], Awaitable[Page[T]]] = attrs.field(repr=False)
    _page: Iterator[T] = attrs.field(factory=lambda: iter(()), init=False, repr=False)
    _pages: int = attrs.field(default=0, init=False)
    _last: T | None = attrs.field(default=None, init=False, repr=False)
    _has_more: bool = attrs.field(default=True, init=False)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._page:
                self._last = item
                return item
            if not self._has_more:
                raise StopAsyncIteration
            page = await self._fetch(self._pages, self._last)
            self._page, self._pages = iter(page.items), self._pages + 1
            self._has_more = page.has_more


@attrs.frozen
class Listing(Generic[T]):
    """One listing of the API.

    Attributes:
        path: Such as `/v1/dreams`.
        root: The key below which the answer has the items, such as `dreams`.
        kind: The class of an item.
        page_size: The most that DES gives at once; None if it always gives all.
    """

    path: str
    root: str
    kind: type[T]
    page_size: int | None = 20

    def pages(self, transport: Transport, query: Mapping[str, object], **options: Unpack[CallOptions]) -> Items[T]:
        """All items, page by page. Pages shift: if items come or go meanwhile, some may be missed or come twice."""

        cursor: Mapping[str, str] = {}
        progress = Progress()

        async def fetch(pages: int, last: T | None) -> Page[T]:
            nonlocal cursor
            number = None if self.page_size is None or cursor else pages + 1
            page = await self.page(transport, {"page": number, **query}, cursor=cursor, **options)
            progress.require(page, tuple(page.cursor.items()) or tuple(item.id for item in page.items))
            cursor = page.cursor
            return page

        return Items(fetch)

    def cursor(self, transport: Transport, query: Mapping[str, object], **options: Unpack[CallOptions]) -> Items[T]:
        """All items, by the documented cursor: none is missed or comes twice, whatever happens to them meanwhile."""

        progress = Progress()

        async def fetch(pages: int, last: T | None) -> Page[T]:
            # The only query parameter in snake case (docs/des.md 8.2). Empty means: before the first item.
            after_id = last.id if last is not None else ""
            page = await self.page(transport, query, after_id=after_id, **options)
            progress.require(page, page.items[-1].id if page.items else None)
            return page

        return Items(fetch)

    async def page(
        self,
        transport: Transport,
        query: Mapping[str, object],
        *,
        after_id: str | None = None,
        cursor: Mapping[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> Page[T]:
        """One page. A None in `query` is left out."""
        asked = {**wire.sent(query), "items": self.page_size, "after_id": after_id, **(cursor or {})}
        return self._read(await transport.request("GET", self.path, query=asked, **options))

    def _read(self, reply: Reply) -> Page[T]:
        answer: object = None
        try:
            answer = wire.loads(reply.content)
            if not isinstance(answer, dict) or not isinstance(answer.get(self.root), list):
                raise wire.Unreadable([f"{self.root} is missing @ $"])
            meta = wire.read(_Meta, answer.get("meta") or {})
            items = wire.read_list(self.kind, answer[self.root])
            # An empty page is the last one, whatever the answer says: a listing must end.
            has_more = bool(items and meta.next_url and self.page_size)
            return Page(items, has_more, reply, _cursor(meta.next_url) if has_more and meta.next_url else {})
        except wire.Unreadable as error:
            answer = None  # a report of an error shows what a frame holds
            raise unexpected(reply, error) from error


def _cursor(next_url: str) -> dict[str, str]:
    """The cursor in the address of the next page; empty if pages have numbers (docs/des.md 6, Cursors)."""
    query = dict(parse_qsl(next_url.partition("?")[2]))
    return {} if "page" in query else {name: query[name] for name in CURSORS if name in query}

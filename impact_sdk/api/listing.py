"""Every listing is an iterator over all its pages."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import attrs

from .. import wire
from ..transport import Reply, Transport, unexpected


@attrs.frozen(kw_only=True)
class _Meta:
    """What a listing says of itself. All but these two is optional in some answer or other (reference 8.2)."""

    items: int | None = None
    next_url: str | None = attrs.field(default=None, metadata={"wire": "next_url"})


@attrs.frozen
class Listing:
    """One listing of the API.

    Attributes:
        path: Such as `/v1/dreams`.
        root: The key below which the answer has the items, such as `dreams`.
        page_size: The most that DES gives at once.
    """

    path: str
    root: str
    page_size: int = 20

    async def pages(self, transport: Transport, kind: type[wire.T], query: Mapping[str, Any]) -> AsyncIterator[wire.T]:
        """Page after page. What is added or taken away meanwhile may be missed or seen twice, as pages shift."""
        page = 1
        while True:
            asked = {"page": page, "items": self.page_size, **wire.fields(query)}
            items, meta = self._read(await transport.request("GET", self.path, query=asked), kind)
            for item in items:
                yield item
            if not items or not meta.next_url:
                return
            page += 1

    async def cursor(self, transport: Transport, kind: type[wire.T], query: Mapping[str, Any]) -> AsyncIterator[wire.T]:
        """Item after item by the documented cursor: nothing is missed or seen twice, whatever is done to the items."""
        after_id = ""
        while True:
            asked = {"after_id": after_id, "items": self.page_size, **wire.fields(query)}
            items, meta = self._read(await transport.request("GET", self.path, query=asked), kind)
            for item in items:
                yield item
                after_id = item.id  # type: ignore[attr-defined]  # everything that is listed has an id
            if not items or not meta.next_url:
                return

    def _read(self, reply: Reply, kind: type[wire.T]) -> tuple[list[wire.T], _Meta]:
        try:
            answer = wire.loads(reply.content)
            if not isinstance(answer, dict) or not isinstance(answer.get(self.root), list):
                raise wire.Unreadable([f"{self.root} is missing @ $"])
            return wire.read(list[kind], answer[self.root]), wire.read(_Meta, answer.get("meta") or {})  # type: ignore[valid-type]
        except wire.Unreadable as error:
            raise unexpected(reply, error) from error

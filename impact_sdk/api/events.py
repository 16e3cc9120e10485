"""`/v1/events`."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Self, Unpack

import attrs

from ..arguments import checked
from ..errors import RateLimited, ServerError, TransportError
from ..http.options import CallOptions
from ..http.transport import Transport
from ..logs import fields
from ..mistakes.wrong import wrong
from ..models import Event
from .listing import Listing
from .naming import called_by_name

LISTING = Listing("/v1/events", "events", Event)
POLLED_EVERY = timedelta(seconds=10)

# DES tells of times later than the one we give, and two events may have the same one: ask from just before it, and
# pass over what we have had.
JUST_BEFORE = timedelta(microseconds=1)
FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)

logger = logging.getLogger("impact_sdk")


@called_by_name
@attrs.frozen
class Events:
    """What happened in DES. It keeps events for 30 days."""

    _transport: Transport

    def list(self, *, created_after: datetime | None = None, **options: Unpack[CallOptions]) -> AsyncIterator[Event]:
        """The events of the last 30 days, or those after a moment, by ascending `created_at`; it ends."""
        # docs/des.md 1.14
        return LISTING.pages(self._transport, {"created_after": created_after}, **options)

    def follow(
        self, *, after: datetime | None = None, every: timedelta = POLLED_EVERY, **options: Unpack[CallOptions]
    ) -> "Following":
        """Event after event, as they happen, each once; it never ends by itself.

        ```python
        async for event in api.events.follow(after=bank.last_event_at):
            bank.handle(event)              # and keep event.created_at, to go on from after a restart
        ```

        While DES cannot be reached or does not feel well it says so in the log and goes on asking. Any other refusal is
        raised; asked again after it, it goes on where it was.

        Args:
            after: The `created_at` of the last event that was handled; everything DES still has, when it is left out.
            every: How long to wait, by the client's clock, when there is nothing new.
        """
        if not isinstance(every, timedelta) or every <= timedelta():
            raise wrong("every", every, "a positive timedelta")
        return Following(self._transport, checked("after", after), every, options)


@attrs.define(eq=False)
class Following(AsyncIterator[Event]):
    """Events as they happen. Like a listing it may be left at any time.

    Attributes:
        after: Where it is: the `created_at` of the latest event that it gave.
    """

    _transport: Transport = attrs.field(repr=False)
    after: datetime | None
    _every: timedelta
    _options: CallOptions = attrs.field(repr=False)
    _found: list[Event] = attrs.field(factory=list, init=False, repr=False)
    _wait_seconds: float = attrs.field(default=0, init=False, repr=False)
    # The events of the very moment `after`, by their ids, and those since then whose moment cannot be read.
    _had: set[str] = attrs.field(factory=set, init=False, repr=False)
    _pages: int = attrs.field(default=0, init=False)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while not self._found:
            if self._wait_seconds:
                await self._transport.http.clock.sleep(self._wait_seconds)
            self._wait_seconds = await self._ask()
        event = self._found.pop(0)
        if event.created_at is not None and event.created_at != self.after:
            self._had.clear()
            self.after = event.created_at
        self._had.add(event.id)
        return event

    async def _ask(self) -> float:
        """Fetch what is next; returns how many seconds to wait before asking again."""
        every = self._every.total_seconds()
        # A page at a time, each from where the last event stands: numbered pages would shift as the oldest expire.
        after = self.after
        if after is not None and self._had:
            after = max(after, FIRST_MOMENT + JUST_BEFORE) - JUST_BEFORE
        query = {"page": self._pages + 1, "created_after": after}
        try:
            page = await LISTING.page(self._transport, query, **self._options)
        except (ServerError, TransportError, RateLimited) as error:
            wait = max(every, (None if isinstance(error, TransportError) else error.retry_after) or 0)
            logger.warning(
                "the events could not be fetched, asked again in %s s: %s",
                wait,
                error,
                extra=fields("events.unreachable", wait_seconds=wait, error=type(error).__name__),
            )
            return wait
        self._found = [event for event in page.items if event.id not in self._had]
        # More events of one moment than a page holds: then alone the next page is the way on.
        is_stuck = page.has_more and all(event.created_at in (self.after, None) for event in page.items)
        # More pages than we have had events, and none of them new: DES gives the same page, whichever we ask for.
        is_repeated = not self._found and self._pages > len(self._had)
        self._pages = self._pages + 1 if is_stuck and not is_repeated else 0
        return 0 if page.has_more and not is_repeated else every

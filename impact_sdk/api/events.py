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

# DES lists events later than the moment that we give, and two events may have the same moment. So we ask from just
# before it, and skip the events that we have had.
JUST_BEFORE = timedelta(microseconds=1)
FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)

logger = logging.getLogger("impact_sdk")


@called_by_name
@attrs.frozen
class Events:
    """The events in DES. It keeps them for 30 days."""

    _transport: Transport

    def list(self, *, created_after: datetime | None = None, **options: Unpack[CallOptions]) -> AsyncIterator[Event]:
        """The events of the last 30 days, or those after a moment, by ascending `created_at`. The listing ends."""
        # docs/des.md 1.14
        return LISTING.pages(self._transport, {"created_after": created_after}, **options)

    def follow(
        self, *, after: datetime | None = None, every: timedelta = POLLED_EVERY, **options: Unpack[CallOptions]
    ) -> "Following":
        """Each event once, as it happens. The listing never ends by itself.

        ```python
        async for event in api.events.follow(after=bank.last_event_at):
            bank.handle(event)              # and keep event.created_at, to go on from after a restart
        ```

        While DES cannot be reached, or fails, it logs that and goes on asking. Any other refusal is raised; the next
        iteration goes on from the same place.

        Args:
            after: The `created_at` of the last handled event; all events that DES still has if left out.
            every: How long to wait, by the client's clock, if there is nothing new.
        """
        if not isinstance(every, timedelta) or every <= timedelta():
            raise wrong("every", every, "a positive timedelta")
        return Following(self._transport, checked("after", after), every, options)


@attrs.define(eq=False)
class Following(AsyncIterator[Event]):
    """Events as they happen. You may stop iterating at any time, as with a listing.

    Attributes:
        after: Its place: the `created_at` of the latest event that it gave.
    """

    _transport: Transport = attrs.field(repr=False)
    after: datetime | None
    _every: timedelta
    _options: CallOptions = attrs.field(repr=False)
    _found: list[Event] = attrs.field(factory=list, init=False, repr=False)
    _wait_seconds: float = attrs.field(default=0, init=False, repr=False)
    # Ids of the events at the moment `after`, and of later ones whose moment cannot be read.
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
        """Fetch the next events; returns the seconds to wait before asking again."""
        every = self._every.total_seconds()
        # One page at a time, each from the last event on: numbered pages would shift when the oldest events expire.
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
        # More events of one moment than a page holds: only then ask for the next page.
        is_stuck = page.has_more and all(event.created_at in (self.after, None) for event in page.items)
        # More pages than events, and no new event: DES gives the same page for each number.
        is_repeated = not self._found and self._pages > len(self._had)
        self._pages = self._pages + 1 if is_stuck and not is_repeated else 0
        return 0 if page.has_more and not is_repeated else every

"""Where a receiver of webhooks keeps which ones have been here."""

import threading
from collections.abc import Coroutine
from datetime import datetime
from typing import Protocol, TypeVar

import attrs

from ..arguments import able, checked, instance, required
from ..clock import Clock
from ..clock import of as of_clock
from ..errors import ConfigurationError
from ..mistakes.wrong import wrong
from ..tasks.handed_over import awaited

T = TypeVar("T")

WEBHOOK_ID = "the text of the header webhook-id"


class ReplayStore(Protocol):
    """Which webhooks have been here. One for all processes of a receiver, or a replay has only to meet another one.

    A store that outlives a crash must not say "seen" of what the crash left undone. Where there is a database, better
    pass no store, and keep the ids of events in the very transaction in which they are dealt with.

    For code that cannot await (`WebhookVerifier.verify_now()`) its methods are asynchronous all the same, and have no
    `await` in them: they ask a cache or a database as such code does.
    """

    async def seen(self, webhook_id: str, until: datetime) -> bool:
        """Whether `webhook_id` has been here; from now on it has, in one step, at least until `until`."""
        ...

    async def forget(self, webhook_id: str) -> None:
        """It was not dealt with after all, and will be sent again."""
        ...


@attrs.define(eq=False)
class MemoryReplayStore:
    """For a receiver of one process, with any number of threads; it does not wait.

    A restart forgets: what was sent within the tolerance could be replayed then.

    Args:
        capacity: How many to remember; then the oldest gives way.
        clock: Where the time comes from; the machine's when left out.
    """

    capacity: int = attrs.field(default=10_000)
    clock: Clock | None = attrs.field(default=None, kw_only=True, repr=False)
    _asked: Clock = attrs.field(init=False, repr=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False, repr=False)
    _until: dict[str, datetime] = attrs.field(factory=dict, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.capacity, int) or isinstance(self.capacity, bool) or self.capacity < 1:
            raise wrong("capacity", self.capacity, "a whole number, 1 or more")
        self._asked = of_clock(self.clock)

    async def seen(self, webhook_id: str, until: datetime) -> bool:
        """Whether `webhook_id` has been here and is remembered; from now on it is.

        Raises:
            ConfigurationError: `webhook_id` is no text, or `until` no datetime with its time zone.
        """
        instance("webhook_id", webhook_id, str, WEBHOOK_ID)
        checked("until", required({"until": until})["until"])
        with self._lock:
            known_until = self._until.pop(webhook_id, None)
            self._until[webhook_id] = max(until, known_until or until)
            while len(self._until) > self.capacity:
                del self._until[next(iter(self._until))]
        return known_until is not None and known_until >= self._asked.now()

    async def forget(self, webhook_id: str) -> None:
        """Remember it no more; nothing happens when it was not remembered.

        Raises:
            ConfigurationError: `webhook_id` is no text.
        """
        instance("webhook_id", webhook_id, str, WEBHOOK_ID)
        with self._lock:
            self._until.pop(webhook_id, None)


@attrs.frozen
class HostStore:
    """A store of the host's, asked with care."""

    _store: ReplayStore

    async def seen(self, webhook_id: str, until: datetime) -> bool:
        has_been_here = await awaited("replays.seen()", self._store.seen(webhook_id, until))
        if not isinstance(has_been_here, bool):  # what is none might let every replay pass, or refuse all
            raise wrong("replays.seen()", has_been_here, "True where the webhook has been here, and else False")
        return has_been_here

    async def forget(self, webhook_id: str) -> None:
        await awaited("replays.forget()", self._store.forget(webhook_id))


def of(store: ReplayStore | None) -> ReplayStore | None:
    """The store that a caller wants; `ConfigurationError` where it is none."""
    store = able("replays", store, "seen", "forget")
    return None if store is None else HostStore(store)


def without_waiting(asked: Coroutine[object, None, T]) -> T:
    """What comes of asking a store without an event loop; `ConfigurationError` where it waits for something."""
    try:
        asked.send(None)
    except StopIteration as answered:
        value: T = answered.value
        return value
    asked.close()
    raise ConfigurationError(
        "replays waits for something, and there is no event loop in which it could; await the verifier here, or give a "
        "store that does not wait, such as MemoryReplayStore"
    )

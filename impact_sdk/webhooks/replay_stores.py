"""Stores that remember received webhooks, to refuse replays."""

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
    """Remembers received webhooks. All processes of a receiver share one; else a replay only has to reach another one.

    A store that survives a crash must not say "seen" of a webhook that the crash left unhandled. With a database, it is
    better to pass no store, and to store the ids of events in the transaction that handles them.

    For code that cannot await (`WebhookVerifier.verify_now()`), its methods are asynchronous too, but contain no
    `await`: they ask a cache or a database synchronously.
    """

    async def seen(self, webhook_id: str, until: datetime) -> bool:
        """Whether `webhook_id` was received before. In the same step, remember it, at least until `until`."""
        ...

    async def forget(self, webhook_id: str) -> None:
        """Forget it: it was not handled, and will be sent again."""
        ...


@attrs.define(eq=False)
class MemoryReplayStore:
    """For a receiver of one process, with any number of threads. It does not wait.

    A restart forgets everything: then a webhook could be replayed within the tolerance.

    Args:
        capacity: The number of webhooks to remember. A new one replaces the oldest.
        clock: Gives the time; the machine's clock if left out.
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
        """Whether `webhook_id` is remembered. From now on it is.

        Raises:
            ConfigurationError: `webhook_id` is not a text, or `until` is not a datetime with a time zone.
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
        """Forget it. If it was not remembered, nothing happens.

        Raises:
            ConfigurationError: `webhook_id` is not a text.
        """
        instance("webhook_id", webhook_id, str, WEBHOOK_ID)
        with self._lock:
            self._until.pop(webhook_id, None)


@attrs.frozen
class HostStore:
    """A store of the host. Its answers are checked."""

    _store: ReplayStore

    async def seen(self, webhook_id: str, until: datetime) -> bool:
        has_been_here = await awaited("replays.seen()", self._store.seen(webhook_id, until))
        if not isinstance(has_been_here, bool):  # another value might accept every replay, or refuse all
            raise wrong("replays.seen()", has_been_here, "True where the webhook has been here, and else False")
        return has_been_here

    async def forget(self, webhook_id: str) -> None:
        await awaited("replays.forget()", self._store.forget(webhook_id))


def of(store: ReplayStore | None) -> ReplayStore | None:
    """The store that a caller wants; `ConfigurationError` if it is not one."""
    store = able("replays", store, "seen", "forget")
    return None if store is None else HostStore(store)


def without_waiting(asked: Coroutine[object, None, T]) -> T:
    """The answer of a store, without an event loop; `ConfigurationError` if it waits for something."""
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

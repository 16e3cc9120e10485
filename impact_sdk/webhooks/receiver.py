"""Receives webhooks of DES: verifies them, and reads them into typed events.

    verifier = WebhookVerifier(secret, replays=MemoryReplayStore())

    async def receive(request):                        # POST, any framework
        try:
            async with verifier.receiving(await request.body(), request.headers) as batch:
                for event in batch.events:
                    ...                                # raise, and DES sends the batch again
        except ReplayedWebhook as replayed:
            return 503 if replayed.is_under_way else 200
        except WebhookError:
            return 400
        return 204

Without an event loop (Flask, Django under WSGI) use `with verifier.receiving(…)`, `verifier.verify_now(…)` and
`verifier.check_now(…)`: verification only computes. There the store must not wait for anything.

DES sends a batch again until it hears that the batch has arrived. So an event may come twice, and from `api.events`
too: recognise it by its `id`. Signatures are those of https://www.standardwebhooks.com. That DES signs so is ours
(docs/des.md 6); the batch is the vendor's (docs/des.md 3.1).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import TracebackType

import anyio

from .. import wire
from ..clock import Clock
from ..clock import of as clock_of
from ..errors import ConfigurationError, ReplayedWebhook, StaleWebhook, UnreadableWebhook
from ..mistakes.named import told_by_name
from ..mistakes.shown import shown
from ..mistakes.wrong import wrong
from ..models import EventBatch
from ..reports import told_without_frames
from ..secrets import Secret
from . import headers as webhook_headers
from . import replay_stores
from .headers import Headers
from .replay_stores import ReplayStore, without_waiting

# The value that the standard proposes.
TOLERANCE = timedelta(minutes=5)
LONGEST_TOLERANCE = timedelta(days=366)


class WebhookVerifier:
    """Accepts a webhook if DES signed it, recently, and only once.

    Args:
        secrets: DES signs with it: `whsec_` and base64, as it was given to DES. Several while you change the secret.
        replays: Remembers webhooks. None accepts replays within the tolerance: for a receiver that stores the ids of
            events in the transaction that handles them.
        clock: Gives the time; the machine's clock if left out.
        tolerance: How old a webhook may be, and how far ahead the clock of DES may be.

    Raises:
        ConfigurationError: There is no secret, or one is not valid.
    """

    @told_without_frames
    @told_by_name("WebhookVerifier()")
    def __init__(
        self,
        secrets: str | Secret | Sequence[str | Secret],
        *,
        replays: ReplayStore | None,
        clock: Clock | None = None,
        tolerance: timedelta = TOLERANCE,
    ) -> None:
        from .signatures import Signatures  # loads standardwebhooks, which a bank's app does not need

        given, kind = _held(secrets), type(secrets).__name__
        if given is None:
            raise ConfigurationError(f"secrets is {kind}; give a text, or a list of texts")
        if not given:
            raise ConfigurationError("secrets has no secret; give the one that DES signs with")
        if not isinstance(tolerance, timedelta) or not timedelta() <= tolerance <= LONGEST_TOLERANCE:
            raise wrong("tolerance", tolerance, f"a timedelta of 0 to {LONGEST_TOLERANCE}")
        self._signatures = Signatures(given)
        self._replays = replay_stores.of(replays)
        self._under_way: dict[str, Receiving] = {}
        self._clock = clock_of(clock)
        self._tolerance = tolerance

    def __repr__(self) -> str:
        return f"<WebhookVerifier with {self._signatures.secrets}>"

    def receiving(self, body: bytes, headers: Headers) -> "Receiving":
        """The batch, to handle in the block. If the block raises, the next attempt of DES is accepted.

        For `async with`, and for `with` in code that cannot await.

        Raises:
            WebhookError: As `verify()`.
            ConfigurationError: As `verify()`; or, in `with`, the store waits for something.
        """
        return Receiving(self, body, headers)

    async def verify(self, body: bytes, headers: Headers) -> EventBatch:
        """The batch that DES has sent. It counts as handled from now on: prefer `receiving()` if your code may fail.

        If this SDK does not know the type of an event, or cannot read it, its data stay JSON (see `Event`); the other
        events are not affected.

        Args:
            body: The bytes as they came. JSON that was parsed and written again has another signature.
            headers: All headers of the request, in any case, as text or as bytes: a mapping, pairs as in ASGI, or the
                environment of WSGI.

        Raises:
            InvalidSignature: DES did not sign it.
            StaleWebhook: It is too old, or its time is in the future.
            ReplayedWebhook: It has been received before.
            UnreadableWebhook: It is not a batch.
            ConfigurationError: `body` is not bytes, or `headers` are not headers.
        """
        webhook_id, until = self._checked(body, headers)
        batch = _read(webhook_id, body)
        await self._once(webhook_id, until)
        return batch

    def verify_now(self, body: bytes, headers: Headers) -> EventBatch:
        """As `verify()`, for code that cannot await.

        Raises:
            ConfigurationError: As `verify()`; or the store waits for something.
        """
        return without_waiting(self.verify(body, headers))

    async def check(self, body: bytes, headers: Headers) -> str:
        """The id of a webhook without a batch: the hint that there are new transactions.

        Raises:
            WebhookError: As `verify()`, except UnreadableWebhook.
        """
        # docs/des.md 3.2
        webhook_id, until = self._checked(body, headers)
        await self._once(webhook_id, until)
        return webhook_id

    def check_now(self, body: bytes, headers: Headers) -> str:
        """As `check()`, for code that cannot await.

        Raises:
            ConfigurationError: As `verify()`; or the store waits for something.
        """
        return without_waiting(self.check(body, headers))

    async def _once(self, webhook_id: str, until: datetime, by: "Receiving | None" = None) -> None:
        if self._replays is not None and await self._replays.seen(webhook_id, until):
            raise ReplayedWebhook(
                f"webhook {shown(webhook_id)} has been here; answer 200, so that DES does not send it again, or "
                "503 while the first one is being dealt with",
                webhook_id=webhook_id,
                is_under_way=self._under_way.get(webhook_id, by) is not by,
            )

    def _checked(self, body: bytes, headers: Headers) -> tuple[str, datetime]:
        """The webhook's id, and the moment until which these bytes would be accepted."""
        if not isinstance(body, bytes):
            raise ConfigurationError(
                f"the body is given as {type(body).__name__}; give the bytes as they came, such as "
                "`await request.body()`: JSON that was read and written again has another signature"
            )
        webhook_id, sent_at, signature = webhook_headers.signed(headers)
        moment = self._signatures.verified(webhook_id, sent_at, body, signature)
        age = self._clock.now() - moment
        if abs(age) > self._tolerance:
            when = f"{age} ago" if age > timedelta() else f"{-age} ahead of our clock"
            raise StaleWebhook(f"webhook {shown(webhook_id)} was sent {when}, and {self._tolerance} is tolerated")
        return webhook_id, moment + self._tolerance


class Receiving:
    """A batch that is being handled, for `async with` or `with`. See `WebhookVerifier.receiving()`."""

    def __init__(self, verifier: WebhookVerifier, body: bytes, headers: Headers) -> None:
        self._verifier = verifier
        self._body = body
        self._headers = headers
        self._webhook_id = ""

    async def __aenter__(self) -> EventBatch:
        return await self._begin()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with anyio.CancelScope(shield=True):  # else a cancelled receiver would lose the batch
            await self._end(is_dealt_with=kind is None)

    def __enter__(self) -> EventBatch:
        return without_waiting(self._begin())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        without_waiting(self._end(is_dealt_with=kind is None))

    async def _begin(self) -> EventBatch:
        self._webhook_id, until = self._verifier._checked(self._body, self._headers)
        batch = _read(self._webhook_id, self._body)
        # Before the store is asked: a replay that comes meanwhile is then told that the batch is under way.
        self._verifier._under_way.setdefault(self._webhook_id, self)
        try:
            await self._verifier._once(self._webhook_id, until, by=self)
        except BaseException:
            self._leave()
            raise
        return batch

    async def _end(self, *, is_dealt_with: bool) -> None:
        replays = self._verifier._replays
        try:
            if replays is not None and not is_dealt_with:
                await replays.forget(self._webhook_id)
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._verifier._under_way.get(self._webhook_id) is self:
            del self._verifier._under_way[self._webhook_id]


def _read(webhook_id: str, body: bytes) -> EventBatch:
    try:
        return wire.read(EventBatch, wire.loads(body))
    except wire.Unreadable as error:
        raise UnreadableWebhook(f"webhook {shown(webhook_id)} is signed, and no batch of events: {error}") from error


def _held(secrets: object) -> list[Secret] | None:
    """The secrets; None if they are not a list."""
    if isinstance(secrets, (str, Secret)):
        return [Secret(secrets)]
    if not isinstance(secrets, Sequence) or isinstance(secrets, (bytes, bytearray)):
        return None
    return [Secret(secret) for secret in secrets]

"""`/sandbox`: what a bank may do to its sandbox and never to the real thing. All of it is ours."""

from datetime import datetime
from typing import Unpack

import attrs

from .. import wire
from ..arguments import required
from ..http.options import CallOptions, PostOptions
from ..http.transport import Transport
from ..models import FeedEvent, FeedEventType, WebhookEndpoint
from ..secrets import Secret
from .naming import called_by_name
from .resources import Resource

FEED = Resource("/sandbox/feed", "feedEvent", FeedEvent)
ENDPOINT = Resource("/sandbox/webhook-endpoint", "webhookEndpoint", WebhookEndpoint)


@called_by_name
@attrs.frozen
class Sandbox:
    """The sandbox's own plane, for this bank alone."""

    _transport: Transport

    async def feed(
        self,
        *,
        type: FeedEventType | str,
        at: datetime | None = None,
        user_id: str | None = None,
        amount_cents: int | None = None,
        team: str | None = None,
        competition: str | None = None,
        goals: int | None = None,
        friend: str | None = None,
        **options: Unpack[PostOptions],
    ) -> FeedEvent:
        """Let something happen outside DES, for the savehacks that live on it; it comes back with what it caused.

        Args:
            type: A purchase feeds Roundup, a salary Percentage, a goal SaveLeague or Eurocup, a saving Copycat.
            at: When it happened; now, when it is left out.
            user_id: Whose purchase or salary.
            amount_cents: Of a purchase, a salary or a saving, in the smallest unit of the tenant's currency.
            team: Who scored.
            competition: `league` or `eurocup`.
            goals: How many goals; 1, when it is left out.
            friend: Who saved.

        Raises:
            BadRequest: A field is wanting or not acceptable; `errors` names it.
        """
        values = {
            **required({"type": type}),
            "at": at,
            "user_id": user_id,
            "amount_cents": amount_cents,
            "team": team,
            "competition": competition,
            "goals": goals,
            "friend": friend,
        }
        return await FEED.create(self._transport, values, **options)

    async def set_webhook_endpoint(
        self, *, url: str, secret: str | Secret, transactions_url: str | None = None, **options: Unpack[CallOptions]
    ) -> WebhookEndpoint:
        """Say where DES sends its events, from now on. A second time sends at once what waits for its next attempt.

        Args:
            url: The bank's receiver.
            secret: What DES signs with, `whsec_` and base64 of 24 to 64 bytes. With another one both sign for 24 hours,
                so that the receiver may change over; give `WebhookVerifier` both meanwhile. A third one within that
                time ends the first.
            transactions_url: Where DES says that there are new transactions.

        Raises:
            BadRequest: The address is none that DES sends to, or the secret is none.
        """
        required({"url": url, "secret": secret})
        hidden = Secret(secret)
        del secret  # what a frame holds, a report of an error shows
        values = {"url": url, "secret": hidden, "transactions_url": transactions_url}
        body = wire.body(ENDPOINT.root, wire.given(values))
        return await ENDPOINT.ask(self._transport, "PUT", ENDPOINT.path, body=body, conceal=[hidden], **options)

    async def webhook_endpoint(self, **options: Unpack[CallOptions]) -> WebhookEndpoint:
        """Where DES sends its events, and how that goes; `NotFound` where nothing was set."""
        return await ENDPOINT.ask(self._transport, "GET", ENDPOINT.path, **options)

    async def remove_webhook_endpoint(self, **options: Unpack[CallOptions]) -> None:
        """Let DES send nothing more; what it has not sent is in `api.events.list()`."""
        await self._transport.request("DELETE", ENDPOINT.path, **options)

"""`/sandbox`: what a bank may do with its sandbox, never with the real DES. All of it is ours."""

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
    """The functions that only the sandbox has, for this bank."""

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
        """Report an event outside DES that triggers savehacks; returns it with the deposits that it caused.

        Args:
            type: A purchase triggers Roundup, a salary Percentage, a goal SaveLeague or Eurocup, a saving Copycat.
            at: When it happened; now if left out.
            user_id: The user of a purchase or salary.
            amount_cents: Of a purchase, a salary or a saving, in the smallest unit of the tenant's currency.
            team: The team that scored.
            competition: `league` or `eurocup`.
            goals: The number of goals; 1 if left out.
            friend: The friend who saved.

        Raises:
            BadRequest: A field is missing or not acceptable; `errors` names it.
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
        """Set the address to which DES sends its events. A second time sends all waiting events at once.

        Args:
            url: The bank's receiver.
            secret: DES signs with it: `whsec_` and base64 of 24 to 64 bytes. After a change, DES signs with both
                secrets for 24 hours; give `WebhookVerifier` both meanwhile. A third one within that time ends the
                first.
            transactions_url: DES tells this address that there are new transactions.

        Raises:
            BadRequest: DES does not send to such an address, or the secret is not valid.
        """
        required({"url": url, "secret": secret})
        hidden = Secret(secret)
        del secret  # a report of an error shows what a frame holds
        values = {"url": url, "secret": hidden, "transactions_url": transactions_url}
        body = wire.body(ENDPOINT.root, wire.given(values))
        return await ENDPOINT.ask(self._transport, "PUT", ENDPOINT.path, body=body, conceal=[hidden], **options)

    async def webhook_endpoint(self, **options: Unpack[CallOptions]) -> WebhookEndpoint:
        """The address for events, and the state of delivery; `NotFound` if none is set."""
        return await ENDPOINT.ask(self._transport, "GET", ENDPOINT.path, **options)

    async def remove_webhook_endpoint(self, **options: Unpack[CallOptions]) -> None:
        """Stop DES from sending events. Events that were not sent are in `api.events.list()`."""
        await self._transport.request("DELETE", ENDPOINT.path, **options)

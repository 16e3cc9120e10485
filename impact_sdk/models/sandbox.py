"""What only a sandbox has: a feed of outside events, and the place where its webhooks go. All of it is ours."""

from datetime import datetime

import attrs

from .enumerations import FeedEventType, WebhookEndpointState


@attrs.frozen(kw_only=True)
class FeedEvent:
    """Something outside DES that savehacks live on, and what it caused.

    Attributes:
        at: When it happened (UTC).
        amount_cents: Of a purchase, a salary or a friend's saving, in the smallest unit of the tenant's currency.
        transaction_ids: The deposits that it caused.
    """

    id: str
    type: FeedEventType
    at: datetime
    user_id: str | None = None
    amount_cents: int | None = None
    team: str | None = None
    competition: str | None = None
    goals: int | None = None
    friend: str | None = None
    transaction_ids: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class WebhookEndpoint:
    """Where DES sends its events, and how that goes. Its secret never comes back.

    Attributes:
        transactions_url: Where it says that there are new transactions; None where nobody wants to know.
        pending_count: Events that have not been delivered yet.
        attempts: How often the oldest of them has been tried.
        last_error: Why the latest attempt failed.
        unsubscribed_at: When it answered 410 (UTC); subscribe again with `set_webhook_endpoint()`.
    """

    url: str
    state: WebhookEndpointState
    transactions_url: str | None = None
    pending_count: int = 0
    attempts: int = 0
    last_error: str | None = None
    unsubscribed_at: datetime | None = None

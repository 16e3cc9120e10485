"""Objects that only a sandbox has: outside events, and the address for webhooks. All of this is ours."""

from datetime import datetime

import attrs

from .enumerations import FeedEventType, WebhookEndpointState


@attrs.frozen(kw_only=True)
class FeedEvent:
    """An event outside DES that triggers savehacks, and its deposits.

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
    """The address to which DES sends events, and the state of delivery. The secret is never returned.

    Attributes:
        transactions_url: DES tells this address that there are new transactions; None if it need not.
        pending_count: The number of events that are not delivered yet.
        attempts: The number of attempts to deliver the oldest of them.
        last_error: Why the latest attempt failed.
        unsubscribed_at: When the receiver answered 410 (UTC). Subscribe again with `set_webhook_endpoint()`.
    """

    url: str
    state: WebhookEndpointState
    transactions_url: str | None = None
    pending_count: int = 0
    attempts: int = 0
    last_error: str | None = None
    unsubscribed_at: datetime | None = None

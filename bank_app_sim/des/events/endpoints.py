"""`EndpointRow`: where a tenant's events go, and how far their delivery is."""

import attrs


@attrs.frozen
class EndpointRow:
    """Where a tenant's events go.

    Attributes:
        delivered_us: Every event up to this moment was delivered, or given up.
        hinted_us: Every transaction up to this moment was hinted at.
        batch_id: Of the batch that is being delivered; None if there is none.
        attempts: Failed ones, of this batch.
        due_at: When to send the batch next.
        claims: How often batches were claimed.
    """

    tenant_id: str
    url: str
    transactions_url: str | None
    secret: str = attrs.field(repr=False)
    old_secret: str | None = attrs.field(default=None, repr=False)
    old_secret_until: str | None = None
    delivered_us: int = 0
    hinted_us: int = 0
    batch_id: str | None = None
    batch_at: str | None = None
    batch_until_us: int | None = None
    attempts: int = 0
    due_at: str | None = None
    claimed_until: str | None = None
    claims: int = 0
    last_error: str | None = None
    unsubscribed_at: str | None = None

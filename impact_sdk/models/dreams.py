"""Dreams: the savings goals."""

from datetime import date, datetime

import attrs

from .users import Reference


@attrs.frozen(kw_only=True)
class DreamReference:
    """How a transaction names a Dream; older answers carry these three, newer ones the whole Dream."""

    id: str
    type: str
    name: str | None = None


@attrs.frozen(kw_only=True)
class Dream:
    """A savings goal of one user.

    Attributes:
        target_cents: The amount wanted, in the smallest unit of the tenant's currency.
        expires_at: The day by which it is wanted; a moment (UTC) where DES sends one.
        balance_cents: What has been settled for it.
        account: Where its money is; None while no account exists.
        image_url: Only in listings that asked for it.
        active_savehacks_count: Only in listings that asked for it.
    """

    # reference: impact-finance-api 2.4
    id: str
    type: str
    name: str
    target_cents: int
    user: Reference
    expires_at: date | None = None
    achieved_at: datetime | None = None
    deleted_at: datetime | None = None
    balance_cents: int = 0
    account: Reference | None = None
    image_url: str | None = None
    active_savehacks_count: int | None = None

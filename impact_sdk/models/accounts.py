"""Accounts: what DES knows of an account that the bank holds."""

from datetime import datetime

import attrs

from .enumerations import AccountType
from .users import Reference


@attrs.frozen(kw_only=True)
class Account:
    """A representation of an account that exists at the bank.

    All amounts are in the smallest unit of the tenant's currency. What follows `balance_cents` belongs to Performance
    accounts; it is None on others.

    Attributes:
        external_id: The bank's own id of it; unique for one user, not among users.
        balance_cents: Its worth. Pending deposits do not count.
        liquid_balance_cents: What can be withdrawn or moved.
        performance_cents: The gain since `valuation_from`; negative for a loss.
        performance_percent: The same, relative: 23 is 23 %.
        total_acquisition_cost_cents: What has been paid for what is held.
        valuation_from: Since when the gain is counted (UTC).
        valuation_at: When the market valued it (UTC).
    """

    # docs/des.md 1.2, 2.3
    id: str
    type: AccountType
    user: Reference
    external_id: str | None = None
    balance_cents: int = 0
    liquid_balance_cents: int | None = None
    performance_cents: int | None = None
    performance_percent: float | None = None
    total_acquisition_cost_cents: int | None = None
    valuation_from: datetime | None = None
    valuation_at: datetime | None = None

"""Accounts: what DES knows about an account at the bank."""

from datetime import datetime

import attrs

from .enumerations import AccountType
from .users import Reference


@attrs.frozen(kw_only=True)
class Account:
    """An account that exists at the bank.

    All amounts are in the smallest unit of the tenant's currency. The fields after `balance_cents` belong to
    Performance accounts; on others they are None.

    Attributes:
        external_id: The bank's own id; unique for one user, not among users.
        balance_cents: Its value. Pending deposits do not count.
        liquid_balance_cents: The part that can be withdrawn or moved.
        performance_cents: The gain since `valuation_from`; negative for a loss.
        performance_percent: The same in percent: 23 is 23 %.
        total_acquisition_cost_cents: The price that was paid for the holdings.
        valuation_from: The start of the period of the gain (UTC).
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

"""Accounts: what DES knows of an account that the bank holds."""

import attrs

from .enumerations import AccountType
from .users import Reference


@attrs.frozen(kw_only=True)
class Account:
    """A representation of an account that exists at the bank.

    Attributes:
        external_id: The bank's own id of it; unique for one user, not among users.
        balance_cents: In the smallest unit of the tenant's currency. Pending deposits do not count.
    """

    # reference: impact-finance-api 2.3
    id: str
    type: AccountType
    user: Reference
    external_id: str | None = None
    balance_cents: int = 0

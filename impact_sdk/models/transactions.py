"""Transactions: transfers that are requested, settled or failed."""

from datetime import datetime

import attrs

from .dreams import DreamReference
from .enumerations import TransactionState, TransactionType
from .users import Reference


@attrs.frozen(kw_only=True)
class Transaction:
    """A deposit, a withdrawal or a move between Dreams.

    Attributes:
        amount_cents: In the smallest unit of the tenant's currency; positive.
        state: Requested until the bank settles or fails it; then settled or failed, finally.
        to_account: The account that receives the money (deposits, internal); None while it does not exist.
        from_account: The account that the money leaves (withdrawals, internal).
        transfer_consent_id: The consent that allows it, at banks that ask for consents.
        errors: Why the bank failed it.
    """

    # docs/des.md 2.5
    id: str
    type: TransactionType
    state: TransactionState
    user: Reference
    amount_cents: int
    requested_at: datetime
    settled_at: datetime | None = None
    failed_at: datetime | None = None
    external_id: str | None = None
    transfer_consent_id: str | None = None
    to_account: Reference | None = None
    to_dream: DreamReference | None = None
    from_account: Reference | None = None
    from_dream: DreamReference | None = None
    errors: tuple[str, ...] = ()

    @property
    def waits_for_account(self) -> bool:
        """Whether an account that it needs does not exist yet. Until then, DES refuses `transactions.settle()`.

        A deposit begins so while the bank is still opening its account. List it again later.
        """
        # docs/des.md 2.5
        is_from = self.type in (TransactionType.WITHDRAWAL, TransactionType.INTERNAL)
        is_to = self.type in (TransactionType.DEPOSIT, TransactionType.INTERNAL)
        return (is_from and self.from_account is None) or (is_to and self.to_account is None)

"""`/v1/accounts`."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Unpack

import attrs

from ..arguments import required
from ..errors import Conflict, StillRunning
from ..http.options import CallOptions, PostOptions
from ..http.transport import Transport
from ..models import UNSET, Account, AccountType, Unset
from .listing import Listing
from .naming import called_by_name
from .resources import Resource

ACCOUNT = Resource("/v1/accounts", "account", Account)
LISTING = Listing("/v1/accounts", "accounts", Account)


@called_by_name
@attrs.frozen
class Accounts:
    """What DES knows about the accounts at the bank."""

    _transport: Transport

    async def create(
        self,
        *,
        user_id: str,
        type: AccountType | str,
        external_id: str | None = None,
        balance_cents: int = 0,
        liquid_balance_cents: int | None = None,
        performance_cents: int | None = None,
        performance_percent: float | None = None,
        total_acquisition_cost_cents: int | None = None,
        valuation_from: datetime | None = None,
        valuation_at: datetime | None = None,
        **options: Unpack[PostOptions],
    ) -> Account:
        """Tell DES about an account that exists at the bank.

        If users have one account for all Dreams, DES links their Dreams to it; otherwise
        `api.dreams.update(dream_id, account_id=…)` does. Without an `external_id`, every call makes another account,
        even if users have one account only. Give one, and prefer `ensure()`.

        Args:
            type: SharedSavings or Performance. The arguments from `liquid_balance_cents` on belong to Performance.

        Raises:
            BadRequest: A field is not acceptable; `errors` names it.
            Conflict: The user has an account with this `external_id`. Nothing was changed.
        """
        # docs/des.md 1.2
        values = {
            **required({"user_id": user_id, "type": type, "balance_cents": balance_cents}),
            "external_id": external_id,
            "liquid_balance_cents": liquid_balance_cents,
            "performance_cents": performance_cents,
            "performance_percent": performance_percent,
            "total_acquisition_cost_cents": total_acquisition_cost_cents,
            "valuation_from": valuation_from,
            "valuation_at": valuation_at,
        }
        return await ACCOUNT.create(self._transport, values, **options)

    async def ensure(
        self,
        *,
        user_id: str,
        type: AccountType | str,
        external_id: str,
        balance_cents: int = 0,
        **options: Unpack[PostOptions],
    ) -> Account:
        """The user's account with this `external_id`: a new one, or the existing one.

        Call it as often as you like, even from a job that was killed half way: in the end there is one account. Set the
        figures of a Performance account with `update()`.
        """
        required({"external_id": external_id})
        try:
            return await self.create(
                user_id=user_id, type=type, external_id=external_id, balance_cents=balance_cents, **options
            )
        except StillRunning:  # it may be there in a moment
            raise
        except Conflict:
            async for account in self.list(user_id=user_id, external_id=external_id):
                return account
            raise

    async def get(self, account_id: str, **options: Unpack[CallOptions]) -> Account:
        """One account; `NotFound` if there is none."""
        return await ACCOUNT.get(self._transport, account_id, **options)

    def list(
        self, *, user_id: str | None = None, external_id: str | None = None, **options: Unpack[CallOptions]
    ) -> AsyncIterator[Account]:
        """All accounts, those of a user, or those with an `external_id` (of any user)."""
        # docs/des.md 1.1
        query = {"user_id": user_id, "external_id": external_id}
        return LISTING.pages(self._transport, query, **options)

    async def update(
        self,
        account_id: str,
        *,
        external_id: str | Unset | None = UNSET,
        balance_cents: int | Unset = UNSET,
        liquid_balance_cents: int | Unset = UNSET,
        performance_cents: int | Unset = UNSET,
        performance_percent: float | Unset = UNSET,
        total_acquisition_cost_cents: int | Unset = UNSET,
        valuation_from: datetime | Unset | None = UNSET,
        valuation_at: datetime | Unset = UNSET,
        **options: Unpack[CallOptions],
    ) -> Account:
        """Change the given fields. A second time changes nothing.

        Args:
            external_id: SharedSavings only. All other fields: Performance only.

        Raises:
            BadRequest: The field cannot be changed on such an account. The balance of SharedSavings cannot: report the
                transfer with `api.transactions.create_deposit()` or `create_withdrawal()`.
            Conflict: Another account of the user has this `external_id`.
        """
        # docs/des.md 1.3
        values = {
            "external_id": external_id,
            "balance_cents": balance_cents,
            "liquid_balance_cents": liquid_balance_cents,
            "performance_cents": performance_cents,
            "performance_percent": performance_percent,
            "total_acquisition_cost_cents": total_acquisition_cost_cents,
            "valuation_from": valuation_from,
            "valuation_at": valuation_at,
        }
        return await ACCOUNT.change(self._transport, account_id, values, **options)

"""`/v1/transactions`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Unpack

import attrs

from ..arguments import required
from ..http.options import CallOptions, PostOptions
from ..http.transport import Transport
from ..models import Transaction, TransactionState, TransactionType
from .listing import Listing
from .naming import called_by_name
from .resources import Resource

TRANSACTION = Resource("/v1/transactions", "transaction", Transaction)
LISTING = Listing("/v1/transactions", "transactions", Transaction, page_size=100)


@called_by_name
@attrs.frozen
class Transactions:
    """Requested, settled and failed transfers. Amounts are in the smallest unit of the tenant's currency."""

    _transport: Transport

    def list(
        self,
        *,
        state: TransactionState | str | None = None,
        external_id: str | None = None,
        external_user_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[Transaction]:
        """By ascending `requested_at`. To settle what is listed use `drain()`: pages shift when items leave them."""
        # docs/des.md 1.7
        query = {"state": state, "external_id": external_id, "external_user_id": external_user_id}
        return LISTING.pages(self._transport, query, **options)

    def drain(
        self,
        *,
        state: TransactionState | str = TransactionState.REQUESTED,
        external_user_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[Transaction]:
        """All transactions in a state, each once, even while you settle and fail them and new ones arrive.

        Some may wait for their accounts (`transaction.waits_for_account`): skip them, and drain again later.
        """
        # docs/des.md 1.7, after_id
        query = {"state": state, "external_user_id": external_user_id}
        return LISTING.cursor(self._transport, query, **options)

    async def get(self, transaction_id: str, **options: Unpack[CallOptions]) -> Transaction:
        """One transaction; `NotFound` if there is none."""
        # docs/des.md 1.9
        return await TRANSACTION.get(self._transport, transaction_id, **options)

    async def create_deposit(
        self,
        *,
        user_id: str,
        external_id: str,
        amount_cents: int,
        to_account_id: str,
        to_dream_id: str | None = None,
        requested_at: datetime | None = None,
        settled_at: datetime | None = None,
        **options: Unpack[PostOptions],
    ) -> Transaction:
        """Report money that came to an account without DES: in a branch, as interest, from another bank.

        It is settled at once. On a SharedSavings account the balance changes; without a Dream, the money is on the
        account but in no Dream. On a Performance account the balance does not change: call `api.accounts.update()` too.

        Args:
            external_id: The bank's own id; a second report with the same id is a `Conflict`.
            to_account_id: An account of this user.
            to_dream_id: The Dream that gets it, on that account.
            requested_at: When it was requested; now if left out.
            settled_at: When the money moved; now if left out.

        Raises:
            BadRequest: A field is not acceptable; `errors` names it.
            Conflict: The user has a transaction with this `external_id`; nothing was changed.
        """
        # docs/des.md 1.8, 5.7
        values = {
            **_report_of(user_id, external_id, amount_cents),
            **required({"to_account_id": to_account_id}),
            "to_dream_id": to_dream_id,
            "requested_at": requested_at,
            "settled_at": settled_at,
        }
        return await self._create(TransactionType.DEPOSIT, values, **options)

    async def create_withdrawal(
        self,
        *,
        user_id: str,
        external_id: str,
        amount_cents: int,
        from_account_id: str,
        from_dream_id: str | None = None,
        requested_at: datetime | None = None,
        settled_at: datetime | None = None,
        **options: Unpack[PostOptions],
    ) -> Transaction:
        """Report money that left an account without DES; otherwise as `create_deposit()`.

        Raises:
            BadRequest: A field is not acceptable, or the account or Dream has less; `errors` names it.
            Conflict: The user has a transaction with this `external_id`; nothing was changed.
        """
        # docs/des.md 1.8, 5.7
        values = {
            **_report_of(user_id, external_id, amount_cents),
            **required({"from_account_id": from_account_id}),
            "from_dream_id": from_dream_id,
            "requested_at": requested_at,
            "settled_at": settled_at,
        }
        return await self._create(TransactionType.WITHDRAWAL, values, **options)

    async def create_internal(
        self,
        *,
        user_id: str,
        external_id: str,
        amount_cents: int,
        from_account_id: str,
        to_account_id: str,
        from_dream_id: str | None = None,
        to_dream_id: str | None = None,
        requested_at: datetime | None = None,
        settled_at: datetime | None = None,
        **options: Unpack[PostOptions],
    ) -> Transaction:
        """Report money that moved between accounts, or Dreams, of one user; otherwise as `create_deposit()`.

        Within one account, it also moves money that is in no Dream: leave out the Dream on that side.

        Raises:
            BadRequest: A field is not acceptable, or the account or Dream has less; `errors` names it.
            Conflict: The user has a transaction with this `external_id`; nothing was changed.
        """
        # docs/des.md 1.8
        values = {
            **_report_of(user_id, external_id, amount_cents),
            **required({"from_account_id": from_account_id, "to_account_id": to_account_id}),
            "from_dream_id": from_dream_id,
            "to_dream_id": to_dream_id,
            "requested_at": requested_at,
            "settled_at": settled_at,
        }
        return await self._create(TransactionType.INTERNAL, values, **options)

    async def request_withdrawal(
        self, *, from_dream_id: str, amount_cents: int, **options: Unpack[PostOptions]
    ) -> Transaction:
        """In a user's session: ask for money back from a Dream. The bank settles it (ours).

        Raises:
            BadRequest: The Dream has less, after the withdrawals that are already requested.
        """
        values = required({"from_dream_id": from_dream_id, "amount_cents": amount_cents})
        return await self._create(TransactionType.WITHDRAWAL, values, **options)

    async def request_internal(
        self,
        *,
        amount_cents: int,
        from_dream_id: str | None = None,
        to_dream_id: str | None = None,
        **options: Unpack[PostOptions],
    ) -> Transaction:
        """In a user's session: move money from one Dream to another (ours).

        Within one account it is settled at once, and either Dream may be left out: that means the money in no Dream.
        Between two accounts the bank settles it.

        Raises:
            BadRequest: There is less, after the transfers that are already requested.
        """
        values = {
            "from_dream_id": from_dream_id,
            "to_dream_id": to_dream_id,
            **required({"amount_cents": amount_cents}),
        }
        return await self._create(TransactionType.INTERNAL, values, **options)

    async def settle(
        self, transaction_id: str, *, at: datetime | None = None, **options: Unpack[CallOptions]
    ) -> Transaction:
        """Report that the money has moved. DES changes its balances. A second time changes nothing.

        For a Performance account use `api.users.update()`, together with the new balances.

        Args:
            at: When it moved; now if left out.

        Raises:
            BadRequest: It has already failed, or its account does not exist yet (`transaction.waits_for_account`).
        """
        # docs/des.md 1.10
        ended = {"settled_at": self._transport.moment(at)}
        return await TRANSACTION.change(self._transport, transaction_id, ended, **options)

    async def fail(
        self,
        transaction_id: str,
        *,
        errors: Sequence[str] = (),
        at: datetime | None = None,
        **options: Unpack[CallOptions],
    ) -> Transaction:
        """Report that the money will not move, and why. A second time changes nothing.

        Args:
            errors: Reasons, as sentences for people.
            at: When that became clear; now if left out.

        Raises:
            BadRequest: It is already settled.
        """
        # docs/des.md 1.10
        ended = {"failed_at": self._transport.moment(at), "errors": required({"errors": errors})["errors"]}
        return await TRANSACTION.change(self._transport, transaction_id, ended, **options)

    async def _create(
        self, type: TransactionType, values: Mapping[str, object], **options: Unpack[PostOptions]
    ) -> Transaction:
        return await TRANSACTION.create(self._transport, {"type": type, **values}, **options)


def _report_of(user_id: str, external_id: str, amount_cents: int) -> Mapping[str, object]:
    """The required fields of every report."""
    return required({"user_id": user_id, "external_id": external_id, "amount_cents": amount_cents})

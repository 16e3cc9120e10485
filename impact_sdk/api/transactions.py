"""`/v1/transactions`."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import attrs

from .. import wire
from ..addresses import segment
from ..models import Transaction, TransactionState
from ..transport import Transport, read
from .listing import Listing

LISTING = Listing("/v1/transactions", "transactions", page_size=100)


@attrs.frozen
class Transactions:
    """Money that is to move, has moved, or could not."""

    _transport: Transport

    def list(
        self,
        *,
        state: TransactionState | str | None = None,
        external_id: str | None = None,
        external_user_id: str | None = None,
    ) -> AsyncIterator[Transaction]:
        """By ascending `requested_at`. To act on what is listed use `drain()`: pages shift as items leave them."""
        query = {"state": state, "external_id": external_id, "external_user_id": external_user_id}
        return LISTING.pages(self._transport, Transaction, query)

    def drain(self, *, state: TransactionState | str = TransactionState.REQUESTED) -> AsyncIterator[Transaction]:
        """All transactions in a state, each once, while you settle and fail them and new ones arrive."""
        # reference: impact-finance-api 1.7, after_id
        return LISTING.cursor(self._transport, Transaction, {"state": state})

    async def get(self, transaction_id: str) -> Transaction:
        """One transaction; `NotFound` where there is none."""
        return read(
            await self._transport.request("GET", f"/v1/transactions/{segment(transaction_id)}"),
            "transaction",
            Transaction,
        )

    async def settle(self, transaction_id: str, *, at: datetime | None = None) -> Transaction:
        """Say that the money has moved. DES moves its balances with it; a second time changes nothing.

        Args:
            at: When it moved; now, when it is left out.

        Raises:
            BadRequest: It has failed already, or its account does not exist yet.
        """
        return await self._end(transaction_id, {"settled_at": at or self._transport.http.clock.now()})

    async def fail(self, transaction_id: str, *, errors: Sequence[str] = (), at: datetime | None = None) -> Transaction:
        """Say that the money will not move, and why. A second time changes nothing.

        Raises:
            BadRequest: It has been settled already.
        """
        failed_at = at or self._transport.http.clock.now()
        return await self._end(transaction_id, {"failed_at": failed_at, "errors": list(errors)})

    async def _end(self, transaction_id: str, values: dict[str, object]) -> Transaction:
        path = f"/v1/transactions/{segment(transaction_id)}"
        reply = await self._transport.request("PATCH", path, body=wire.body("transaction", values))
        return read(reply, "transaction", Transaction)

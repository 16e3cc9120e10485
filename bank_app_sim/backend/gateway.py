"""What the bank tells DES and asks of it, in the bank's words.

Everything here may be said twice, because a worker that died cannot know whether it was heard: nothing happens twice.
"""

from datetime import datetime

from impact_sdk import APIError, BadRequest, Conflict, Event, ImpactAPI, Transaction, TransactionState, User

EVENTS_AT_ONCE = 20  # one page

CUSTOMER_REFUSED = "the bank does not open an account for this customer"


class Gateway:
    """DES, as this bank's backend uses it. Every method raises ImpactError when DES cannot be asked."""

    def __init__(self, impact: ImpactAPI) -> None:
        self._impact = impact

    async def introduce(self, customer: str, *, has_launched: bool) -> str:
        """Make DES know the customer, and return the user's id there.

        The id comes from DES, by the customer who signed in at the bank, and never from the app: else an app that was
        tampered with could have an account opened on somebody else.
        """
        if has_launched and (user := await self._find(customer)) is not None:
            return user.id
        try:
            return (await self._impact.users.create(external_id=customer)).id
        except Conflict:  # introduced before, or launched meanwhile
            user = await self._find(customer)
            if user is None:  # removed again between the two questions: the next attempt creates them
                raise
            return user.id

    async def post_account(self, user_id: str, external_id: str) -> str:
        """Tell DES that the user's account is open, and return its id there."""
        # The external id is what makes this safe to repeat: without one, every POST /accounts makes another account.
        # reference: account-provisioning-single-account, on externalId
        account = await self._impact.accounts.ensure(user_id=user_id, type="SharedSavings", external_id=external_id)
        return account.id

    async def report_refusal(self, customer: str) -> None:
        """Tell DES that there will be no account: the deposits fail, and the launches wait for another request."""
        user = await self._find(customer)
        if user is None:  # ordered in advance, and never launched: DES has not heard of them
            return
        # Listed to the end before the first one is failed: page numbers shift while the list gets shorter.
        pending = [
            transaction
            async for transaction in self._impact.transactions.list(state="requested", external_user_id=customer)
        ]
        for transaction in pending:
            await self.fail(transaction.id, CUSTOMER_REFUSED)
        await self._impact.users.update(user.id, provisioning_initiated_at=None)

    async def requested(self) -> list[Transaction]:
        """Every transaction that waits for the bank, oldest first."""
        return [transaction async for transaction in self._impact.transactions.drain()]

    async def events(self, *, after: datetime | None) -> list[Event]:
        """The next events after a moment, or the oldest that DES still has; the last ones, if they are fewer."""
        # No second page: page numbers shift when the oldest events are thrown away.
        events: list[Event] = []
        async for event in self._impact.events.list(created_after=after):
            events.append(event)
            if len(events) == EVENTS_AT_ONCE:
                break
        return events

    async def settle(self, transaction_id: str) -> TransactionState:
        """Say that the money has moved; return what DES made of it, which may have been decided before."""
        try:
            return (await self._impact.transactions.settle(transaction_id)).state
        except (BadRequest, Conflict) as not_taken:
            return await self._decided(transaction_id, not_taken)

    async def fail(self, transaction_id: str, reason: str) -> TransactionState:
        """Say that the money will not move; return what DES made of it, which may have been decided before."""
        try:
            return (await self._impact.transactions.fail(transaction_id, errors=[reason])).state
        except (BadRequest, Conflict) as not_taken:
            return await self._decided(transaction_id, not_taken)

    async def _decided(self, transaction_id: str, not_taken: APIError) -> TransactionState:
        state = (await self._impact.transactions.get(transaction_id)).state
        if state not in (TransactionState.SETTLED, TransactionState.FAILED):  # then there was another reason
            raise not_taken
        return state

    async def _find(self, customer: str) -> User | None:
        users = [user async for user in self._impact.users.list(external_id=customer)]
        return users[0] if users else None

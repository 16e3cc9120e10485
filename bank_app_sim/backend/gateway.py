"""What the bank tells and asks DES, in the bank's words.

Everything here may be told twice, because a worker that died cannot know whether DES received it. Its effect happens
once.
"""

from collections.abc import Sequence
from datetime import datetime

import attrs

from impact_sdk import (
    AccountType,
    AccountUpdate,
    APIError,
    BadRequest,
    Conflict,
    Event,
    ImpactAPI,
    NotFound,
    StillRunning,
    Transaction,
    TransactionState,
    TransactionUpdate,
    User,
)

from ..timeline.clock import moment
from .store.consents import Consent, ConsentState

SHARED_SAVINGS, PERFORMANCE = AccountType.SHARED_SAVINGS.value, AccountType.PERFORMANCE.value

EVENTS_AT_ONCE = 20  # one page

CUSTOMER_REFUSED = "the bank does not open an account for this customer"


class Gateway:
    """DES, as the bank's backend uses it. Every method raises ImpactError if DES cannot be asked."""

    def __init__(self, impact: ImpactAPI) -> None:
        self._impact = impact

    async def introduce(self, customer: str, *, has_launched: bool) -> str:
        """Create the customer's user at DES, unless there is one; returns its id.

        The id comes from DES, for the customer who signed in at the bank, and never from the app: a manipulated app
        could otherwise have an account opened for somebody else.
        """
        if has_launched and (user := await self._find(customer)) is not None:
            return user.id
        try:
            return (await self._impact.users.create(external_id=customer)).id
        except Conflict:  # introduced before, or the customer has launched meanwhile
            user = await self._find(customer)
            if user is None:  # the user was deleted between the two questions: the next attempt creates one
                raise
            return user.id

    async def post_account(self, user_id: str, external_id: str, *, product: str) -> str:
        """Tell DES that the user's account is open; returns its id at DES."""
        # The external id makes this safe to repeat: without one, every POST /accounts makes another account.
        # docs/des.md 1.2
        account = await self._impact.accounts.ensure(user_id=user_id, type=product, external_id=external_id)
        return account.id

    async def link_dream(self, dream_id: str, account_id: str, *, user_id: str) -> bool:
        """Tell DES which account a Dream has; False if the Dream is deleted, gone, or another user's.

        The app has named the Dream, and a manipulated app may name any Dream: DES links a Dream only to an account of
        the same user.
        """
        try:
            await self._impact.dreams.update(dream_id, account_id=account_id)
        except NotFound:
            return False
        except BadRequest:
            dream = await self._impact.dreams.get(dream_id)
            if dream.deleted_at is None and dream.user.id == user_id:  # it was refused for another reason
                raise
            return False
        return True

    async def fetch_consent(self, temporary_id: str) -> Consent | None:
        """The consent with a temporary id, which is then used up; None if there is none, or it was used."""
        try:
            consent = await self._impact.transfer_consents.get(temporary_id)
            launch = await self._impact.savehack_launches.get(consent.savehack_launch_id)
        except (NotFound, BadRequest):  # an id that cannot exist counts as unknown
            return None
        return Consent(
            id=consent.id,
            customer=consent.user.external_id or "",
            user_id=consent.user.id,
            dream_id=launch.dream.id,
            max_frequency=consent.max_frequency.value,
            max_amount_cents=consent.max_amount_cents,
            state=ConsentState.SHOWN,
            answered_at=None,
            attempts=0,
            last_error=None,
        )

    async def answer_consent(self, consent: Consent) -> None:
        """Tell DES what the customer said."""
        at = moment(consent.answered_at or "")
        if consent.state is ConsentState.SIGNED:
            await self._impact.transfer_consents.consent(consent.id, at=at)
        else:
            await self._impact.transfer_consents.reject(consent.id, at=at)

    async def report_refusal(self, customer: str, *, dream_id: str | None = None) -> None:
        """Tell DES that there will be no account. The deposits fail, and the launches wait for another request.

        Args:
            dream_id: The one Dream that the account was for.
        """
        user = await self._find(customer)
        if user is None:  # ordered in advance and never launched: DES does not know the customer
            return
        # List all of them before failing the first: failing shortens the list, and its pages shift.
        pending = [
            transaction
            async for transaction in self._impact.transactions.list(state="requested", external_user_id=customer)
        ]
        for transaction in pending:
            if dream_id is None or (transaction.to_dream is not None and transaction.to_dream.id == dream_id):
                await self.fail(transaction.id, CUSTOMER_REFUSED)
        if dream_id is None:
            await self._impact.users.update(user.id, provisioning_initiated_at=None)
        else:
            await self._refuse_dream(dream_id, user.id)

    async def _refuse_dream(self, dream_id: str, user_id: str) -> None:
        try:
            dream = await self._impact.dreams.get(dream_id)
            if dream.user.id == user_id and dream.deleted_at is None:
                await self._impact.dreams.update(dream_id, provisioning_initiated_at=None)
        except NotFound:  # the Dream is gone, so nothing waits
            return

    async def requested(self) -> list[Transaction]:
        """Every transaction that waits for the bank, oldest first."""
        return [transaction async for transaction in self._impact.transactions.drain()]

    async def all_transactions(self) -> list[Transaction]:
        """Every transaction that DES has of this bank, in any state."""
        states = (TransactionState.REQUESTED, TransactionState.SETTLED, TransactionState.FAILED)
        return [transaction for state in states async for transaction in self._impact.transactions.drain(state=state)]

    async def all_accounts(self) -> set[str]:
        """The ids of all accounts that DES has of this bank."""
        return {account.id async for account in self._impact.accounts.list()}

    async def events(self, *, after: datetime | None) -> list[Event]:
        """The next `EVENTS_AT_ONCE` events after a moment, or from the oldest that DES has; fewer at the end."""
        # No second page: the pages shift when DES deletes old events.
        events: list[Event] = []
        async for event in self._impact.events.list(created_after=after):
            events.append(event)
            if len(events) == EVENTS_AT_ONCE:
                break
        return events

    async def settle(
        self, transaction_id: str, *, user_id: str, worths: Sequence[AccountUpdate], at: datetime
    ) -> TransactionState:
        """Tell DES that the money has moved; returns the state there, which may have been decided before.

        Args:
            worths: What its Performance accounts are worth now. One request tells both, so that nobody sees one without
                the other.
            at: When the money moved.
        """
        try:
            if not worths:
                return (await self._impact.transactions.settle(transaction_id, at=at)).state
            # docs/des.md 5.6
            settled = TransactionUpdate(id=transaction_id, settled_at=at)
            await self._impact.users.update(user_id, accounts=worths, transactions=[settled])
            return TransactionState.SETTLED
        except (BadRequest, Conflict) as not_taken:
            return await self._decided(transaction_id, not_taken)

    async def fail(self, transaction_id: str, reason: str) -> TransactionState:
        """Tell DES that the money will not move; returns the state there, which may have been decided before."""
        try:
            return (await self._impact.transactions.fail(transaction_id, errors=[reason])).state
        except (BadRequest, Conflict) as not_taken:
            return await self._decided(transaction_id, not_taken)

    async def report(
        self, reference: str, *, user_id: str, account_id: str, dream_id: str | None, amount_cents: int
    ) -> None:
        """Tell DES what moved on an account without DES, under its reference in the bank's books.

        Args:
            dream_id: The one Dream that the account is for. If it was deleted, the money is outside all Dreams.
            amount_cents: Positive for money that came, negative for money that went.
        """
        if dream_id is not None and (await self._impact.dreams.get(dream_id)).deleted_at is not None:
            dream_id = None
        # The reference makes this safe to repeat. docs/des.md 5.7
        transactions = self._impact.transactions
        try:
            if amount_cents > 0:
                await transactions.create_deposit(
                    user_id=user_id,
                    external_id=reference,
                    amount_cents=amount_cents,
                    to_account_id=account_id,
                    to_dream_id=dream_id,
                )
            else:
                await transactions.create_withdrawal(
                    user_id=user_id,
                    external_id=reference,
                    amount_cents=-amount_cents,
                    from_account_id=account_id,
                    from_dream_id=dream_id,
                )
        except StillRunning:  # the first request may still fail
            raise
        except Conflict:  # DES was told before
            return

    async def value(self, worth: AccountUpdate) -> None:
        """Tell DES what a Performance account is worth."""
        figures = {name: figure for name, figure in attrs.asdict(worth).items() if name != "id"}
        await self._impact.accounts.update(worth.id, **figures)

    async def _decided(self, transaction_id: str, not_taken: APIError) -> TransactionState:
        state = (await self._impact.transactions.get(transaction_id)).state
        if state not in (TransactionState.SETTLED, TransactionState.FAILED):  # it was refused for another reason
            raise not_taken
        return state

    async def _find(self, customer: str) -> User | None:
        users = [user async for user in self._impact.users.list(external_id=customer)]
        return users[0] if users else None

"""Fetches what customers are to sign, takes what they say, and tells DES.

What was said is written down before DES is told, and told again until it is written down that DES was: a process that
dies in between has lost nothing. Only a temporary id that was used and not written down is lost; the app asks Impact
Finance for another one.
"""

import functools
import logging

import attrs

from impact_sdk import BadRequest, ImpactError, NotFound

from ..server.attempts import mistake, survived, wait_after, why
from ..server.database import Connection, Database
from ..timeline.clock import Clock, timestamp
from . import store
from .crash_points import Crash, done_not_written, due_not_done
from .gateway import Gateway
from .ordering import OrderBook, OrderRequest
from .store.claims import LEASE
from .store.consents import TOLD, Consent, ConsentState

logger = logging.getLogger(__name__)


class AnsweredOtherwise(Exception):
    """The customer has said the opposite before; the message says what."""


@attrs.frozen(kw_only=True)
class Consents:
    """The bank's side of transfer consents; `store.consents` has the states.

    Attributes:
        order_book: Where an account is ordered for whoever signs and has none.
        account_for_each_dream: Each Dream has an account of its own at this bank.
    """

    # docs/des.md 5.4
    database: Database
    gateway: Gateway
    clock: Clock
    order_book: OrderBook
    account_for_each_dream: bool
    crash: Crash

    async def fetch(self, customer: str, temporary_id: str) -> Consent | None:
        """The consent that a temporary id stands for, at once; None where there is none, or it is somebody else's."""
        fetched = await self.gateway.fetch_consent(temporary_id)
        if fetched is None or fetched.customer != customer:
            return None
        return await self.database.run(functools.partial(store.consents.show, consent=fetched))

    async def get(self, customer: str, consent_id: str) -> Consent | None:
        find = functools.partial(store.consents.get, consent_id=consent_id, customer=customer)
        return await self.database.run(find, reads_only=True)

    async def answer(self, customer: str, consent_id: str, *, signed: bool) -> Consent | None:
        """Take what the customer says, and tell DES; how it stands then. None where there is no such consent.

        Raises:
            AnsweredOtherwise: It is signed and declined for good.
        EarlierUser: As `OrderBook.take()`; nothing was taken.
        """
        take = functools.partial(self._take, customer=customer, consent_id=consent_id, signed=signed)
        taken = await self.database.run(take)
        if taken is not None and taken.state.is_due:
            await self._tell(taken)
        return await self.get(customer, consent_id)

    def _take(self, connection: Connection, *, customer: str, consent_id: str, signed: bool) -> Consent | None:
        """Write it down, with the order for an account; the consent only when telling DES is this caller's to do."""
        consent = store.consents.get(connection, consent_id, customer=customer)
        if consent is None:
            return None
        if consent.state is not ConsentState.SHOWN:
            if consent.state.signed is not signed:
                raise AnsweredOtherwise(f"the consent is {consent.state} since {consent.answered_at}")
            return None
        now = self.clock.now()
        taken = store.consents.answer(
            connection, consent, signed=signed, at=timestamp(now), until=timestamp(now + LEASE)
        )
        if signed:
            request = OrderRequest(
                request_id=consent.id,
                user_id=consent.user_id,
                dream_id=consent.dream_id if self.account_for_each_dream else None,
                account_external_id=consent.dream_id if self.account_for_each_dream else consent.user_id,
            )
            self.order_book.take(connection, customer, request)
        return taken

    async def work_off(self) -> None:
        """Tell DES what could not be told before, a batch of it."""
        now = self.clock.now()
        claim = functools.partial(store.consents.claim, now=timestamp(now), until=timestamp(now + LEASE))
        for consent in await self.database.run(claim):
            await self._tell(consent)

    async def _tell(self, consent: Consent) -> None:
        self.crash(due_not_done("consents", consent.state))
        try:
            await self.gateway.answer_consent(consent)
            await self.database.run(functools.partial(self._end, consent=consent))
        except (NotFound, BadRequest) as error:  # the user is gone there, or DES has another answer
            logger.error("DES does not want to hear that consent %s is %s: %s", consent.id, consent.state, error)
            await self.database.run(
                functools.partial(
                    store.consents.end, consent=consent, state=ConsentState.OBSOLETE, last_error=why(error)
                )
            )
        except survived(self.clock, ImpactError) as error:
            await self._postpone(consent, error)

    async def _postpone(self, consent: Consent, error: Exception) -> None:
        due_at = timestamp(self.clock.now() + wait_after(consent.attempts + 1))
        logger.warning(
            "DES does not hear before %s that consent %s is %s: %s",
            due_at,
            consent.id,
            consent.state,
            why(error),
            exc_info=mistake(error, failures=consent.attempts + 1),
        )
        await self.database.run(
            functools.partial(store.consents.postpone, row=consent, due_at=due_at, last_error=why(error))
        )

    def _end(self, connection: Connection, *, consent: Consent) -> None:
        self.crash(done_not_written("consents", consent.state))
        store.consents.end(connection, consent, TOLD[consent.state])

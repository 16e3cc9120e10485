"""Fetches what customers must sign, takes their answers, and tells DES.

An answer is written down before DES is told, and told again until it is written down as told: a process that dies in
between loses nothing. Only a consent that was fetched and not written down is lost: its temporary id is used up, and
the app asks Impact Finance for another.
"""

import functools
import logging

import attrs

from impact_sdk import BadRequest, ImpactError, NotFound

from ..server.attempts import why
from ..server.database import Connection
from ..timeline.clock import timestamp
from . import store
from .crash_points import done_not_written, due_not_done
from .desk import Desk
from .ordering import OrderBook, OrderRequest
from .store.claims import LEASE
from .store.consents import TOLD, Consent, ConsentState

logger = logging.getLogger(__name__)


class AnsweredOtherwise(Exception):
    """The customer has given the opposite answer before; the message says which."""


@attrs.frozen
class Consents:
    """The bank's side of transfer consents; `store.consents` has the states.

    Attributes:
        order_book: Takes the order if a customer signs who has no account.
        account_for_each_dream: Each Dream has an account of its own at this bank.
    """

    # docs/des.md 5.4
    desk: Desk
    order_book: OrderBook
    account_for_each_dream: bool

    async def fetch(self, customer: str, temporary_id: str) -> Consent | None:
        """Fetch the consent with a temporary id; None if there is none, or it is another customer's."""
        fetched = await self.desk.gateway.fetch_consent(temporary_id)
        if fetched is None or fetched.customer != customer:
            return None
        return await self.desk.database.run(functools.partial(store.consents.show, consent=fetched))

    async def get(self, customer: str, consent_id: str) -> Consent | None:
        find = functools.partial(store.consents.get, consent_id=consent_id, customer=customer)
        return await self.desk.database.run(find, reads_only=True)

    async def answer(self, customer: str, consent_id: str, *, signed: bool) -> Consent | None:
        """Take the customer's answer and tell DES; returns the consent then, or None if there is no such consent.

        Raises:
            AnsweredOtherwise: An answer is final.
            EarlierUser: As `OrderBook.take()`; nothing was taken.
        """
        take = functools.partial(self._take, customer=customer, consent_id=consent_id, signed=signed)
        taken = await self.desk.database.run(take)
        if taken is not None and taken.state.is_due:
            await self._tell(taken)
        return await self.get(customer, consent_id)

    def _take(self, connection: Connection, *, customer: str, consent_id: str, signed: bool) -> Consent | None:
        """Write the answer down, with the order for an account. Returns the consent if the caller must tell DES."""
        consent = store.consents.get(connection, consent_id, customer=customer)
        if consent is None:
            return None
        if consent.state is not ConsentState.SHOWN:
            if consent.state.signed is not signed:
                raise AnsweredOtherwise(f"the consent is {consent.state} since {consent.answered_at}")
            return None
        now = self.desk.clock.now()
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
        """Tell DES a batch of answers that it does not know yet."""
        for consent in await self.desk.claim(store.consents.DUE):
            await self._tell(consent)

    async def _tell(self, consent: Consent) -> None:
        self.desk.crash(due_not_done("consents", consent.state))
        try:
            await self.desk.gateway.answer_consent(consent)
            await self.desk.database.run(functools.partial(self._end, consent=consent))
        except (NotFound, BadRequest) as error:  # the user is gone at DES, or DES has another answer
            logger.error("DES does not accept that consent %s is %s: %s", consent.id, consent.state, error)
            await self.desk.database.run(
                functools.partial(
                    store.consents.end, consent=consent, state=ConsentState.OBSOLETE, last_error=why(error)
                )
            )
        except self.desk.clock.survived(ImpactError) as error:
            what = f"DES does not hear that consent {consent.id} is {consent.state}"
            await self.desk.postpone(store.consents.DUE, consent, error, what=what)

    def _end(self, connection: Connection, *, consent: Consent) -> None:
        self.desk.crash(done_not_written("consents", consent.state))
        store.consents.end(connection, consent, TOLD[consent.state])

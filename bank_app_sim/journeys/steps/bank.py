"""What the bank does, and what happens to it."""

import contextlib
import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

import attrs

from impact_sdk import Conflict, TransactionState

from ...timeline.durations import shown
from ..text.mistakes import one_of, slipped_word
from ..vocabulary.kinds import choice
from ..vocabulary.moments import DURATION
from ..vocabulary.name_kinds import NEW_EXTERNAL_ID, NEW_REASON
from ..vocabulary.words import Argument, step
from . import sayings
from .arguments import amount, dream, may_do_nothing, user
from .people import StepFailed
from .sayings import Decision, Orders, Saying
from .stage import Stage

# What an account can be called by, other than a text.
THE_USERS_ID, NOTHING = "the user's ID", "nothing"


def _external_id(text: str) -> str:
    meant = slipped_word(text, (THE_USERS_ID, NOTHING)) or slipped_word(text.replace("'", ""), ("the users ID",))
    if meant is not None and text != THE_USERS_ID:
        meant = NOTHING if meant == NOTHING else THE_USERS_ID
        raise ValueError(f"{text!r} is nearly {meant!r}, which has a meaning of its own; did you mean that?")
    return text


# The books' accounts to save on, and what moves money on them without Impact Finance.
MOVED_BY = {"savings": "outside", "investments": "market"}

_Whom = Annotated[str | None, user("customer", "The user.")]
_ExternalID = Annotated[
    str | None,
    Argument(
        "external ID",
        attrs.evolve(NEW_EXTERNAL_ID, parse=_external_id),
        "The external ID; `the user's ID` means DES's ID of the user, `nothing` means none.",
    ),
]
_Whose = Annotated[str | None, user("for", "The owner of the account.")]
_Product = Annotated[
    str,
    Argument(
        "type",
        choice("kind of account", "SharedSavings", "Performance"),
        "The kind of account. Default: SharedSavings.",
    ),
]
_Amount = Annotated[int, amount("The amount.")]
_WhoseAccount = Annotated[str | None, user("of", "The owner of the account.")]
_DreamsAccount = Annotated[str | None, dream("dream", "The account of this Dream, if each Dream has an account.")]


class BankSteps(Stage):
    """The bank's verbs."""

    @step("the bank approves after", plain="time")
    async def bank_approves_after(
        self,
        time: Annotated[timedelta, Argument("time", DURATION, "How long.")],
        *,
        may_do_nothing: Annotated[bool, may_do_nothing("The journey also passes if there is no order.")] = False,
    ) -> None:
        """From the next order on, the bank takes so long to decide on an account."""
        what = f"an account is ordered, on which the bank decides after {shown(time)}"
        await self._decide("when", what, sayings.is_ordered, may_do_nothing)
        await self.world.bank_decides(after=time, refuses=None)

    @step("the bank decides now")
    async def bank_decides_now(
        self, *, may_do_nothing: Annotated[bool, may_do_nothing("Pass also if no order waits.")] = False
    ) -> None:
        """The bank decides at once on all orders for accounts that wait."""
        orders = (await self.world.state())["orders"].values()
        if all(order["state"] != "ORDERED" for order in orders):
            there = one_of([f"{order['customer']}'s, {order['state']}" for order in orders])
            self.nothing_to_do(f"no order waits for a decision; there is {there}", may_do_nothing)
        await self.world.bank_decides_now()

    @step("the bank refuses", plain="customer")
    async def bank_refuses(
        self,
        customer: Annotated[str | None, user("customer", "The user; the bank refuses no other user any more.")] = None,
        *,
        may_do_nothing: Annotated[bool, may_do_nothing("The journey also passes if the user asks for none.")] = False,
    ) -> None:
        """From now on the bank refuses a user an account."""
        who = self.person(customer).customer
        has_come = functools.partial(sayings.is_refused, who)
        await self._decide("whom", f"an order of {who} is refused", has_come, may_do_nothing)
        await self.world.bank_decides(after=None, refuses=[who])

    @step("the bank refuses nobody")
    async def bank_refuses_nobody(
        self,
        *,
        may_do_nothing: Annotated[bool, may_do_nothing("The journey also passes if nobody asks for one.")] = False,
    ) -> None:
        """From now on every user who asks for an account gets one."""
        await self._decide("whom", "an order for an account is approved", sayings.is_approved, may_do_nothing)
        await self.world.bank_decides(after=None, refuses=[])

    @step("the bank introduces", plain="customer")
    async def bank_introduces(self, customer: _Whom = None) -> None:
        """The bank posts a user to DES."""
        await self.world.api.users.create(external_id=self.person(customer).customer)

    @step("the bank posts an account", plain="external ID")
    async def bank_posts_account(
        self, external_id: _ExternalID = None, *, for_: _Whose = None, type: _Product = "SharedSavings"
    ) -> None:
        """The bank posts an account to DES without an order. Without an external ID, each post makes a new account."""
        user_id = await self._user_id(self.person(for_).customer)
        wanted = {THE_USERS_ID: user_id, NOTHING: None}.get(external_id or NOTHING, external_id)
        await self.world.api.accounts.create(user_id=user_id, type=type, external_id=wanted)

    @step("the bank posts an account again", plain="external ID")
    async def bank_posts_account_again(
        self, external_id: _ExternalID = None, *, for_: _Whose = None, type: _Product = "SharedSavings"
    ) -> None:
        """The bank posts an account to DES that may exist already, and accepts the answer that it exists (409)."""
        with contextlib.suppress(Conflict):
            await self.bank_posts_account(external_id, for_=for_, type=type)

    @step("the bank deletes the user", plain="customer")
    async def bank_deletes_user(self, customer: _Whom = None) -> None:
        """The bank makes DES delete a user and everything that belongs to the user."""
        await self.world.api.users.delete(await self._user_id(self.person(customer).customer))

    @step("the bank fails the deposits", plain="reason")
    async def bank_fails_deposits(
        self,
        reason: Annotated[str, Argument("reason", NEW_REASON, "The reason that the bank gives.")],
        *,
        of: Annotated[str | None, user("of", "The user.")] = None,
        may_do_nothing: Annotated[bool, may_do_nothing("Pass also if there is none.")] = False,
    ) -> None:
        """The bank fails all requested deposits of a user."""
        customer = self.person(of).customer
        theirs = [each async for each in self.world.api.transactions.list() if each.user.external_id == customer]
        deposits = [each for each in theirs if each.type.startswith("Deposit")]
        requested = [each for each in deposits if each.state == TransactionState.REQUESTED]
        if not requested:
            states = one_of([f"one that is {each.state}" for each in deposits])
            self.nothing_to_do(f"no deposit of {customer} is requested; there is {states}", may_do_nothing)
        for deposit in requested:
            await self.world.api.transactions.fail(deposit.id, errors=[reason])

    @step("money arrives on the account", plain="amount")
    async def money_arrives(
        self, amount_cents: _Amount, *, of: _WhoseAccount = None, dream: _DreamsAccount = None
    ) -> None:
        """Money comes to a savings account outside of Impact Finance, such as interest."""
        await self._move(amount_cents, of, dream)

    @step("money leaves the account", plain="amount")
    async def money_leaves(
        self, amount_cents: _Amount, *, of: _WhoseAccount = None, dream: _DreamsAccount = None
    ) -> None:
        """Money leaves a savings account outside of Impact Finance, such as at a branch."""
        await self._move(-amount_cents, of, dream)

    async def _decide(
        self, about: str, what: str, has_come: Callable[[Orders, Orders], bool], may_do_nothing: bool
    ) -> None:
        saying = Saying(what=what, may_do_nothing=may_do_nothing, way_out=sayings.DECIDED_WAY_OUT)
        orders = (await self.world.state())["orders"]
        self.sayings.decide(about, Decision(saying=saying, before=orders, has_come=has_come))

    async def _move(self, amount_cents: int, of: str | None, dream: str | None) -> None:
        person = self.person(of)
        end = person.customer if dream is None else f"{person.customer}:{person.dream(dream).id}"
        books = (await self.world.state())["books"]
        for kind in MOVED_BY:
            if f"{kind}:{end}" in books:
                reference = f"journey:{next(self.references)}"
                account = f"{kind}:{end}"
                await self.world.move_money(account, amount_cents, kind=MOVED_BY[kind], reference=reference)
                return
        raise StepFailed(f"the bank has no account {end!r} to save on; is it open yet?")

    async def _user_id(self, customer: str) -> str:
        async for found in self.world.api.users.list(external_id=customer):
            return found.id
        raise StepFailed(f"DES has no user {customer!r}; let them `launch`, or `the bank introduces` them")

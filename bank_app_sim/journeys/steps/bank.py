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

_Whom = Annotated[str | None, user("customer", "Whom.")]
_ExternalID = Annotated[
    str | None,
    Argument(
        "external ID",
        attrs.evolve(NEW_EXTERNAL_ID, parse=_external_id),
        "What it is called; `the user's ID` for DES's ID of the user, `nothing` for none.",
    ),
]
_Whose = Annotated[str | None, user("for", "Whose it is.")]
_Product = Annotated[
    str,
    Argument(
        "type",
        choice("kind of account", "SharedSavings", "Performance"),
        "What kind of account; SharedSavings, when left out.",
    ),
]
_Amount = Annotated[int, amount("How much.")]
_WhoseAccount = Annotated[str | None, user("of", "Whose account.")]
_DreamsAccount = Annotated[str | None, dream("dream", "The account of this Dream, where each has one of its own.")]


class BankSteps(Stage):
    """The bank's verbs."""

    @step("the bank approves after", plain="time")
    async def bank_approves_after(
        self,
        time: Annotated[timedelta, Argument("time", DURATION, "How long.")],
        *,
        may_do_nothing: Annotated[
            bool, may_do_nothing("There may be no order, and the journey passes all the same.")
        ] = False,
    ) -> None:
        """From the next order on, the bank takes that long to decide on an account."""
        what = f"an account is ordered, on which the bank decides after {shown(time)}"
        await self._decide("when", what, sayings.is_ordered, may_do_nothing)
        await self.world.bank_decides(after=time, refuses=None)

    @step("the bank decides now")
    async def bank_decides_now(
        self, *, may_do_nothing: Annotated[bool, may_do_nothing("There may be no order that waits.")] = False
    ) -> None:
        """The bank decides at once on every order for an account that waits."""
        orders = (await self.world.state())["orders"].values()
        if all(order["state"] != "ORDERED" for order in orders):
            there = one_of([f"{order['customer']}'s, {order['state']}" for order in orders])
            self.nothing_to_do(f"no order waits for a decision; there is {there}", may_do_nothing)
        await self.world.bank_decides_now()

    @step("the bank refuses", plain="customer")
    async def bank_refuses(
        self,
        customer: Annotated[str | None, user("customer", "Whom; nobody else is refused any more.")] = None,
        *,
        may_do_nothing: Annotated[
            bool, may_do_nothing("The user may ask for none, and the journey passes all the same.")
        ] = False,
    ) -> None:
        """From now on the bank gives a user no account."""
        who = self.person(customer).customer
        has_come = functools.partial(sayings.is_refused, who)
        await self._decide("whom", f"an order of {who} is refused", has_come, may_do_nothing)
        await self.world.bank_decides(after=None, refuses=[who])

    @step("the bank refuses nobody")
    async def bank_refuses_nobody(
        self,
        *,
        may_do_nothing: Annotated[
            bool, may_do_nothing("Nobody may ask for one, and the journey passes all the same.")
        ] = False,
    ) -> None:
        """From now on everybody gets an account who asks for one."""
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
        """The bank posts an account to DES, past its own order book; with no external ID that is always another one."""
        user_id = await self._user_id(self.person(for_).customer)
        wanted = {THE_USERS_ID: user_id, NOTHING: None}.get(external_id or NOTHING, external_id)
        await self.world.api.accounts.create(user_id=user_id, type=type, external_id=wanted)

    @step("the bank posts an account again", plain="external ID")
    async def bank_posts_account_again(
        self, external_id: _ExternalID = None, *, for_: _Whose = None, type: _Product = "SharedSavings"
    ) -> None:
        """The bank posts an account to DES that may be there already, and takes "there is one" (409) for an answer."""
        with contextlib.suppress(Conflict):
            await self.bank_posts_account(external_id, for_=for_, type=type)

    @step("the bank deletes the user", plain="customer")
    async def bank_deletes_user(self, customer: _Whom = None) -> None:
        """The bank has DES delete a user, with all that is theirs."""
        await self.world.api.users.delete(await self._user_id(self.person(customer).customer))

    @step("the bank fails the deposits", plain="reason")
    async def bank_fails_deposits(
        self,
        reason: Annotated[str, Argument("reason", NEW_REASON, "What it says.")],
        *,
        of: Annotated[str | None, user("of", "Whose.")] = None,
        may_do_nothing: Annotated[bool, may_do_nothing("There may be none.")] = False,
    ) -> None:
        """The bank fails all deposits of a user that are requested."""
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
        """Money comes to a savings account without Impact Finance, as interest does."""
        await self._move(amount_cents, of, dream)

    @step("money leaves the account", plain="amount")
    async def money_leaves(
        self, amount_cents: _Amount, *, of: _WhoseAccount = None, dream: _DreamsAccount = None
    ) -> None:
        """Money goes from a savings account without Impact Finance, at a branch, say."""
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

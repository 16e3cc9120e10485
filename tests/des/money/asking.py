"""What every rule of the money test needs: two users and their bank at one DES, and what is asked for."""

import contextlib
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from bank_app_sim.des import AccountSetup, Tenant

from ...conftest import NewDatabase
from ..books import LARGEST, Books
from ..world import Told, World

AT = "2026-12-03T08:00:00.000000Z"
USERS = ["ada", "bob"]
users = st.sampled_from(USERS)
# Mostly amounts that meet: what is put in is what is taken out.
cents = st.sampled_from([1, 1, 2, 50, 50, 100, 100, 250, LARGEST]) | st.integers(1, 300)
# Which of the things that there are; they are more or fewer, so that the number goes round.
which = st.integers(0, 3) | st.integers(0, 30)
perhaps = st.none() | which
ids = st.sampled_from([None, "a", "b", "c"])
# What would leave little to go on with, were it done as often as everything else.
seldom = st.sampled_from([False, False, False, False, False, True])


class Asking(RuleBasedStateMachine):
    """Two users and their bank, at one DES.

    Attributes:
        most_things: A user has at most so many accounts, and so many Dreams, so that their money meets.
    """

    most_things = 4

    tenant: Tenant
    new_database: NewDatabase

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        database_url = self.stack.enter_context(self.new_database("des"))
        self.world = self.stack.enter_context(World(self.tenant, database_url))
        self.books = Books(
            asks_per_dream=self.tenant.asks_per_dream,
            one_dream_each=self.tenant.account_setup is AccountSetup.PER_DREAM,
        )
        self.with_performance = self.tenant.performance_dreams
        self.user_ids: dict[str, str] = {}
        self.keys = 0
        self.seen_events = "1970-01-01T00:00:00Z"
        self.outcomes: dict[str, str] = {}
        self.reached: dict[str, list[Any]] = {}

    def post(self, who: str, path: str, root: str, body: dict[str, Any], *, again: bool = False) -> Told:
        """A POST; sent again under the same key it is answered the same, and changes nothing."""
        self.keys += 1
        key = f"key-{self.keys}" if again else None
        told = self.world.ask(who, "POST", path, {root: body}, key=key)
        if again and told.status < 300:
            repeated = self.world.ask(who, "POST", path, {root: body}, key=key)
            assert (repeated.status, repeated.body) == (told.status, told.body)
            assert repeated.headers["idempotent-replayed"] == "true"
        return told

    def patch(self, who: str, path: str, root: str, body: dict[str, Any]) -> Told:
        return self.world.ask(who, "PATCH", path, {root: body})

    def pick(self, things: dict[str, Any], number: int | None) -> Any:
        """One of them, whosever it is; None where there is none."""
        return list(things.values())[number % len(things)] if things and number is not None else None

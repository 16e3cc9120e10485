"""Whatever anybody asks for, in whatever order and how often: balances are what was settled, and add up.

A state machine sends random requests, right ones and wrong ones, and compares what DES answers and holds with `books`.
`MONEY_EXAMPLES=200` lets it go on for longer than a run of the suite has time for.
"""

import os

import attrs
import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test

from bank_app_sim.des import AccountSetup

from ...conftest import NewDatabase
from ..bank import TENANT
from ..books import Transaction
from .asking import USERS
from .savings import SavingRules
from .transactions import TransactionRules
from .users import UserRules

EXAMPLES = int(os.environ.get("MONEY_EXAMPLES", "10"))
STEPS = 60
SETUPS = {
    "one account": TENANT,
    "an account for each Dream": attrs.evolve(TENANT, account_setup=AccountSetup.PER_DREAM),
    "Performance": attrs.evolve(TENANT, performance_dreams=True),
}
SEEDS = {setup: n for n, setup in enumerate(SETUPS)}


class Money(UserRules, SavingRules, TransactionRules):
    """All rules, how a test begins, and what holds after each rule."""

    def teardown(self) -> None:
        with self.stack:
            self.check_every_transaction()

    @initialize()
    def begin(self) -> None:
        """Ada has a Dream with money on it, and bob one that saves while its account is being opened."""
        for user in USERS:
            self.user_ids[user] = self.world.sign_in(user)
        self.post_account(user="ada", external_id="a", opening=100, performance=False, again=False)
        self.create_dream(user="ada", wanted=500, account=0, by_bank=False, again=False)
        self.report(
            user="ada",
            kind="Deposit",
            amount=250,
            external_id=0,
            accounts=(0, 0),
            dreams=(0, 0),
            fits=True,
            again=False,
        )
        self.create_dream(user="bob", wanted=500, account=None, by_bank=False, again=False)
        self.initiate(user="bob")
        self.initiate_for_dream(dream=1)
        self.launch(dream=1, amount=50, kind="Daily", again=False)
        if self.with_performance:
            self.post_account(user="ada", external_id="b", opening=100, performance=True, again=False)
            self.create_dream(user="ada", wanted=500, account=1, by_bank=False, again=False)
            self.launch(dream=2, amount=50, kind="Daily", again=False)

    @invariant()
    def deposits_are_prepared_for_dreams_that_do_not_wait(self) -> None:
        """What savehacks ask for the books do not foresee: they are told, and look at each."""
        requested = self.world.all("transactions", state="requested")
        names = {user_id: name for name, user_id in self.user_ids.items()}
        for each in requested:
            if each["id"] not in self.books.transactions:
                dream = self.books.dreams[each["toDream"]["id"]]
                assert each["type"] == "Deposit"
                assert not dream.is_deleted
                assert not self.books.waits(dream)
                account = each["toAccount"] and each["toAccount"]["id"]
                assert account == dream.account
                new = Transaction(each["id"], names[each["user"]["id"]], "Deposit", each["amountCents"])
                new.to_account, new.to_dream = account, dream.id
                self.books.transactions[new.id] = new
        expected = {each.id for each in self.books.transactions.values() if each.state == "requested"}
        assert {each["id"] for each in requested} == expected

    @invariant()
    def accounts_hold_what_came_in_less_what_went_out(self) -> None:
        shown = {each["id"]: each["balanceCents"] for each in self.world.all("accounts")}

        assert shown == {each.id: self.books.balance(each) for each in self.books.accounts.values()}
        assert all(balance >= 0 for balance in shown.values())
        for account in self.books.accounts.values():
            if not account.is_performance:
                assert shown[account.id] == self.books.opening_plus_settled(account)

    @invariant()
    def dreams_and_what_is_outside_them_are_the_account(self) -> None:
        states = {"deleted" if dream.is_deleted else "active" for dream in self.books.dreams.values()}
        shown = {each["id"]: each for state in states for each in self.world.all("dreams", state=state)}

        held = {dream_id: each["balanceCents"] for dream_id, each in shown.items()}
        assert held == {each.id: self.books.holds(each) for each in self.books.dreams.values()}
        assert all(balance >= 0 for balance in held.values())
        for account in self.books.accounts.values():
            of_dreams = sum(held[dream.id] for dream in self.books.on(account.id))
            if account.is_performance:
                assert of_dreams in (0, account.worth_cents)
            else:
                assert of_dreams + account.residual_cents == self.books.balance(account)
        for dream in self.books.dreams.values():
            assert (shown[dream.id]["achievedAt"] is not None) == (dream.most_percent >= 100)

    @invariant()
    def nothing_is_decided_twice_nor_reached_twice(self) -> None:
        for event in self.world.all("events", createdAfter=self.seen_events):
            self.seen_events = event["createdAt"]
            about, what = event["data"].get("id", ""), event["type"]
            if what.endswith(("Settled", "Failed")):
                assert about not in self.outcomes, f"{about} was {self.outcomes[about]} before"
                self.outcomes[about] = what
            elif what in ("DreamMilestone", "DreamAchieved"):
                self.reached.setdefault(about, []).append(event["data"].get("milestonePercent", 100))
        for dream in self.books.dreams.values():
            reached = [each for each in (25, 50, 75, 100) if each <= dream.most_percent]
            assert self.reached.get(dream.id, []) == reached

    def check_every_transaction(self) -> None:
        shown = {each["id"]: (each["state"], each["amountCents"]) for each in self.world.all("transactions")}
        assert shown == {each.id: (each.state, each.cents) for each in self.books.transactions.values()}


@pytest.mark.thorough
@pytest.mark.parametrize("setup", SETUPS)
def test_balances_are_what_was_settled_whatever_is_asked_for(setup: str, store: str, new_database: NewDatabase) -> None:
    databases = staticmethod(new_database)

    class MoneyHere(Money):
        tenant = SETUPS[setup]
        new_database = databases

    limits = settings(
        # PostgreSQL takes three times as long for a step, and has the same rules.
        max_examples=EXAMPLES if store == "sqlite" else EXAMPLES // 8,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    # The same requests in every run, and others in every setup.
    seed(SEEDS[setup])(MoneyHere)
    run_state_machine_as_test(MoneyHere, settings=limits)

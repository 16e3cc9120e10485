"""Whatever anybody asks for, in whatever order and how often: balances are what was settled, and add up.

A state machine sends random requests, right ones and wrong ones, and compares what DES answers and holds with `books`.
`MONEY_EXAMPLES=200` lets it go on for longer than a run of the suite has time for.
"""

import contextlib
import copy
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bank_app_sim.des import AccountSetup, Tenant

from ..conftest import NewDatabase
from .bank import TENANT
from .books import LARGEST, Account, Books, Dream, Transaction
from .world import Told, World

EXAMPLES = int(os.environ.get("MONEY_EXAMPLES", "10"))
STEPS = 60

SETUPS = {
    "one account": TENANT,
    "an account for each Dream": attrs.evolve(TENANT, account_setup=AccountSetup.PER_DREAM),
    "Performance": attrs.evolve(TENANT, performance_dreams=True),
}
SEEDS = {setup: n for n, setup in enumerate(SETUPS)}
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


class Money(RuleBasedStateMachine):
    """Two users and their bank, at one DES.

    Attributes:
        most_things: A user has no more accounts, and Dreams, than this: their money shall meet.
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

    # Asking, and being told

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

    # Users, Dreams, accounts

    @rule(user=users, wanted=cents, account=perhaps, by_bank=st.booleans(), again=st.booleans())
    def create_dream(self, user: str, wanted: int, account: int | None, by_bank: bool, again: bool) -> None:
        if len([each for each in self.books.of(user, self.books.dreams) if not each.is_deleted]) >= self.most_things:
            return
        named = self.pick(self.books.accounts, account)
        body = {"name": "Bike", "targetCents": wanted, "userId": self.user_ids[user]}
        if named is not None:
            body["accountId"] = named.id
        told = self.post("bank" if by_bank else user, "/v1/dreams", "dream", body, again=again)

        if named is not None and not self.books.can_take_a_dream(user, named):
            assert told.status == 400
            return
        assert told.status == 201, told
        owned = self.books.of(user, self.books.accounts)
        if named is None and owned and not self.books.asks_per_dream:
            named = owned[0]
        dream = Dream(told.body["dream"]["id"], user, wanted, named and named.id)
        self.books.dreams[dream.id] = dream
        self.books.progress(dream)

    @rule(
        user=users,
        external_id=ids,
        opening=st.sampled_from([0, 0, 100]),
        performance=st.booleans(),
        again=st.booleans(),
    )
    def post_account(self, user: str, external_id: str | None, opening: int, performance: bool, again: bool) -> None:
        if len(self.books.of(user, self.books.accounts)) >= self.most_things:
            return
        kind = "Performance" if performance else "SharedSavings"
        body = {"type": kind, "userId": self.user_ids[user], "externalId": external_id, "balanceCents": opening}
        told = self.post("bank", "/v1/accounts", "account", body, again=again)

        if performance and not self.with_performance:
            assert told.status == 400
            return
        assert told.status == self.books.posts(user, external_id), told
        if told.status == 201:
            account = Account(told.body["account"]["id"], user, performance, opening, external_id)
            self.books.add_account(account)

    @rule(dream=which, account=which)
    def link(self, dream: int, account: int) -> None:
        one, other = self.pick(self.books.dreams, dream), self.pick(self.books.accounts, account)
        if one is not None and other is not None:
            told = self.patch("bank", f"/v1/dreams/{one.id}", "dream", {"accountId": other.id})
            assert told.status == self.books.link(one, other), told

    @rule(account=which, worth=cents)
    def value(self, account: int, worth: int) -> None:
        one = self.pick(self.books.accounts, account)
        if one is not None:
            told = self.patch("bank", f"/v1/accounts/{one.id}", "account", {"balanceCents": worth})
            assert told.status == self.books.revalue(one, worth), told

    @rule(dream=which, really=seldom)
    def delete_dream(self, dream: int, really: bool) -> None:
        one = self.pick(self.books.dreams, dream)
        if one is not None and (really or self.books.holds(one)):
            told = self.patch(one.user, f"/v1/dreams/{one.id}", "dream", {"deletedAt": AT})
            assert told.status == self.books.delete_dream(one), told

    @rule(user=users, really=seldom)
    def delete_user(self, user: str, really: bool) -> None:
        if not really:
            return
        told = self.world.ask("bank", "DELETE", f"/v1/users/{self.user_ids[user]}")
        assert told.status == self.books.delete_user(user), told
        if told.status == 204:
            self.user_ids[user] = self.world.sign_in(user)

    # Savings

    @rule(dream=which, amount=cents, kind=st.sampled_from(["OneTime", "Daily"]), again=st.booleans())
    def launch(self, dream: int, amount: int, kind: str, again: bool) -> None:
        one = self.pick(self.books.dreams, dream)
        if one is None:
            return
        body = {"type": f"{kind}Launch", "dreamId": one.id, "amountCents": amount, "savehackId": self.savehack(kind)}
        told = self.post(one.user, "/v1/savehack-launches", "savehackLaunch", body, again=again)
        assert told.status == (400 if one.is_deleted else 201), told

    def savehack(self, kind: str) -> str:
        known = self.world.ask("bank", "GET", "/v1/savehacks").body["savehacks"]
        return next(str(each["id"]) for each in known if each["type"] == kind)

    @rule(dream=which)
    def stop_launches(self, dream: int) -> None:
        one = self.pick(self.books.dreams, dream)
        for launch in self.world.all("savehackLaunches", dreamId=one.id) if one else []:
            body = {"type": launch["type"], "stoppedAt": launch["stoppedAt"] or AT}
            told = self.patch(one.user, f"/v1/savehack-launches/{launch['id']}", "savehackLaunch", body)
            assert told.status == 200, told

    @rule(user=users)
    def initiate(self, user: str) -> None:
        told = self.patch(user, f"/v1/users/{self.user_ids[user]}", "user", {"provisioningInitiatedAt": AT})
        assert told.status == (400 if self.books.asks_per_dream else 204), told
        if told.status == 204:
            self.books.initiated.add(user)

    @rule(dream=which)
    def initiate_for_dream(self, dream: int) -> None:
        one = self.pick(self.books.dreams, dream)
        if one is None:
            return
        told = self.patch(one.user, f"/v1/dreams/{one.id}", "dream", {"provisioningInitiatedAt": AT})
        is_known = one.is_deleted and one.is_initiated
        may = is_known or (self.books.asks_per_dream and not one.is_deleted)
        assert told.status == (200 if may else 400), told
        one.is_initiated |= may

    @rule(user=users, really=seldom)
    def refuse(self, user: str, really: bool) -> None:
        if not really:
            return
        told = self.patch("bank", f"/v1/users/{self.user_ids[user]}", "user", {"provisioningInitiatedAt": None})
        assert told.status == self.books.refuse_user(user), told

    @rule(dream=which, really=seldom)
    def refuse_for_dream(self, dream: int, really: bool) -> None:
        one = self.pick(self.books.dreams, dream)
        if one is not None and really:
            told = self.patch("bank", f"/v1/dreams/{one.id}", "dream", {"provisioningInitiatedAt": None})
            assert told.status == self.books.refuse_dream(one), told

    @rule(hours=st.sampled_from([1, 24, 72]))
    def let_time_pass(self, hours: int) -> None:
        self.world.let_pass(timedelta(hours=hours))

    # Transactions

    @rule(transaction=which)
    def settle(self, transaction: int) -> None:
        self.decide(transaction, "settledAt", self.books.settle)

    @rule(transaction=which)
    def fail(self, transaction: int) -> None:
        self.decide(transaction, "failedAt", self.books.fail)

    def decide(self, number: int, field: str, expected: Callable[[Transaction], int]) -> None:
        one = self.latest(number)
        if one is not None:
            told = self.patch("bank", f"/v1/transactions/{one.id}", "transaction", {field: AT})
            assert told.status == expected(self.books.transactions[one.id]), told

    def latest(self, number: int) -> Any:
        """Of the newest transactions: there are ever more of those that are over."""
        return self.pick(dict(list(self.books.transactions.items())[-12:]), number)

    @rule(user=users)
    def settle_all(self, user: str) -> None:
        """As a bank does every hour: money gets around."""
        for one in self.books.of(user, self.books.transactions):
            if one.state == "requested":
                told = self.patch("bank", f"/v1/transactions/{one.id}", "transaction", {"settledAt": AT})
                assert told.status == self.books.settle(one), told

    @rule(
        user=users,
        outcomes=st.lists(st.tuples(which, st.sampled_from(["settledAt", "failedAt"])), max_size=4),
        worths=st.lists(st.tuples(which, cents), max_size=2),
    )
    def change_in_one_step(self, user: str, outcomes: list[tuple[int, str]], worths: list[tuple[int, int]]) -> None:
        """All or nothing; Performance accounts get their worth along with it."""
        new_books = copy.deepcopy(self.books)
        body: dict[str, list[dict[str, Any]]] = {"accounts": [], "transactions": []}
        statuses: list[int] = []
        known: list[str] = []
        for number, worth in worths:
            account = self.pick(new_books.accounts, number)
            if account is not None:
                body["accounts"].append({"id": account.id, "balanceCents": worth})
                is_wrong = account.user != user or account.id in known
                statuses.append(400 if is_wrong else new_books.revalue(account, worth))
                known.append(account.id)
        for number, field in outcomes:
            one = self.latest(number)
            if one is not None:
                transaction = new_books.transactions[one.id]
                body["transactions"].append({"id": one.id, field: AT})
                is_wrong = transaction.user != user or transaction.id in known
                decide = new_books.settle if field == "settledAt" else new_books.fail
                statuses.append(400 if is_wrong else decide(transaction))
                known.append(transaction.id)
        told = self.patch("bank", f"/v1/users/{self.user_ids[user]}", "user", body)

        is_right = all(status == 200 for status in statuses)
        assert told.status == (204 if is_right else 400), (told, body)
        if is_right:
            self.books = new_books

    @rule(
        user=users,
        kind=st.sampled_from(["Deposit", "Withdrawal", "Internal"]),
        amount=cents,
        external_id=st.integers(0, 60),
        accounts=st.tuples(which, which),
        dreams=st.tuples(perhaps, perhaps),
        fits=st.booleans(),
        again=st.booleans(),
    )
    def report(
        self,
        user: str,
        kind: str,
        amount: int,
        external_id: int,
        accounts: tuple[int, int],
        dreams: tuple[int | None, int | None],
        fits: bool,
        again: bool,
    ) -> None:
        """Where it `fits`, an account is that of its Dream, and both are of the user."""
        new = Transaction("", user, kind, amount, external_id=f"r-{external_id}")
        body = {
            "type": kind,
            "userId": self.user_ids[user],
            "externalId": new.external_id,
            "amountCents": amount,
        }
        for side, account, dream in zip(("from", "to"), accounts, dreams, strict=True):
            if side in {"Deposit": ("to",), "Withdrawal": ("from",), "Internal": ("from", "to")}[kind]:
                one = self.pick(self.books.accounts, account)
                its_dream = self.pick(self.books.dreams, dream)
                if fits:
                    own = {each.id: each for each in self.books.of(user, self.books.dreams) if each.account}
                    its_dream = self.pick(own, dream)
                    one = self.books.accounts[its_dream.account] if its_dream else one
                if one is None:
                    return
                body[f"{side}AccountId"], body[f"{side}DreamId"] = one.id, its_dream and its_dream.id
                setattr(new, f"{side}_account", one.id)
                setattr(new, f"{side}_dream", its_dream and its_dream.id)
        self.add(new, "bank", body, self.books.report, again)

    @rule(dream=which, amount=cents, by_stranger=seldom, again=st.booleans())
    def withdraw(self, dream: int, amount: int, by_stranger: bool, again: bool) -> None:
        one = self.pick(self.books.dreams, dream)
        if one is not None:
            user = next(each for each in USERS if (each == one.user) != by_stranger)
            new = Transaction("", user, "Withdrawal", amount, from_dream=one.id)
            body = {"type": "Withdrawal", "fromDreamId": one.id, "amountCents": amount}
            self.add(new, user, body, self.books.ask, again)

    @rule(user=users, source=perhaps, goal=perhaps, amount=cents, anywhere=seldom, again=st.booleans())
    def move(self, user: str, source: int | None, goal: int | None, amount: int, anywhere: bool, again: bool) -> None:
        """Between Dreams of the user, or of anybody."""
        among = self.books.dreams if anywhere else {each.id: each for each in self.books.of(user, self.books.dreams)}
        one, other = self.pick(among, source), self.pick(among, goal)
        new = Transaction("", user, "Internal", amount, from_dream=one and one.id, to_dream=other and other.id)
        body = {
            "type": "Internal",
            "fromDreamId": new.from_dream,
            "toDreamId": new.to_dream,
            "amountCents": amount,
        }
        self.add(new, user, body, self.books.ask, again)

    def add(
        self, new: Transaction, who: str, body: dict[str, Any], expected: Callable[[Transaction], int], again: bool
    ) -> None:
        told = self.post(who, "/v1/transactions", "transaction", body, again=again)
        assert told.status == expected(new), (told, new)
        if told.status == 201:
            new.id = told.body["transaction"]["id"]
            assert told.body["transaction"]["state"] == new.state
            self.books.transactions[new.id] = new

    # What holds after each of them

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

"""Rules about transactions."""

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ..books import Transaction
from .asking import AT, USERS, Asking, cents, perhaps, seldom, users, which


class TransactionRules(Asking):
    """Transactions settle and fail; users and the bank make others."""

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

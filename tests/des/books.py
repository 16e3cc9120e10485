"""What balances must be: the rules of DES's money once more, as plain as they can be said.

A `Books` says of each request what must be answered, and changes as it must. It knows no HTTP, no database and nothing
of the code that it judges.
"""

import copy
from collections.abc import Sequence
from typing import Any

import attrs

LARGEST = 10**15


@attrs.define
class Account:
    id: str
    user: str
    is_performance: bool
    opening_cents: int
    external_id: str | None
    residual_cents: int = 0  # of SharedSavings: what is outside all Dreams, counted by itself
    worth_cents: int = 0  # of Performance


@attrs.define
class Dream:
    id: str
    user: str
    target_cents: int
    account: str | None
    cents: int = 0
    is_initiated: bool = False
    is_deleted: bool = False
    most_percent: int = 0


@attrs.define
class Transaction:
    id: str
    user: str
    kind: str
    cents: int
    from_account: str | None = None
    from_dream: str | None = None
    to_account: str | None = None
    to_dream: str | None = None
    state: str = "requested"
    external_id: str | None = None


@attrs.define
class Books:
    """Everything that has a balance, by id; users by their names.

    Attributes:
        asks_per_dream: An account is asked for when a Dream is made.
        one_dream_each: No account holds two Dreams, of whatever kind it is; a Performance account never does.
    """

    asks_per_dream: bool
    one_dream_each: bool
    accounts: dict[str, Account] = attrs.field(factory=dict)
    dreams: dict[str, Dream] = attrs.field(factory=dict)
    transactions: dict[str, Transaction] = attrs.field(factory=dict)
    initiated: set[str] = attrs.field(factory=set)

    # What there is

    def of(self, user: str, things: dict[str, Any]) -> list[Any]:
        return [each for each in things.values() if each.user == user]

    def on(self, account: str) -> list[Dream]:
        return [dream for dream in self.dreams.values() if dream.account == account]

    def balance(self, account: Account) -> int:
        if account.is_performance:
            return account.worth_cents
        return account.residual_cents + sum(dream.cents for dream in self.on(account.id))

    def opening_plus_settled(self, account: Account) -> int:
        """The balance of a SharedSavings account, from its beginning."""
        settled = [each for each in self.transactions.values() if each.state == "settled"]
        came = sum(each.cents for each in settled if each.to_account == account.id)
        went = sum(each.cents for each in settled if each.from_account == account.id)
        return account.opening_cents + came - went

    def holds(self, dream: Dream) -> int:
        account = self.accounts.get(dream.account or "")
        return account.worth_cents if account and account.is_performance and not dream.is_deleted else dream.cents

    def leaving(self, dream: Dream) -> int:
        requested = [each for each in self.transactions.values() if each.state == "requested"]
        return sum(each.cents for each in requested if each.from_dream == dream.id)

    def waits(self, dream: Dream) -> bool:
        """Nothing is prepared for this Dream: it has no account, and none is being opened."""
        return dream.account is None and not (
            dream.is_initiated if self.asks_per_dream else dream.user in self.initiated
        )

    def requested_for(self, dream: Dream) -> list[Transaction]:
        return [
            each
            for each in self.transactions.values()
            if each.state == "requested" and dream.id in (each.from_dream, each.to_dream)
        ]

    # Accounts, and what is linked to them

    def posts(self, user: str, external_id: str | None) -> int:
        taken = external_id is not None and external_id in {each.external_id for each in self.of(user, self.accounts)}
        return 409 if taken else 201

    def add_account(self, account: Account) -> None:
        """The bank has posted it; its opening balance is outside all Dreams."""
        self.accounts[account.id] = account
        if account.is_performance:
            account.worth_cents = account.opening_cents
        else:
            account.residual_cents = account.opening_cents
        if not self.asks_per_dream:
            for dream in self.of(account.user, self.dreams):
                if dream.account is None and not dream.is_deleted:
                    self._link(dream, account)

    def can_take_a_dream(self, user: str, account: Account) -> bool:
        is_for_one = account.is_performance or self.one_dream_each
        is_taken = is_for_one and any(not dream.is_deleted for dream in self.on(account.id))
        return account.user == user and not is_taken

    def link(self, dream: Dream, account: Account) -> int:
        if dream.account == account.id:
            return 200
        if dream.is_deleted or not self.can_take_a_dream(dream.user, account):
            return 400
        if dream.account is not None and (self.holds(dream) or self.requested_for(dream)):
            return 400
        self._link(dream, account)
        return 200

    def _link(self, dream: Dream, account: Account) -> None:
        dream.account = account.id
        for each in self.requested_for(dream):
            if each.to_dream == dream.id and each.to_account is None:
                each.to_account = account.id
        self.progress(dream)

    def revalue(self, account: Account, cents: int) -> int:
        if not account.is_performance:
            return 200 if cents == self.balance(account) else 400
        account.worth_cents = cents
        for dream in self.on(account.id):
            self.progress(dream)
        return 200

    def progress(self, dream: Dream) -> None:
        dream.most_percent = max(dream.most_percent, 100 * self.holds(dream) // dream.target_cents)

    # The outcome of transactions

    def settle(self, transaction: Transaction) -> int:
        if transaction.state != "requested":
            return 200 if transaction.state == "settled" else 400
        sides = self._sides(transaction)
        if any(account is None for account, _, _ in sides):
            return 400
        before = copy.deepcopy((self.accounts, self.dreams))
        for account_id, dream_id, cents in sides:
            account = self.accounts[account_id or ""]
            if account.is_performance:
                continue
            if dream_id is None:
                account.residual_cents += cents
            else:
                self.dreams[dream_id].cents += cents
        touched = [self.accounts[account_id or ""] for account_id, _, _ in sides]
        if any(dream.cents < 0 for dream in self.dreams.values()) or any(self.balance(each) < 0 for each in touched):
            self.accounts, self.dreams = before
            return 400
        transaction.state = "settled"
        for _, dream_id, _ in sides:
            if dream_id is not None:
                self.progress(self.dreams[dream_id])
        return 200

    def _sides(self, each: Transaction) -> list[tuple[str | None, str | None, int]]:
        """Account, Dream, and by how much."""
        sides = []
        if each.kind != "Deposit":
            sides.append((each.from_account, each.from_dream, -each.cents))
        if each.kind != "Withdrawal":
            sides.append((each.to_account, each.to_dream, each.cents))
        return sides

    def fail(self, transaction: Transaction) -> int:
        if transaction.state != "requested":
            return 200 if transaction.state == "failed" else 400
        transaction.state = "failed"
        return 200

    # What is asked for

    def report(self, new: Transaction) -> int:
        """By the bank."""
        for account_id, dream_id, _ in self._sides(new):
            account = self.accounts.get(account_id or "")
            dream = self.dreams.get(dream_id or "")
            if account is None or account.user != new.user:
                return 400
            if dream is not None and (dream.user != new.user or dream.is_deleted or dream.account != account.id):
                return 400
        if new.kind == "Internal" and (new.from_account, new.from_dream) == (new.to_account, new.to_dream):
            return 400
        if new.external_id in {each.external_id for each in self.of(new.user, self.transactions)}:
            return 409
        return 201 if self.settle(new) == 200 else 400

    def ask(self, new: Transaction) -> int:
        """By a user; it is settled at once where it stays on its account."""
        if new.kind == "Internal" and new.from_dream == new.to_dream:
            return 400
        source, target = self.dreams.get(new.from_dream or ""), self.dreams.get(new.to_dream or "")
        named = [dream for dream in (source, target) if dream is not None]
        if any(dream.user != new.user for dream in named):
            return 404
        if any(dream.is_deleted for dream in named):
            return 400
        new.from_account = (source or named[0]).account
        if new.kind == "Internal":
            new.to_account = (target or named[0]).account
        account = self.accounts.get(new.from_account or "")
        if account is None:
            return 400
        if source is None:
            there_is = 0 if account.is_performance else account.residual_cents
        else:
            there_is = self.holds(source) - self.leaving(source)
        if new.cents > there_is:
            return 400
        if new.kind == "Internal" and new.from_account == new.to_account:
            if account.is_performance:
                return 400
            assert self.settle(new) == 200
        return 201

    # Beginnings and ends

    def refuse_user(self, user: str) -> int:
        if self.asks_per_dream:
            return 204
        if self.of(user, self.accounts):
            return 400 if user in self.initiated else 204
        self._fail_all([each for each in self.of(user, self.transactions) if each.state == "requested"])
        self.initiated.discard(user)
        return 204

    def refuse_dream(self, dream: Dream) -> int:
        if not self.asks_per_dream:
            return 200
        if dream.is_deleted or dream.account is not None:
            return 400 if dream.is_initiated else 200
        self._fail_all(self.requested_for(dream))
        dream.is_initiated = False
        return 200

    def delete_dream(self, dream: Dream) -> int:
        if dream.is_deleted:
            return 200
        if self.holds(dream):
            return 400
        self._fail_all(self.requested_for(dream))
        dream.is_deleted = True
        return 200

    def delete_user(self, user: str) -> int:
        if any(each.state == "requested" for each in self.of(user, self.transactions)):
            return 409
        if any(self.balance(account) for account in self.of(user, self.accounts)):
            return 409
        for things in (self.accounts, self.dreams, self.transactions):
            for each in self.of(user, things):
                del things[each.id]
        self.initiated.discard(user)
        return 204

    def _fail_all(self, transactions: Sequence[Transaction]) -> None:
        for each in transactions:
            each.state = "failed"

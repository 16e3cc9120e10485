"""Rules about users, Dreams and accounts."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ..books import Account, Dream
from .asking import AT, Asking, cents, ids, perhaps, seldom, users, which


class UserRules(Asking):
    """Users have Dreams and accounts, and lose them."""

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

"""Rules about savehacks, and about the opening of accounts."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from .asking import AT, Asking, cents, seldom, users, which


class SavingRules(Asking):
    """Savehacks start and stop; the bank initiates accounts and refuses them."""

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

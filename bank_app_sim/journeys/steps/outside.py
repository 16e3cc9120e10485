"""What happens in the rest of the world, for the savehacks that live on it; and time."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from ..text.mistakes import one_of
from ..vocabulary.amounts import TIMES
from ..vocabulary.kinds import choice
from ..vocabulary.moments import MOMENT, POSITIVE_DURATION
from ..vocabulary.name_kinds import SAVING_FRIEND, SCORING_TEAM
from ..vocabulary.words import Argument, step
from .arguments import amount, may_do_nothing, user
from .people import StepFailed
from .stage import Stage

_COMPETITION = choice("competition", "league", "eurocup")
_NoneSaves = Annotated[bool, may_do_nothing("Pass also if no savehack saves for it.")]


class OutsideSteps(Stage):
    """Purchases, salaries, goals, friends, and the clock."""

    @step("a purchase", plain="amount")
    async def purchase(
        self,
        amount_cents: Annotated[int, amount("The price.")],
        *,
        of: Annotated[str | None, user("of", "The user who buys.")] = None,
        may_do_nothing: _NoneSaves = False,
    ) -> None:
        """A user buys something: Roundup saves for it. It moves no money in the bank's books."""
        await self._feed(may_do_nothing, type="purchase", amount_cents=amount_cents, user_id=self._user(of))

    @step("a salary", plain="amount")
    async def salary(
        self,
        amount_cents: Annotated[int, amount("The amount.")],
        *,
        of: Annotated[str | None, user("of", "The user who gets it.")] = None,
        may_do_nothing: _NoneSaves = False,
    ) -> None:
        """A user gets a salary: Percentage saves for it. It moves no money in the bank's books."""
        await self._feed(may_do_nothing, type="salary", amount_cents=amount_cents, user_id=self._user(of))

    @step("a goal", plain="team")
    async def goal(
        self,
        team: Annotated[str, Argument("team", SCORING_TEAM, "The team.")],
        *,
        competition: Annotated[
            str, Argument("competition", _COMPETITION, "The competition. Default: league.")
        ] = "league",
        goals: Annotated[int, Argument("goals", TIMES, "The number of goals. Default: 1.")] = 1,
        may_do_nothing: _NoneSaves = False,
    ) -> None:
        """A team scores: SaveLeague and Eurocup save for it."""
        await self._feed(may_do_nothing, type="goal", team=team, competition=competition, goals=goals)

    @step("a friend saves", plain=("friend", "amount"))
    async def friend_saves(
        self,
        friend: Annotated[str, Argument("friend", SAVING_FRIEND, "The friend.")],
        *,
        amount_cents: Annotated[int, amount("The amount.")],
        may_do_nothing: _NoneSaves = False,
    ) -> None:
        """A friend saves: Copycat saves for it."""
        await self._feed(may_do_nothing, type="saving", friend=friend, amount_cents=amount_cents)

    @step("wait", plain="time")
    async def wait(self, time: Annotated[timedelta, Argument("time", POSITIVE_DURATION, "How long.")]) -> None:
        """Time passes; everything that becomes due is done."""
        await self.world.clock.advance(time)

    @step("wait until", plain="moment")
    async def wait_until(self, moment: Annotated[datetime, Argument("moment", MOMENT, "The moment in UTC.")]) -> None:
        """Time passes until a moment."""
        now = self.world.clock.now()
        if moment < now:
            raise StepFailed(f"it is {now:%Y-%m-%d %H:%M:%S} already, and time goes forward only")
        await self.world.clock.advance_to(moment)

    async def _feed(self, may_do_nothing: bool, **event: Any) -> None:
        """Tell DES of something outside; the savehacks that live on it save at once."""
        fed = await self.world.api.sandbox.feed(**event)
        if not fed.transaction_ids:
            launches = (await self.world.state())["savehack launches"].values()
            there = [f"{each['user']}'s {each['type']}, {each['state']}" for each in launches]
            self.nothing_to_do(f"no savehack saves for this {event['type']}; there is {one_of(there)}", may_do_nothing)

    def _user(self, customer: str | None) -> str:
        return self.person(customer).in_session.user.id

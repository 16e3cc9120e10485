"""The base of all steps: a world, its people, and time that passes while they act."""

import contextlib
import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import anyio

from ...timeline.clock import NothingLeft
from ..given import Given, given
from ..world import JourneyWorld
from .people import Person, StepFailed
from .sayings import Sayings
from .troubles import Missed, Troubles

# A step that waits longer than this never ends. Something is always due: DES has work every day.
LONGEST_STEP = timedelta(days=400)

ONE_USER = given()


class Stage:
    """One journey's world and people.

    Args:
        world: In simulated time.
        given: Who takes part; the world is as it is.
    """

    def __init__(self, world: JourneyWorld, given: Given = ONE_USER) -> None:
        self.world = world
        self.given = given
        self.began_at: datetime = world.clock.now()
        self.references = itertools.count(1)
        self.troubles = Troubles()
        self.sayings = Sayings()
        # The names of all Dreams that a step has tried to create.
        self.dream_names: set[str] = set()
        self.people = {customer: Person(customer, self.world) for customer in given.users}

    def person(self, customer: str | None) -> Person:
        """The user; the first of the journey if no name is given. An unknown user joins the journey."""
        name = customer or self.given.users[0]
        return self.people.setdefault(name, Person(name, self.world))

    def nothing_to_do(self, why: str, may_do_nothing: bool) -> None:
        """Fail a step that finds nothing to do: it shows nothing.

        Args:
            may_do_nothing: The step allows it.

        Raises:
            StepFailed: The step does not allow it.
        """
        if not may_do_nothing:
            raise StepFailed(f"it does nothing: {why}; if that is intended, write `may do nothing: yes`")

    async def missed(self) -> list[Missed]:
        """What steps have announced or asked for and what has not happened."""
        orders = (await self.world.state())["orders"]
        return [*self.troubles.missed(await self.world.pending()), *self.sayings.missed(orders)]

    async def let_time_pass(self, doing: Callable[[], Awaitable[Any]]) -> None:
        """Do something, and let time pass while it waits; unless somebody else already lets time pass.

        Raises:
            StepFailed: It does not end by itself.
        """
        clock = self.world.clock
        if clock.is_running:
            await doing()
            return
        end = clock.now() + LONGEST_STEP
        error: Exception | None = None
        has_ended = False

        async def do() -> None:
            nonlocal error, has_ended
            try:
                await doing()
            except Exception as raised:  # to be raised without a group
                error = raised
            has_ended = True

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(do)
            with contextlib.suppress(NothingLeft):
                await clock.run(lambda: has_ended or clock.now() > end, instead=self.world.turns.give)
            tasks.cancel_scope.cancel()
        if error is not None:
            raise error
        if not has_ended:
            raise StepFailed("this step does not end by itself; who is it waiting for?")

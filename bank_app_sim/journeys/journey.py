"""Journey: what happens between users, a bank and DES, step by step; in Python as in a script."""

import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Self

import anyio

from ..timeline import durations
from ..timeline.turns import BRANCH
from .expectations.expected import ExpectationFailed as ExpectationFailed
from .expectations.expected import Expected, as_written, differences, require
from .expectations.look import Look
from .expectations.tallies import ByWord
from .given import Given
from .steps.bank import BankSteps
from .steps.outside import OutsideSteps
from .steps.stage import ONE_USER
from .steps.trouble import TroubleSteps
from .steps.user import UserSteps
from .text.mistakes import Mistake
from .text.nodes import Plain
from .vocabulary.kinds import Text
from .vocabulary.name_kinds import CUSTOMER, LookedUpName
from .vocabulary.word_reader import refuse_strangers, unknown_name
from .vocabulary.words import words_of
from .worlds import fresh

Branch = Callable[[], Awaitable[object]]

# How often `eventually` looks if it cannot know when something is due.
LOOKS = 100


class Journey(UserSteps, BankSteps, OutsideSteps, TroubleSteps):
    """One journey through one world.

    Each step of a script is a method here. Amounts are in cents, as everywhere in Python. Expectations are written as
    in a script: `await journey.expect(deposits={"settled": 2}, balance="100.00")`.

    A step returns when it is done; time passes only as far as the step waits. `meanwhile()` does several steps at once.
    """

    @classmethod
    @contextlib.asynccontextmanager
    async def begin(cls, given: Given = ONE_USER, *, seed: int = 0) -> AsyncIterator[Self]:
        """A journey in a world of its own, made with all that is given, as a script's is; it `end()`s with the block.

        Args:
            seed: Decides ids, jitter, and who goes next.

        Raises:
            ExpectationFailed: As `end()`, if the block has raised nothing.
        """
        async with fresh(given, seed=seed) as world:
            journey = cls(world, given)
            yield journey
            await journey.end()

    async def end(self) -> None:
        """Require that every fault has struck, and that users and the bank have done what they were told.

        Raises:
            ExpectationFailed: Something has not happened, and its step was not told `may_not_happen=True` or
                `may_do_nothing=True`.
        """
        failures = [missed.failure for missed in await self.missed()]
        require([(each.expected, each.found) for each in failures])

    async def expect(self, *, of: str | None = None, **expected: Any) -> None:
        """Require what has to be so now, after everything under way has come to rest.

        Args:
            of: The user whose part is looked at; everybody's by default.
            expected: By the names of scripts, with `_` for a space.

        Raises:
            ExpectationFailed: It is not so.
            Mistake: There is no such thing to expect, or a name in it belongs to no user or Dream.
        """
        await self.rest()
        await self._hold(as_written(expected, whose=of), of, self.check)

    async def eventually(self, *, within: timedelta, of: str | None = None, **expected: Any) -> None:
        """Require what has to be so at some moment from now on; time passes until it is.

        Args:
            within: How long that may take.

        Raises:
            ExpectationFailed: It was not so in all that time.
            Mistake: As `expect()`.
        """
        await self.rest()
        await self._hold(as_written(expected, whose=of), of, functools.partial(self.wait_for, within=within))

    async def _hold(
        self, expected: tuple[Expected, ...], of: str | None, check: Callable[..., Awaitable[None]]
    ) -> None:
        """Check what is expected, and that each name in it is that of something."""
        if of is not None:
            refuse_strangers(CUSTOMER, Plain(of), (await self._names())["user"])
        failure: ExpectationFailed | None = None
        try:
            await check(expected, of=of)
        except ExpectationFailed as error:
            failure = error  # but a wrong name is the better answer
        names = await self._names()
        for each in expected:
            kind = each.observable.kind
            if isinstance(kind, ByWord) and isinstance(each.value, Mapping):
                for name in each.value:
                    _refuse_unknown_name(kind.names, name, names)
        if failure is not None:
            raise failure

    async def _names(self) -> Mapping[str, Collection[str]]:
        """The names that users and Dreams have, have had, or were to get."""
        state = await self.world.state()
        users = [*self.people, *(str(user["external_id"]) for user in state["users"].values())]
        dreams = [*sorted(self.dream_names), *(str(dream["name"]) for dream in state["dreams"].values())]
        return {"user": list(dict.fromkeys(users)), "Dream": list(dict.fromkeys(dreams))}

    async def meanwhile(self, *branches: Branch, names: tuple[str, ...] = ()) -> None:
        """Do several things at once; the seed decides whose message goes next.

        The first branch that fails ends the others.
        """

        await self.let_time_pass(functools.partial(self._all_at_once, branches, names))

    async def _all_at_once(self, branches: Sequence[Branch], names: Sequence[str]) -> None:
        outer = BRANCH.get()

        async def follow(name: str, branch: Branch) -> None:
            BRANCH.set(f"{outer} / {name}" if outer else name)
            await branch()

        with self.world.turns.taken():
            try:
                async with anyio.create_task_group() as tasks:
                    for n, branch in enumerate(branches):
                        tasks.start_soon(follow, names[n] if n < len(names) else unnamed_branch(n + 1), branch)
            except BaseExceptionGroup as errors:
                raise _first(errors) from None

    async def check(self, expected: tuple[Expected, ...], *, of: str | None) -> None:
        """As `expect()`, for expectations that are read already, in a world that is at rest."""
        require(differences(expected, await self.look(of)))

    async def wait_for(self, expected: tuple[Expected, ...], *, within: timedelta, of: str | None) -> None:
        """As `eventually()`, for expectations that are read already, in a world that is at rest."""
        clock = self.world.clock
        end = clock.now() + within
        while failed := differences(expected, await self.look(of)):
            if clock.now() >= end:
                require(failed, f" within {durations.shown(within)}")
            # Nothing changes before the next due moment.
            await clock.advance_to(min(clock.next_due or clock.now() + within / LOOKS, end))

    async def rest(self) -> None:
        """Let everything come to rest; if several branches are at work, only wait for a turn among them."""
        if self.world.turns.are_taken:
            await self.world.turns.take("looks")
        else:
            await self.world.clock.advance_to(self.world.clock.now())

    async def look(self, of: str | None) -> Look:
        """The world as it is now."""
        messages = await self.world.messages()
        people = self.people.values()
        return Look(
            state=await self.world.state(),
            messages=messages,
            customer=of,
            elapsed=self.world.clock.now() - self.began_at,
            screens={each.customer: each.seen for each in people},
            sessions={each.customer: each.how_the_session_is(messages) for each in people},
            created={each.customer: each.created for each in people},
        )


def unnamed_branch(number: int) -> str:
    """What a branch without a name is called.

    Args:
        number: From 1.
    """
    return f"branch {number}"


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _refuse_unknown_name(kind: Text[str] | None, name: str, names: Mapping[str, Collection[str]]) -> None:
    if kind is CUSTOMER:
        refuse_strangers(CUSTOMER, Plain(name), names["user"])
    elif isinstance(kind, LookedUpName) and (sentence := unknown_name(kind, name, names[kind.of])) is not None:
        raise Mistake(sentence)


STEPS = words_of(Journey)

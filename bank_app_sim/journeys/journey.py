"""Journey: what happens between users, a bank and DES, step by step; in Python as in a script."""

import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Self

import anyio
import attrs

from ..timeline import durations
from ..timeline.turns import BRANCH
from .expectations.look import Look
from .expectations.observable import Observable, of_everybody
from .expectations.observables import OBSERVABLES
from .expectations.tallies import ByWord
from .given import Given, given
from .steps.bank import BankSteps
from .steps.outside import OutsideSteps
from .steps.trouble import TroubleSteps
from .steps.user import UserSteps
from .text.mistakes import Mistake, unknown
from .text.nodes import Plain, node_of
from .vocabulary.kinds import Text
from .vocabulary.name_kinds import CUSTOMER, LookedUpName
from .vocabulary.word_reader import refuse_strangers, unknown_name
from .vocabulary.words import words_of
from .worlds import fresh

Branch = Callable[[], Awaitable[Any]]

# How often `eventually` looks where it cannot know when something is due.
LOOKS = 100


@attrs.frozen
class Expected:
    """One thing that is expected.

    Attributes:
        text: The expectation, as it is written.
    """

    observable: Observable
    value: Any
    text: str


class ExpectationFailed(AssertionError):
    """Something is not as it was expected.

    Attributes:
        expected: What was expected.
        found: What was there.
    """

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}; there was {found}")
        self.expected = expected
        self.found = found


class Journey(UserSteps, BankSteps, OutsideSteps, TroubleSteps):
    """One journey through one world.

    Each step of a script is a method here. Amounts are in cents, as everywhere in Python. What is expected is written
    as in a script: `await journey.expect(deposits={"settled": 2}, balance="100.00")`.

    A step returns when it is done; time passes as far as it has to be waited for, and no further. For several steps at
    once there is `meanwhile()`.
    """

    @classmethod
    @contextlib.asynccontextmanager
    async def begin(cls, given: Given = given(), *, seed: int = 0) -> AsyncIterator[Self]:  # noqa: B008  # it is frozen
        """A journey in a world of its own, made with all that is given, as a script's is; it `end()`s with the block.

        Args:
            seed: Decides ids, jitter, and who goes next.

        Raises:
            ExpectationFailed: As `end()`, where the block has raised nothing.
        """
        async with fresh(given, seed=seed) as world:
            journey = cls(world, given)
            yield journey
            await journey.end()

    async def end(self) -> None:
        """What was to go wrong has to have gone wrong, and what users and the bank were to do has to have been done.

        A fault that struck nothing has shown nothing.

        Raises:
            ExpectationFailed: Something has not, and its step was not told `may_not_happen=True` or
                `may_do_nothing=True`.
        """
        failures = [missed.failure for missed in await self.missed()]
        if failures:
            raise ExpectationFailed(
                "; ".join(each.expected for each in failures), "; ".join(each.found for each in failures)
            )

    async def expect(self, *, of: str | None = None, **expected: Any) -> None:
        """What there has to be now, when all that is under way has come to rest.

        Args:
            of: One user's part of it; everybody's when left out.
            expected: By the names of scripts, with `_` for a space.

        Raises:
            ExpectationFailed: It is not so.
            Mistake: That is nothing that can be expected; or a name in it is none that a user or a Dream has had.
        """
        await self.rest()
        await self._hold(as_written(expected, whose=of), of, self.check)

    async def eventually(self, *, within: timedelta, of: str | None = None, **expected: Any) -> None:
        """What there has to be at some moment from now on; time passes until it is.

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
        """Check what is expected, and that each name in it is one that can be meant."""
        if of is not None:
            refuse_strangers(CUSTOMER, Plain(of), (await self._names())["user"])
        failure: ExpectationFailed | None = None
        try:
            await check(expected, of=of)
        except ExpectationFailed as error:
            failure = error  # a name that nobody can have is the better answer
        names = await self._names()
        for each in expected:
            kind = each.observable.kind
            if isinstance(kind, ByWord) and isinstance(each.value, Mapping):
                for name in each.value:
                    _refuse_unknown_name(kind.names, name, names)
        if failure is not None:
            raise failure

    async def _names(self) -> Mapping[str, Collection[str]]:
        """Those that users and Dreams have, have had, or were to have."""
        state = await self.world.state()
        users = [*self.people, *(str(user["external_id"]) for user in state["users"].values())]
        dreams = [*sorted(self.dream_names), *(str(dream["name"]) for dream in state["dreams"].values())]
        return {"user": list(dict.fromkeys(users)), "Dream": list(dict.fromkeys(dreams))}

    async def meanwhile(self, *branches: Branch, names: tuple[str, ...] = ()) -> None:
        """Several things at once: whose message goes next, the seed decides.

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
        failed = differences(expected, await self.look(of))
        if failed:
            raise ExpectationFailed("; ".join(text for text, _ in failed), "; ".join(found for _, found in failed))

    async def wait_for(self, expected: tuple[Expected, ...], *, within: timedelta, of: str | None) -> None:
        """As `eventually()`, for expectations that are read already, in a world that is at rest."""
        clock = self.world.clock
        end = clock.now() + within
        while failed := differences(expected, await self.look(of)):
            if clock.now() >= end:
                texts = "; ".join(text for text, _ in failed)
                found = "; ".join(found for _, found in failed)
                raise ExpectationFailed(f"{texts} within {durations.shown(within)}", found)
            # Nothing changes before somebody's moment has come.
            await clock.advance_to(min(clock.next_due or clock.now() + within / LOOKS, end))

    async def rest(self) -> None:
        """Let everything come to rest; where several branches are at work, only wait for a turn among them."""
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
    """What a branch is called that has no name; they are numbered from 1."""
    return f"branch {number}"


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _refuse_unknown_name(kind: Text[str] | None, name: str, names: Mapping[str, Collection[str]]) -> None:
    if kind is CUSTOMER:
        refuse_strangers(CUSTOMER, Plain(name), names["user"])
    elif isinstance(kind, LookedUpName) and (sentence := unknown_name(kind, name, names[kind.of])) is not None:
        raise Mistake(sentence)


def as_written(expected: Mapping[str, Any], *, whose: str | None = None) -> tuple[Expected, ...]:
    """What Python code expects, read as a script would be.

    Args:
        whose: Of which user it is expected; None for everybody.
    """
    read = []
    for parameter, value in expected.items():
        name = parameter.replace("_", " ")
        if name not in OBSERVABLES:
            raise Mistake(unknown(name, "thing to expect", OBSERVABLES))
        found = OBSERVABLES[name]
        if whose is not None and found.of_everybody:
            raise Mistake(of_everybody(name))
        node = node_of(value)
        read.append(Expected(found, found.kind.read(node), f"{name}: {value}"))
    return tuple(read)


def differences(expected: tuple[Expected, ...], look: Look) -> list[tuple[str, str]]:
    """What is not as expected: each with what was there instead."""
    failed = []
    for each in expected:
        found = each.observable.difference(each.value, look)
        if found is not None:
            failed.append((each.text, f"{each.observable.name}: {found}"))
    return failed


STEPS = words_of(Journey)

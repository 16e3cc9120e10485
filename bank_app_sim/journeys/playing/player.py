"""Plays one script in one world, and notes the result of each step."""

import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import anyio
import attrs

from ...timeline.clock import NothingLeft, timestamp
from ..expectations.expected import ExpectationFailed
from ..given import shown
from ..journey import Journey
from ..results import Failure, JourneyResult, Outcome, State, StepResult
from ..scripts.script import Doing, Expecting, Meanwhile, Recording, Script, Step
from ..steps.stage import LONGEST_STEP
from ..steps.troubles import UNDER_WAY
from ..world import JourneyWorld
from .announced import announced, asked_for, only_looks
from .failures import FAULT, named, unlike
from .files import from_here, texts_of
from .owners import with_owners
from .recording import Recordings, messages_of, state_of


class _Over(Exception):
    """A step has failed, and the journey ends with it."""


@attrs.define(eq=False, kw_only=True)
class Player:
    """Plays one journey.

    Attributes:
        keeps_evidence: Keep messages and states with the result; it takes some time.
        results: Of all steps.
        states: The different states, in the order in which they were seen.
    """

    script: Script
    world: JourneyWorld
    journey: Journey
    recordings: Recordings
    keeps_evidence: bool
    results: list[StepResult] = attrs.field(init=False)
    states: list[State] = attrs.field(factory=list, init=False)
    _places: dict[str, int] = attrs.field(init=False)
    _longest_until: datetime = attrs.field(init=False)
    _is_over: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.results = list(announced(self.script.steps))
        self._places = {result.number: place for place, result in enumerate(self.results)}
        self._longest_until = self.world.clock.now() + LONGEST_STEP

    @property
    def outcome(self) -> Outcome:
        """How the journey has ended."""
        has_passed = all(result.outcome is Outcome.PASSED for result in self.results)
        return Outcome.PASSED if has_passed else Outcome.FAILED

    async def play(self) -> None:
        """Play all steps, or up to one that fails."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._play_script)
            with contextlib.suppress(NothingLeft):  # the result of the step under way says so below
                await self.world.clock.run(self._is_enough, instead=self.world.turns.give)
            if not self._is_over:
                self._give_up(self._never_ends())
                tasks.cancel_scope.cancel()

    async def _play_script(self) -> None:
        try:
            await self.journey.rest()
            await self._play_all(self.script.steps, "")
            await self._note_what_was_missed()
        except _Over:
            pass  # the result of the step that failed says why
        except Exception as error:  # of ours, or of the world's: no step has caused it
            self._give_up(Failure(expected="the world goes on", found=named(error), way_out=FAULT))
        finally:
            self._is_over = True

    async def _note_what_was_missed(self) -> None:
        """If something has not happened, the step that announced it has failed."""
        for missed in await self.journey.missed():
            assert missed.place is not None
            result = self.results[missed.place]
            self.results[missed.place] = attrs.evolve(result, outcome=Outcome.FAILED, failure=missed.failure)

    def _is_enough(self) -> bool:
        return self._is_over or self._takes_too_long()

    def _takes_too_long(self) -> bool:
        return self.world.clock.now() > self._longest_until

    def _never_ends(self) -> Failure:
        found = "it has not ended, and nothing is left that could end it"
        if self._takes_too_long():
            found = f"it has not ended, {LONGEST_STEP.days} days later than it could"
        return Failure(expected="the step ends", found=found, way_out="who is it waiting for?")

    def _give_up(self, failure: Failure) -> None:
        """The steps under way have failed with this."""
        for n, result in enumerate(self.results):
            if result.ended_at == "" and result.began_at:
                ended_at = timestamp(self.world.clock.now())
                self.results[n] = attrs.evolve(result, outcome=Outcome.FAILED, ended_at=ended_at, failure=failure)

    async def _play_all(self, steps: tuple[Step, ...], prefix: str) -> None:
        for n, step in enumerate(steps, 1):
            await self._play(step, self._places[f"{prefix}{n}"])

    async def _play(self, step: Step, place: int) -> None:
        began_at = self.world.clock.now()
        self._longest_until = max(self._longest_until, began_at + LONGEST_STEP + asked_for(step, began_at))
        self.results[place] = attrs.evolve(self.results[place], began_at=timestamp(began_at))
        before, first = await self._mark()
        begun = attrs.evolve(self.results[place], first_message=first + 1, before=before)
        self.results[place] = begun
        UNDER_WAY.set(place)
        failure = await self._failure(step, begun.number)
        if not only_looks(step):
            # All that the step has caused belongs to it. After that nothing happens while evidence is collected: to
            # keep evidence does not change what there is to keep.
            await self.journey.rest()
        after, last = await self._mark()
        self.results[place] = attrs.evolve(
            begun,
            outcome=Outcome.PASSED if failure is None else Outcome.FAILED,
            ended_at=timestamp(self.world.clock.now()),
            last_message=last,
            after=after,
            failure=failure,
        )
        if failure is not None:
            raise _Over

    async def _mark(self) -> tuple[int | None, int]:
        """The place of the current state in `states`, and how many messages there are."""
        if not self.keeps_evidence:
            return None, 0
        state = await self.world.state()
        if not self.states or self.states[-1] != state:
            self.states.append(state)
        return len(self.states) - 1, len(await self.world.messages())

    async def _failure(self, step: Step, number: str) -> Failure | None:
        """Do the step; what went wrong, or None."""
        try:
            if isinstance(step, Doing):
                return await self._do(step)
            await self._follow(step, number)
        except _Over:
            return Failure(expected="every branch comes to its end", found="one of them has failed")
        except ExpectationFailed as error:
            return Failure(expected=error.expected, found=error.found)
        return None

    async def _do(self, step: Doing) -> Failure | None:
        for _ in range(step.times):
            try:
                await step.words.function(self.journey, **step.arguments)
            except Exception as error:
                if failure := unlike(step, error):
                    return failure
            else:
                if step.fails is not None:
                    return Failure(expected=f"fails: {step.fails}", found="it has succeeded")
        return None

    async def _follow(self, step: Step, number: str) -> None:
        if isinstance(step, Expecting):
            if step.within is None:
                await self.journey.check(step.expected, of=step.of)
            else:
                await self.journey.wait_for(step.expected, within=step.within, of=step.of)
        elif isinstance(step, Recording):
            await self._compare_with_recording(step)
        elif isinstance(step, Meanwhile):
            branches = [self._branch(steps, f"{number}.{n}.") for n, (_, steps) in enumerate(step.branches, 1)]
            await self.journey.meanwhile(*branches, names=tuple(name for name, _ in step.branches))

    def _branch(self, steps: tuple[Step, ...], prefix: str) -> Callable[[], Awaitable[None]]:
        async def branch() -> None:
            await self._play_all(steps, prefix)

        return branch

    async def _compare_with_recording(self, step: Recording) -> None:
        now: dict[str, object] = {}
        if "messages" in step.what:
            now["messages"] = messages_of(await self.world.messages())
        if "state" in step.what:
            now["state"] = state_of(await self.world.state())
        difference = self.recordings.difference(step, now)
        if difference is not None:
            raise ExpectationFailed(*difference)


async def play(
    script: Script,
    world: JourneyWorld,
    *,
    seed: int,
    where: str,
    command: str,
    recordings: Recordings,
    keeps_evidence: bool,
) -> JourneyResult:
    """Play a script in a fresh world that was made with the script's `given`.

    Args:
        where: The world, as the result names it; `command` is the command that repeats the journey.
    """
    began = time.perf_counter()
    journey = Journey(world, script.given)
    player = Player(script=script, world=world, journey=journey, recordings=recordings, keeps_evidence=keeps_evidence)
    await player.play()
    keeps_messages = keeps_evidence or player.outcome is Outcome.FAILED
    file = from_here(script.file, Path.cwd())
    return JourneyResult(
        name=script.name,
        title=script.title,
        file=file,
        row=script.row,
        seed=seed,
        world=where,
        outcome=player.outcome,
        seconds=time.perf_counter() - began,
        steps=player.results,
        messages=[message.as_json() for message in with_owners(await world.messages())] if keeps_messages else (),
        states=player.states,
        command=command,
        given=shown(script.arguments),
        sources=texts_of([file, *(result.file for result in player.results)]) if keeps_evidence else {},
        recorded=recordings.taken,
    )

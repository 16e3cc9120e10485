"""Plays one script in one world, and writes down what came of each step."""

import contextlib
import functools
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import attrs

from ...timeline.clock import NothingLeft, timestamp
from ..given import shown
from ..journey import ExpectationFailed, Journey
from ..library import LIBRARY
from ..results import Failure, JourneyResult, Outcome, State, StepResult
from ..scripts.language import FAILURES
from ..scripts.script import Doing, Expecting, Meanwhile, Recording, Script, Step
from ..steps.people import StepFailed
from ..steps.stage import LONGEST_STEP
from ..steps.troubles import UNDER_WAY
from ..world import World
from .owners import with_owners
from .recording import Recordings, messages_of, state_of


class _Over(Exception):
    """A step has failed, and the journey ends with it."""


@attrs.define(eq=False, kw_only=True)
class Player:
    """One journey at a time.

    Attributes:
        keeps_evidence: Messages and states are kept with the result; it takes some time.
    """

    script: Script
    world: World
    journey: Journey
    recordings: Recordings
    keeps_evidence: bool
    _results: list[StepResult] = attrs.field(factory=list, init=False)
    _places: dict[str, int] = attrs.field(factory=dict, init=False)
    _states: list[State] = attrs.field(factory=list, init=False)
    _longest_until: datetime = attrs.field(init=False)

    async def play(self) -> tuple[Outcome, list[StepResult], list[State]]:
        """Play all steps, or up to one that fails; every step has a result."""
        is_over = False
        self._longest_until = self.world.clock.now() + LONGEST_STEP
        self._results = list(_announced(self.script.steps))
        self._places = {result.number: place for place, result in enumerate(self._results)}

        async def play() -> None:
            nonlocal is_over
            try:
                await self.journey.rest()
                await self._play_all(self.script.steps, "")
                await self._hold_to_what_was_asked()
            except _Over:
                pass  # why it is over stands in the result of the step that failed
            except Exception as error:  # of ours, or of the world's: no step has brought it about
                self._give_up(Failure(expected="the world goes on", found=_named(error), way_out=_FAULT))
            finally:
                is_over = True

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(play)
            with contextlib.suppress(NothingLeft):  # the step under way is told of it below
                await self.world.clock.run(lambda: is_over or self._takes_too_long(), instead=self.world.turns.give)
            if not is_over:
                self._give_up(self._never_ends())
                tasks.cancel_scope.cancel()
        outcome = Outcome.PASSED if all(r.outcome is Outcome.PASSED for r in self._results) else Outcome.FAILED
        return outcome, self._results, self._states

    async def _hold_to_what_was_asked(self) -> None:
        """What was to come and has not: the step that has said so has failed."""
        for missed in await self.journey.missed():
            assert missed.place is not None
            result = self._results[missed.place]
            self._results[missed.place] = attrs.evolve(result, outcome=Outcome.FAILED, failure=missed.failure)

    def _takes_too_long(self) -> bool:
        return self.world.clock.now() > self._longest_until

    def _never_ends(self) -> Failure:
        found = "it has not ended, and nothing is left that could end it"
        if self._takes_too_long():
            found = f"it has not ended, {LONGEST_STEP.days} days later than it could"
        return Failure(expected="the step ends", found=found, way_out="who is it waiting for?")

    def _give_up(self, failure: Failure) -> None:
        """The steps under way have failed with this."""
        for n, result in enumerate(self._results):
            if result.ended_at == "" and result.began_at:
                ended_at = timestamp(self.world.clock.now())
                self._results[n] = attrs.evolve(result, outcome=Outcome.FAILED, ended_at=ended_at, failure=failure)

    async def _play_all(self, steps: tuple[Step, ...], prefix: str) -> None:
        for n, step in enumerate(steps, 1):
            await self._play(step, self._places[f"{prefix}{n}"])

    async def _play(self, step: Step, place: int) -> None:
        began_at = self.world.clock.now()
        self._longest_until = max(self._longest_until, began_at + LONGEST_STEP + _asked_for(step, began_at))
        self._results[place] = attrs.evolve(self._results[place], began_at=timestamp(began_at))
        before, first = await self._mark()
        begun = attrs.evolve(self._results[place], first_message=first + 1, before=before)
        self._results[place] = begun
        UNDER_WAY.set(place)
        failure = await self._outcome(step, begun.number)
        if not _only_looks(step):
            # All that it has set in motion belongs to it. And however much is looked at afterwards, nothing happens
            # then: what is kept as evidence does not change what there is to keep.
            await self.journey.rest()
        after, last = await self._mark()
        self._results[place] = attrs.evolve(
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
        """Which state there is now, and how many messages there are."""
        if not self.keeps_evidence:
            return None, 0
        state = await self.world.state()
        if not self._states or self._states[-1] != state:
            self._states.append(state)
        return len(self._states) - 1, len(await self.world.messages())

    async def _outcome(self, step: Step, number: str) -> Failure | None:
        """Do it; what went wrong, if anything did."""
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
                if failure := _unlike(step, error):
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
            await self._hold_against_recording(step)
        elif isinstance(step, Meanwhile):
            branches = [self._branch(steps, f"{number}.{n}.") for n, (_, steps) in enumerate(step.branches, 1)]
            await self.journey.meanwhile(*branches, names=tuple(name for name, _ in step.branches))

    def _branch(self, steps: tuple[Step, ...], prefix: str) -> Any:
        async def branch() -> None:
            await self._play_all(steps, prefix)

        return branch

    async def _hold_against_recording(self, step: Recording) -> None:
        now: dict[str, Any] = {}
        if "messages" in step.what:
            now["messages"] = messages_of(await self.world.messages())
        if "state" in step.what:
            now["state"] = state_of(await self.world.state())
        difference = self.recordings.difference(step, now)
        if difference is not None:
            raise ExpectationFailed(*difference)


def _announced(steps: tuple[Step, ...], prefix: str = "", branch: str = "") -> Iterator[StepResult]:
    """A result for each step, those of branches behind the step that holds them; none of them is reached yet."""
    for n, step in enumerate(steps, 1):
        number = f"{prefix}{n}"
        yield StepResult(
            number=number,
            text=_text(step),
            line=step.place.line or None,
            file=from_here(step.place.file, Path.cwd()) if step.place.file else "",
            branch=branch,
            outcome=Outcome.NOT_REACHED,
        )
        if isinstance(step, Meanwhile):
            for which, (name, inner) in enumerate(step.branches, 1):
                yield from _announced(inner, f"{number}.{which}.", f"{branch} / {name}" if branch else name)


def _only_looks(step: Step) -> bool:
    return isinstance(step, Recording) or (isinstance(step, Expecting) and step.within is None)


def _asked_for(step: Step, now: datetime) -> timedelta:
    """How long a step says itself that it takes."""
    if isinstance(step, Expecting):
        return step.within or timedelta()
    values = step.arguments.values() if isinstance(step, Doing) else ()
    moments = [value - now for value in values if isinstance(value, datetime)]
    return max([timedelta(), *moments, *(value for value in values if isinstance(value, timedelta))])


def _text(step: Step) -> str:
    """With what stands beside it."""
    if not isinstance(step, Doing):
        return step.text
    more = [f"times: {step.times}"] if step.times > 1 else []
    more += [f"fails: {step.fails}"] if step.fails else []
    more += [f"saying: {step.saying}"] if step.saying else []
    return ", ".join([step.text, *more])


def _unlike(step: Doing, error: Exception) -> Failure | None:
    """How an error differs from the one that was wanted; None where it is that one."""
    names = [kind.__name__ for kind in type(error).__mro__]
    found = _named(error)
    if step.fails is None:
        return Failure(expected="the step succeeds", found=found, way_out=_way_out(error))
    if step.fails not in names:
        return Failure(expected=f"fails: {step.fails}", found=found)
    if step.saying is not None and step.saying not in str(error):
        return Failure(expected=f"fails: {step.fails}, saying: {step.saying}", found=found)
    return None


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


_FAULT = "this is none of the SDK's errors; it may be a fault of the simulator"


def _way_out(error: Exception) -> str:
    if type(error).__name__ in FAILURES.words:
        return f"if that is right, write beside the step: fails: {type(error).__name__}"
    if isinstance(error, StepFailed):
        return ""
    return _FAULT


async def play(
    script: Script,
    world: World,
    *,
    seed: int,
    where: str,
    command: str,
    recordings: Recordings,
    keeps_evidence: bool,
) -> JourneyResult:
    """Play a script in a world that is fresh, and made with what the script has given.

    Args:
        where: What the result says of where it was played.
        command: What repeats it.
    """
    began = time.perf_counter()
    player = Player(
        script=script,
        world=world,
        journey=Journey(world, script.given),
        recordings=recordings,
        keeps_evidence=keeps_evidence,
    )
    outcome, steps, states = await player.play()
    keeps_messages = keeps_evidence or outcome is Outcome.FAILED
    return JourneyResult(
        name=script.name,
        title=script.title,
        file=from_here(script.file, Path.cwd()),
        row=script.row,
        seed=seed,
        world=where,
        outcome=outcome,
        seconds=time.perf_counter() - began,
        steps=steps,
        messages=[message.as_json() for message in with_owners(await world.messages())] if keeps_messages else (),
        states=states,
        command=command,
        given=shown(script.arguments),
        sources=_sources(script) if keeps_evidence else {},
        recorded=recordings.taken,
    )


def _sources(script: Script) -> dict[str, str]:
    """The texts that its steps stand in, as they are now."""
    places = {result.file: None for result in _announced(script.steps)}
    files = dict.fromkeys([from_here(script.file, Path.cwd()), *places])
    return {file: text for file in files if (text := _text_of(file)) is not None}


def _text_of(file: str) -> str | None:
    for folder in (Path.cwd(), LIBRARY.parents[2]):
        with contextlib.suppress(OSError):
            return (folder / file).read_text(encoding="utf-8", errors="replace")
    return None


@functools.lru_cache(1024)
def from_here(file: str, here: Path) -> str:
    """As it is called from the current folder, or from that of the package: the same in every checkout."""
    path = Path(file).resolve()
    for folder in (here, LIBRARY.parents[2]):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return file

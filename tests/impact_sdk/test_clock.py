"""The machine's clock: set back, set ahead, asleep. No test waits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from impact_sdk import SystemClock
from impact_sdk.clock import LONGEST_NAP_SECONDS, LOOKED_AGAIN_AFTER_SECONDS, wait

START = datetime(2027, 1, 4, 8, tzinfo=UTC)
MINUTES_30 = 1800.0
DAY = 86_400.0


@attrs.define
class Machine:
    """Two clocks; things happen to the one that people set."""

    time: datetime = START
    steady: float = 0
    naps: int = 0
    # What happens at the end of the nap that begins at a steady second, or later; once each.
    happenings: dict[float, Callable[["Machine"], None]] = attrs.field(factory=dict)

    async def nap(self, seconds: float) -> None:
        assert 0 < seconds <= LONGEST_NAP_SECONDS
        self.naps += 1
        self.steady += seconds
        self.time += timedelta(seconds=seconds)
        for at in [at for at in self.happenings if at <= self.steady]:
            self.happenings.pop(at)(self)

    def jump(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    async def wait(self, seconds: float) -> float:
        """How long it took, by the steady clock."""
        began = self.steady
        await wait(seconds, now=lambda: self.time, steady=lambda: self.steady, nap=self.nap)
        return self.steady - began


async def test_a_wait_takes_as_long_as_it_says() -> None:
    for seconds in (0.5, 8, LONGEST_NAP_SECONDS, MINUTES_30):
        assert await Machine().wait(seconds) == pytest.approx(seconds)


@pytest.mark.parametrize("seconds", [0, -1, -1e300])
async def test_what_has_passed_is_not_waited_for(seconds: float) -> None:
    machine = Machine()

    assert (await machine.wait(seconds), machine.naps) == (0, 0)


@pytest.mark.parametrize("back", [60, DAY, 400 * DAY])
async def test_a_clock_that_is_set_back_makes_no_wait_longer(back: float) -> None:
    machine = Machine(happenings={600: lambda machine: machine.jump(-back)})

    assert await machine.wait(MINUTES_30) == pytest.approx(MINUTES_30)


async def test_what_fell_due_while_the_machine_slept_is_due_when_it_wakes() -> None:
    """Its steady clock stood still for two hours."""
    machine = Machine(happenings={600: lambda machine: machine.jump(2 * 3600)})

    assert await machine.wait(MINUTES_30) <= 600 + LONGEST_NAP_SECONDS + LOOKED_AGAIN_AFTER_SECONDS


async def test_a_short_sleep_of_the_machine_counts() -> None:
    machine = Machine(happenings={600: lambda machine: machine.jump(300)})

    assert 0 <= await machine.wait(MINUTES_30) - (MINUTES_30 - 300) <= LOOKED_AGAIN_AFTER_SECONDS


async def test_a_clock_that_is_wrong_for_a_moment_lets_nothing_fall_due() -> None:
    def ahead(machine: Machine) -> None:
        machine.jump(400 * DAY)
        machine.happenings[machine.steady + 1] = lambda machine: machine.jump(-400 * DAY)

    assert await Machine(happenings={600: ahead}).wait(MINUTES_30) == pytest.approx(MINUTES_30)


async def test_the_systems_clock_waits() -> None:
    clock = SystemClock()
    before = clock.now()

    await clock.sleep(0.01)
    await clock.sleep(0)
    await clock.sleep(-5)
    await clock.sleep_until(before)
    await clock.sleep_until(clock.now() + timedelta(milliseconds=10))

    assert timedelta(milliseconds=19) <= clock.now() - before < timedelta(seconds=5)

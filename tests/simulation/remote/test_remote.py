"""RemoteWorld: what goes wrong with it, and several at once."""

import contextlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from bank_app_sim import Simulation
from bank_app_sim.invocation import command
from bank_app_sim.journeys.world import JourneyWorld
from bank_app_sim.server.http.ports import address, listening_socket
from bank_app_sim.simulation.faults import Fault, FaultKind
from bank_app_sim.simulation.remote import RemoteWorld, SandboxError
from bank_app_sim.simulation.remote.control.messages import MOST_MESSAGES
from impact_sdk import OutcomeUnknown

from .journeys import AnyWorld, play, trouble_and_a_good_end, two_at_once
from .sandboxes import answering, sandbox

pytestmark = pytest.mark.thorough  # sandboxes are served, and worlds made there


def is_a_world(world: RemoteWorld) -> JourneyWorld:
    """The types say that a journey can be played in it."""
    return world


async def test_several_worlds_at_once_do_not_disturb_each_other(files_url: str) -> None:
    async def played(seed: int) -> object:
        async with RemoteWorld(files_url, seed=seed) as world:
            await play(world, two_at_once if seed % 2 else trouble_and_a_good_end)
            return await world.messages(), await world.state()

    alone = [await played(seed) for seed in (1, 2)]
    together: dict[int, object] = {}

    async def played_elsewhere(seed: int) -> None:
        together[seed] = await anyio.to_thread.run_sync(anyio.run, played, seed)

    async with anyio.create_task_group() as players:
        for seed in (1, 2):
            players.start_soon(played_elsewhere, seed)

    assert [together[seed] for seed in (1, 2)] == alone


class GivenUp(Exception):
    """Somebody ends what others do."""


async def test_a_world_ends_although_a_session_in_it_is_open(files_url: str) -> None:
    with anyio.fail_after(20):
        async with RemoteWorld(files_url) as world:
            await world.bank_app("ada").launch()


async def given_up(world: AnyWorld) -> None:
    """A Dream is created while somebody else ends it all: before or after, the seed decides."""
    session = await world.bank_app("ada").launch()

    async def end() -> None:
        await world.turns.take("ends it")
        raise GivenUp

    with world.turns.taken(), contextlib.suppress(ExceptionGroup):
        async with anyio.create_task_group() as branches:
            branches.start_soon(lambda: session.create_dream("Bike", target_cents=250_000))
            branches.start_soon(end)
    await world.clock.sleep(60)


async def test_a_request_that_is_given_up_here_is_given_up_there(files_url: str) -> None:
    """While it waits for its turn it has not begun; and it never will."""

    async def dreams(world: AnyWorld) -> int:
        async with world:
            await play(world, given_up)
            return len((await world.state())["dreams"])

    there = [await dreams(RemoteWorld(files_url, seed=seed)) for seed in range(5)]
    here = [await dreams(Simulation(seed=seed)) for seed in range(5)]

    assert there == here
    assert set(there) == {0, 1}


async def test_an_answer_that_comes_late_does_so_at_its_moment(files_url: str) -> None:
    """Although nobody on this side waits for any."""
    async with RemoteWorld(files_url) as world:
        moments: list[datetime] = []

        async def journey(_world: object) -> None:
            session = await world.bank_app("ada").launch()
            for _ in range(5):
                await world.fail(Fault(kind=FaultKind.LATE, what="POST /dreams", delay=timedelta(hours=30)))
                await session.create_dream("Bike", target_cents=250_000)
                moments.append(world.clock.now())

        began = world.clock.now()
        await play(world, journey)

        assert moments == [began + n * timedelta(hours=30) for n in range(1, 6)]


async def test_who_breaks_off_is_told_as_on_any_network(files_url: str) -> None:
    async with RemoteWorld(files_url) as world:
        session = await world.bank_app("ada").launch()
        await world.fail(Fault(kind=FaultKind.ANSWER_LOST, what="GET /dreams", times=9))

        with pytest.raises(OutcomeUnknown, match="the network lost the answer"):
            [dream async for dream in session.dreams()]
        await world.heal()
        assert [dream async for dream in session.dreams()] == []


async def test_a_setting_that_is_none_is_a_mistake_in_the_program() -> None:
    unknown: dict[str, Any] = {"crash": print}

    with pytest.raises(TypeError, match="'crash'"):
        RemoteWorld("http://127.0.0.1:8700", **unknown)


async def test_a_sandbox_that_is_not_there_gets_a_sentence() -> None:
    listener = listening_socket(0)
    url = address(listener)
    listener.close()

    with pytest.raises(
        SandboxError, match=rf"nothing answers at {url} .*start a sandbox with: {re.escape(command('serve'))}"
    ):
        async with RemoteWorld(url):
            raise AssertionError("there is nothing")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<html>welcome</html>", "what answers at http://.* is no sandbox"),
        (404, b"not found", "what answers at http://.* is no sandbox"),
        (
            404,
            b'{"errors": [{"field": "base", "errors": ["there is no /sandbox/worlds here"]}]}',
            "not the address of DES",
        ),
        (
            200,
            b'{"version": 99, "most": 1, "worlds": []}',
            "has version 99 of worlds, and this program plays in version 3",
        ),
        (403, b'{"errors": [{"field": "base", "errors": ["go away"]}]}', "refuses to GET /sandbox/worlds: go away"),
    ],
)
async def test_something_else_that_answers_gets_a_sentence(status: int, body: bytes, said: str) -> None:
    with answering(status, body) as url, pytest.raises(SandboxError, match=said):
        async with RemoteWorld(url):
            raise AssertionError("this is no sandbox")


async def test_settings_that_no_bank_can_have_get_the_sandbox_s_sentence(files_url: str) -> None:
    with pytest.raises(SandboxError, match="settle_every_seconds must be a number of seconds from 1 to"):
        async with RemoteWorld(files_url, settle_every=timedelta()):
            raise AssertionError("there is no such bank")


async def test_all_messages_are_there_however_many_they_are(files_url: str) -> None:
    async with RemoteWorld(files_url) as world:
        for n in range(MOST_MESSAGES + 1):
            world.trace.record("bank_app", "sdk", f"call {n}", kind="call")

        assert [message.n for message in await world.messages()] == [*range(1, MOST_MESSAGES + 2)]


async def test_a_sandbox_that_ends_in_the_middle_gets_a_sentence(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        standing = stack.enter_context(sandbox(tmp_path))
        async with RemoteWorld(standing.des_url) as world:
            await world.bank_app("ada").launch()
            await anyio.to_thread.run_sync(stack.close)

            with pytest.raises(SandboxError, match="its worlds end with it, so start it and play again"):
                await world.clock.advance(timedelta(days=1))

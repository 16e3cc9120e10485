"""A recorded journey, run again from its document alone: a fresh sandbox ends as the first one did."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bank_app_sim import ServedSimulation, Simulation
from bank_app_sim.journeys.arazzo import run_document
from bank_app_sim.journeys.arazzo.reading import read
from bank_app_sim.journeys.results import JourneyResult, Outcome

from .journeys import DAY, JOURNEYS, document_for, recording
from .state import state_of

# The bank of the sandbox that a document runs against leaves everything to the document.
NEVER = 365 * DAY


def passed(result: JourneyResult) -> bool:
    failed = result.failed_step
    assert failed is None, f"{failed.text}: {failed.failure}"
    return result.outcome is Outcome.PASSED and {step.outcome for step in result.steps} == {Outcome.PASSED}


@pytest.mark.thorough
@pytest.mark.parametrize("name", JOURNEYS)
async def test_a_document_brings_a_fresh_world_to_the_same_end(name: str, tmp_path: Path) -> None:
    """By our own tables of the specification; `python -m tests.arazzo.official` asks the official schema."""
    journey, recorded = JOURNEYS[name], await recording(name)
    file = tmp_path / "journey.arazzo.yaml"
    async with Simulation(seed=8, **journey.world) as fresh:
        file.write_text(document_for(fresh, recorded.messages, users=journey.users))

        [result] = await run_document(file, transport=httpx.ASGITransport(fresh.des.app), clock=fresh.clock)

        assert passed(result)
        assert await state_of(fresh.api) == recorded.state
    assert read(file).value == yaml.safe_load(file.read_text())  # any reader of YAML reads the same


async def brings_a_served_sandbox_to_the_same_end(name: str, tmp_path: Path) -> None:
    """Over TCP, and on the machine's clock, where nothing has to be waited for."""
    journey, recorded = JOURNEYS[name], await recording(name)
    file = tmp_path / "journey.arazzo.yaml"
    world: dict[str, Any] = {**journey.world, "settle_every": NEVER, "webhooks": False}
    async with ServedSimulation(data=tmp_path, **world) as served:
        address = served.des_url
        file.write_text(document_for(served, recorded.messages, users=journey.users, address=address))

        [result] = await run_document(file)

        assert passed(result)
        assert result.world == address
        assert await state_of(served.api) == recorded.state


async def test_the_first_journey_over_tcp_in_the_everyday_suite(tmp_path: Path) -> None:
    await brings_a_served_sandbox_to_the_same_end("account while saving", tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["an account for each Dream", "events"])
async def test_a_document_brings_a_served_sandbox_to_the_same_end(name: str, tmp_path: Path) -> None:
    """Of another kind, and with webhooks. That a journey comes to the same end is shown in process, for each."""
    await brings_a_served_sandbox_to_the_same_end(name, tmp_path)


async def test_a_document_runs_once_on_a_world_and_says_why_not_twice(tmp_path: Path) -> None:
    """The second time the sandbox is not fresh: the account is there, so nothing is paused."""
    recorded = await recording("account while saving")
    file = tmp_path / "journey.arazzo.yaml"
    async with Simulation(seed=8) as fresh:
        file.write_text(document_for(fresh, recorded.messages))
        transport = httpx.ASGITransport(fresh.des.app)
        await run_document(file, transport=transport, clock=fresh.clock)

        [again] = await run_document(file, transport=transport, clock=fresh.clock)

    assert again.outcome is Outcome.FAILED
    assert again.failed_step is not None
    assert again.failed_step.failure is not None
    assert again.failed_step.failure.expected == "$response.body#/savehackLaunch/pauseReason == 'account_required'"
    assert again.failed_step.failure.found == "$response.body#/savehackLaunch/pauseReason is null"
    assert again.failed_step.failure.way_out.endswith(
        "of a sandbox in which nothing has happened yet: bank-app-sim serve --settle-every '365 days'"
    )
    assert {step.outcome for step in again.steps} == {Outcome.PASSED, Outcome.FAILED, Outcome.NOT_REACHED}


@pytest.mark.thorough
async def test_the_credentials_in_a_document_are_good_for_the_folder_that_they_are_of(tmp_path: Path) -> None:
    """So a document can be written before its sandbox is served: whoever opens a folder makes its keys."""
    recorded = await recording("409")
    file = tmp_path / "journey.arazzo.yaml"
    folder = tmp_path / "sandbox"
    async with ServedSimulation(data=folder) as before:
        file.write_text(document_for(before, recorded.messages))

    async with ServedSimulation(data=folder, settle_every=NEVER) as served:
        [result] = await run_document(file, against=served.des_url)

    assert passed(result)

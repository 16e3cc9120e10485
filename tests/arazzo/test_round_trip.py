"""A recorded journey, run again from its document alone: a fresh sandbox ends as the first one did."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bank_app_sim import Served, Simulation
from bank_app_sim.arazzo import checks, run_document, structure
from bank_app_sim.arazzo.document import Document
from bank_app_sim.arazzo.reading import parse
from bank_app_sim.journeys.results import JourneyResult, Outcome

from .journeys import DAY, JOURNEYS, Journey, document_for, played
from .state import state_of

# The bank of the sandbox that a document runs against leaves everything to the document.
NEVER = 365 * DAY


def passed(result: JourneyResult) -> bool:
    failed = result.failed_step
    assert failed is None, f"{failed.text}: {failed.failure}"
    return result.outcome is Outcome.PASSED and {step.outcome for step in result.steps} == {Outcome.PASSED}


@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS)
async def test_a_document_brings_a_fresh_world_to_the_same_end(journey: Journey, tmp_path: Path) -> None:
    recorded = await played(journey)
    file = tmp_path / "journey.arazzo.yaml"
    async with Simulation(seed=8, **journey.world) as fresh:
        file.write_text(document_for(fresh, recorded.messages, users=journey.users))

        [result] = await run_document(file, transport=httpx.ASGITransport(fresh.des.app), clock=fresh.clock)

        assert passed(result)
        assert await state_of(fresh.api) == recorded.state


@pytest.mark.thorough
@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS)
async def test_a_document_brings_a_served_sandbox_to_the_same_end(journey: Journey, tmp_path: Path) -> None:
    """Over TCP, and on the machine's clock, where nothing has to be waited for."""
    recorded = await played(journey)
    file = tmp_path / "journey.arazzo.yaml"
    world: dict[str, Any] = {**journey.world, "settle_every": NEVER, "webhooks": False}
    async with Simulation(served=Served(data=tmp_path), **world) as served:
        address = served.des_url
        file.write_text(document_for(served, recorded.messages, users=journey.users, address=address))

        [result] = await run_document(file)

        assert passed(result)
        assert result.world == address
        assert await state_of(served.api) == recorded.state


async def test_the_first_journey_over_tcp_in_the_everyday_suite(tmp_path: Path) -> None:
    await test_a_document_brings_a_served_sandbox_to_the_same_end(JOURNEYS["account while saving"], tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS)
async def test_every_document_is_as_the_specification_says(journey: Journey) -> None:
    """By our own tables of it; `python -m tests.arazzo.official` asks the official schema."""
    recorded = await played(journey)
    async with Simulation(seed=8, **journey.world) as fresh:
        text = document_for(fresh, recorded.messages, users=journey.users)

    source = parse(text, file="journey.arazzo.yaml")

    structure.check(source)
    checks.check(Document(source))
    assert source.value == yaml.safe_load(text)  # any reader of YAML reads the same
    assert source.value["arazzo"] == "1.1.0"


async def test_a_document_runs_once_on_a_world_and_says_why_not_twice(tmp_path: Path) -> None:
    """The second time the sandbox is not fresh: the account is there, so nothing is paused."""
    recorded = await played(JOURNEYS["account while saving"])
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


async def test_the_credentials_in_a_document_are_good_for_the_folder_that_they_are_of(tmp_path: Path) -> None:
    """So a document can be written before its sandbox is served: whoever opens a folder makes its keys."""
    recorded = await played(JOURNEYS["409"])
    file = tmp_path / "journey.arazzo.yaml"
    sandbox = Served(data=tmp_path / "sandbox")
    async with Simulation(served=sandbox) as before:
        file.write_text(document_for(before, recorded.messages))

    async with Simulation(served=sandbox, settle_every=NEVER) as served:
        [result] = await run_document(file, against=served.des_url)

    assert passed(result)

"""What a written document leaves out: repetitions, schedules, strangers and faults."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bank_app_sim import Simulation
from bank_app_sim.journeys.arazzo import run_document
from bank_app_sim.journeys.arazzo.calls import folded, recorded
from impact_sdk import Daily, Weekly

from .exported import PREFIX, left_out, workflow, written
from .journeys import DAY, Journey, Played, document_for, played, recording
from .state import state_of

pytestmark = pytest.mark.parametrize("anyio_backend", ["asyncio"])


async def test_polls_that_hear_the_same_are_one_step(saving: Played) -> None:
    async with Simulation(seed=1) as simulation:
        session = await simulation.bank_app("ada").launch()
        dream = await session.create_dream("Bike", target_cents=250_000)
        await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
        await simulation.advance(4 * DAY)
        calls, _ = recorded([message.as_json() for message in simulation.trace])

    lists = [call for call in calls if call.path == "/v1/transactions"]
    kept = [call for call in folded(calls) if call.path == "/v1/transactions"]
    assert len(lists) > 40
    assert [call.times for call in kept] == [1, len(lists) - 1]


async def test_what_is_heard_again_after_something_was_written_is_a_step_of_its_own() -> None:
    async with Simulation(seed=1) as simulation:
        session = await simulation.bank_app("ada").launch()
        for name in ("Bike", "Boat"):
            assert [account async for account in session.accounts()] == []
            await session.create_dream(name, target_cents=250_000)
        calls, _ = recorded([message.as_json() for message in simulation.trace])

    assert [(call.method, call.path, call.times) for call in folded(calls)][1:] == [
        ("GET", "/v1/accounts", 1),
        ("POST", "/v1/dreams", 1),
    ] * 2


async def test_the_same_answer_to_a_post_under_one_idempotency_key_is_one_step() -> None:
    async with Simulation(seed=1) as simulation:
        session = await simulation.bank_app("ada").launch()
        for _ in range(2):
            await session.create_dream("Bike", target_cents=250_000, idempotency_key="k1")
        await session.create_dream("Bike", target_cents=250_000)
        document = written([message.as_json() for message in simulation.trace])

    steps = [step for step in workflow(document)["steps"] if step["operationId"] == "createDream"]
    assert [step[f"{PREFIX}recorded"].get("times") for step in steps] == [2, None]


async def test_savings_that_fell_due_on_a_schedule_are_left_out_and_named(tmp_path: Path) -> None:
    """Three daily deposits: the first came with the launch and is repeated; time made the others."""

    async def three_days(simulation: Simulation) -> None:
        session = await simulation.bank_app("ada").launch()
        dream = await session.create_dream("Bike", target_cents=250_000)
        await session.launch_savehack(dream, Daily(amount_cents=1_000))
        await simulation.advance(2.5 * DAY)

    saved = await played(Journey(play=three_days))
    file = tmp_path / "journey.arazzo.yaml"
    async with Simulation(seed=8) as fresh:
        file.write_text(document_for(fresh, saved.messages))
        [result] = await run_document(file, transport=httpx.ASGITransport(fresh.des.app), clock=fresh.clock)
        state = await state_of(fresh.api)

    reasons = left_out(yaml.safe_load(file.read_text()))
    assert [label for label, _ in reasons] == ["PATCH /transactions/{id}"] * 2
    assert {reason for _, reason in reasons} == {
        "it is about a transaction that fell due on a schedule; no call brings it about"
    }
    assert result.failed_step is None
    assert len(saved.state["transactions"]) == 3
    assert state["transactions"] == [("Deposit", 1_000, "settled", None, "Bike")]


async def test_each_user_signs_in_as_often_as_in_the_recording() -> None:
    played_before = await recording("two users")

    steps = workflow(written(played_before.messages, id_tokens={"ada": "t", "bo": "u"}))["steps"]

    assert sorted(step["stepId"] for step in steps if "signIn" in step["stepId"]) == ["signInAda", "signInBo"]


async def test_a_user_who_never_came_does_not_sign_in() -> None:
    """There may be tokens for more users than a journey has."""
    played_before = await recording("signing out")

    steps = workflow(written(played_before.messages, id_tokens={"ada": "t", "bo": "u"}))["steps"]

    signed_in = [step["stepId"] for step in steps if "signIn" in step["stepId"]]
    assert signed_in == ["signInAda", "signInAda2", "signInAda3"]


async def test_a_user_without_a_token_is_left_out_and_named() -> None:
    played_before = await recording("two users")

    document = written(played_before.messages)

    assert ("POST /users/verify_token", "there is no ID token of 'bo'") in left_out(document)
    assert [step["stepId"] for step in workflow(document)["steps"] if "signIn" in step["stepId"]] == ["signInAda"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (503, "it met a fault of the recorded world"),
        (429, "it met a fault of the recorded world"),
        (None, "no answer to it was recorded"),
        (401, "the session was over by then; in another run it is not"),
    ],
)
async def test_faults_are_left_out_and_named(saving: Played, status: int | None, reason: str) -> None:
    """As a recording with faults shows them: the status of one answer is another one, or there is none."""
    asked = next(message for message in saving.messages if message["label"] == "Create Dream")
    messages: list[dict[str, Any]] = []
    for message in saving.messages:
        is_answer = message["from"] == "des" and message["detail"].get("request_id") == asked["detail"]["request_id"]
        if is_answer and status is not None:
            messages.append({**message, "detail": {**message["detail"], "status": status, "body": None}})
        elif not is_answer:
            messages.append(message)

    document = written(messages)

    assert ("Create Dream", reason) in left_out(document)
    # What it would have made is unknown, so what speaks of that is left out as well.
    assert any("no answer before it shows the dreamId" in reason for _, reason in left_out(document))

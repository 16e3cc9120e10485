"""What a document says of a recording, and what it leaves out."""

import contextlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bank_app_sim import Simulation
from bank_app_sim.journeys.arazzo import DocumentError, NothingToExport, export, run_document
from bank_app_sim.journeys.arazzo.calls import folded, recorded
from bank_app_sim.journeys.results import JourneyResult
from impact_sdk import APIError, Daily, Weekly

from .journeys import DAY, Journey, Played, document_for, played, recording
from .state import state_of

pytestmark = pytest.mark.parametrize("anyio_backend", ["asyncio"])

PREFIX = "x-bank-app-sim-"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def written(messages: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    settings = {"name": "a journey", "title": "A journey", "id_tokens": {"ada": "token-of-ada"}, **more}
    document: dict[str, Any] = yaml.safe_load(export(messages, client_secret="s3cr3t", **settings))
    return document


def workflow(document: dict[str, Any]) -> dict[str, Any]:
    [only] = document["workflows"]
    assert isinstance(only, dict)
    return only


def step_of(document: dict[str, Any], step_id: str) -> dict[str, Any]:
    return next(step for step in workflow(document)["steps"] if step["stepId"] == step_id)


def left_out(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(call["label"], call["reason"]) for call in workflow(document).get(f"{PREFIX}left-out", ())]


@pytest.fixture
async def saving(anyio_backend: str) -> Played:
    return await recording("account while saving")


async def test_it_names_the_sandbox_by_absolute_addresses_and_has_working_inputs(saving: Played) -> None:
    document = written(saving.messages, address="http://127.0.0.1:9900/", client_id="my-bank")

    [source] = document["sourceDescriptions"]
    inputs = workflow(document)["inputs"]["properties"]
    assert source == {"name": "impact", "url": "http://127.0.0.1:9900/openapi.json", "type": "openapi"}
    assert {name: schema["default"] for name, schema in inputs.items()} == {
        "clientId": "my-bank",
        "clientSecret": "s3cr3t",
        "idTokenOfAda": "token-of-ada",
    }
    assert {name for name, schema in inputs.items() if schema.get("format") == "password"} == {
        "clientSecret",
        "idTokenOfAda",
    }
    assert "throwaway credentials" in document["info"]["description"]


async def test_no_id_of_the_recording_is_left_in_what_is_sent(saving: Played) -> None:
    steps = workflow(written(saving.messages))["steps"]

    sent = json.dumps([[step.get("parameters"), step.get("requestBody")] for step in steps])

    assert UUID.findall(sent) == []


async def test_an_id_is_of_the_answer_that_showed_it_first(saving: Played) -> None:
    """Later ones show it as well, in lists."""
    parameters = step_of(written(saving.messages), "listSavehackLaunches")["parameters"]

    assert {"name": "dreamId", "in": "query", "value": "$steps.createDream.outputs.dreamId"} in parameters


async def test_what_is_in_a_list_is_found_by_what_it_says(saving: Played) -> None:
    document = written(saving.messages)

    assert step_of(document, "listSavehacks")["outputs"] == {
        "savehackId": {
            "context": "$response.body",
            "selector": "$.savehacks[?@.type == 'Weekly'].id",
            "type": "jsonpath",
        }
    }


async def test_credentials_are_passed_on_from_the_steps_that_got_them(saving: Played) -> None:
    document = written(saving.messages)

    assert step_of(document, "createDream")["parameters"][-1] == {
        "name": "Cookie",
        "in": "header",
        "value": "$steps.signInAda.outputs.cookie",
    }
    assert step_of(document, "createAccount")["parameters"][-1] == {
        "name": "Authorization",
        "in": "header",
        "value": "Bearer {$steps.grantAccessToken.outputs.accessToken}",
    }
    assert step_of(document, "signInAda")["requestBody"]["payload"] == {
        "token": "$inputs.idTokenOfAda",
        "client_id": "$inputs.clientId",
        "locale": "sv-SE",
    }


async def test_what_becomes_of_money_and_launches_is_expected_again(saving: Played) -> None:
    document = written(saving.messages)

    assert step_of(document, "changeTransaction")["successCriteria"] == [
        {"condition": "$statusCode == 200"},
        {"condition": "$response.body#/transaction/state == 'settled'"},
    ]
    assert step_of(document, "createSavehackLaunch")["successCriteria"][1] == {
        "condition": "$response.body#/savehackLaunch/pauseReason == 'account_required'"
    }


async def test_what_arazzo_cannot_say_stands_in_extensions(saving: Played) -> None:
    document = written(saving.messages, serve="bank-app-sim serve --special")

    provisioning = step_of(document, "changeUser")
    assert [each["label"] for each in provisioning[f"{PREFIX}before"]] == [
        "callback: Account Provisioning Requested",
        "Initiate account provisioning",
        "202 Accepted",
        "return from callback",
    ]
    assert provisioning[f"{PREFIX}recorded"]["by"] == "sdk"
    assert provisioning[f"{PREFIX}recorded"]["label"] == "Account provisioning initiated"
    assert step_of(document, "grantAccessToken")[f"{PREFIX}wait-seconds"] == timedelta(days=2).total_seconds()
    assert document[f"{PREFIX}sandbox"]["serve"] == "bank-app-sim serve --special"


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


async def test_what_does_not_fit_into_a_name_is_replaced(saving: Played) -> None:
    document = written(saving.messages, name="ada: 5 %", id_tokens={"ada": "t", "bo.b-2": "u"})

    assert workflow(document)["workflowId"] == "ada-5"
    assert "idTokenOfBoB2" in workflow(document)["inputs"]["properties"]


async def test_a_text_that_looks_like_an_expression_comes_in_as_an_input() -> None:
    played_before = await recording("409")

    document = written(played_before.messages)

    assert step_of(document, "createDream")["requestBody"]["payload"]["dream"]["name"] == "$inputs.text1"
    assert workflow(document)["inputs"]["properties"]["text1"]["default"] == "$inputs of mine"


async def test_a_journey_without_calls_gives_no_document() -> None:
    with pytest.raises(NothingToExport, match="'a journey' made no call of DES that a document can repeat"):
        written([])


async def test_a_recording_in_the_middle_of_a_world_signs_in_by_itself(saving: Played) -> None:
    """A world that was forked from a prepared one has tokens and sessions already."""
    private = {message["detail"].get("request_id") for message in saving.messages if "token" in message["label"]}
    messages = [message for message in saving.messages if message["detail"].get("request_id") not in private]

    steps = [step["stepId"] for step in workflow(written(messages))["steps"]]

    assert steps[:2] == ["signInAda", "createDream"]
    assert steps.index("grantAccessToken") < steps.index("listUsers")


async def test_a_query_and_a_refusal_are_repeated_as_they_were() -> None:
    async with Simulation(seed=1) as simulation:
        with contextlib.suppress(APIError):
            await simulation.api.dreams.get("no-such-dream")
        document = written([message.as_json() for message in simulation.trace])

    assert step_of(document, "getDream")["parameters"][0] == {"name": "id", "in": "path", "value": "no-such-dream"}
    assert step_of(document, "getDream")["successCriteria"] == [{"condition": "$statusCode == 404"}]


def write_mutant(file: Path, text: str, before: str, after: str) -> None:
    assert before in text
    file.write_text(text.replace(before, after, 1))


async def run_mutant(file: Path, messages: list[dict[str, Any]], before: str, after: str) -> JourneyResult:
    """The document of a journey with one thing changed, run on a fresh world."""
    async with Simulation(seed=8) as fresh:
        write_mutant(file, document_for(fresh, messages), before, after)
        [result] = await run_document(file, transport=httpx.ASGITransport(fresh.des.app), clock=fresh.clock)
        return result


async def test_a_wrong_status_fails_at_its_step(saving: Played, tmp_path: Path) -> None:
    before, after = "$statusCode == 204", "$statusCode == 200"

    result = await run_mutant(tmp_path / "mutant.arazzo.yaml", saving.messages, before, after)

    assert result.failed_step is not None
    assert result.failed_step.text == "changeUser: PATCH /v1/users/{id}"
    assert result.failed_step.failure is not None
    assert (result.failed_step.failure.expected, result.failed_step.failure.found) == (after, "$statusCode is 204")


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "operationId: createDream",
            "operationId: creatDream",
            "has no operation 'creatDream'; did you mean 'createDrea",
        ),
        ("$steps.createDream.", "$steps.createDraem.", "there is no step 'createDraem'; did you mean 'createDream'?"),
        (".outputs.dreamId", ".outputs.draemId", "has no output 'draemId'; did you mean 'dreamId'?"),
        ("$inputs.clientId", "$inputs.clientID", "has no input 'clientID'; did you mean 'clientId'?"),
        ("127.0.0.1", "198.51.100.1", "is no address on this machine"),
    ],
)
async def test_a_misspelt_name_is_told_before_anything_is_sent(
    saving: Played, tmp_path: Path, before: str, after: str, sentence: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        await run_mutant(tmp_path / "mutant.arazzo.yaml", saving.messages, before, after)

    assert sentence in str(caught.value)

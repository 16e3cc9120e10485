"""A journey is written as a document: ids, credentials and expectations."""

import contextlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bank_app_sim import Simulation
from bank_app_sim.journeys.arazzo import DocumentError, NothingToExport, run_document
from bank_app_sim.journeys.results import JourneyResult
from impact_sdk import APIError

from .exported import PREFIX, UUID, step_of, workflow, written
from .journeys import Played, document_for, recording

pytestmark = pytest.mark.parametrize("anyio_backend", ["asyncio"])


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
        ("127.0.0.1", "198.51.100.1", "is not an address on this machine"),
    ],
)
async def test_a_misspelt_name_is_told_before_anything_is_sent(
    saving: Played, tmp_path: Path, before: str, after: str, sentence: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        await run_mutant(tmp_path / "mutant.arazzo.yaml", saving.messages, before, after)

    assert sentence in str(caught.value)

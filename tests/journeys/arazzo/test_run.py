"""Hand-written documents: what is sent, what is expected, and where a workflow goes on."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bank_app_sim.invocation import command
from bank_app_sim.journeys.arazzo import DocumentError, WrongInput, run_document
from bank_app_sim.journeys.results import Outcome
from bank_app_sim.simulation import START

from .shop import ADDRESS, OPENAPI, Runner, Shop, document, outcomes, step

CREATE = {"stepId": "create", "operationId": "createItem"}
IS_200 = [{"condition": "$statusCode == 200"}]


async def test_a_request_is_put_together_from_parameters_inputs_and_earlier_answers(runner: Runner) -> None:
    shop = Shop([(201, {"item": {"id": "a/b", "tags": ["x"]}}), (200, None)])
    first = {
        **CREATE,
        "requestBody": {"payload": {"item": {"name": "$inputs.name", "note": "for {$inputs.name}", "n": 3}}},
        "outputs": {"id": "$response.body#/item/id"},
    }
    second = {
        "stepId": "show",
        "operationPath": "{$sourceDescriptions.shop.url}#/paths/~1items~1{id}/get",
        "parameters": [
            {"name": "id", "in": "path", "value": "$steps.create.outputs.id"},
            {"name": "X-Tag", "in": "header", "value": "{$steps.create.outputs.id}!"},
            {"name": "session", "in": "cookie", "value": "s3cr3t"},
        ],
    }
    inputs = {"type": "object", "properties": {"name": {"type": "string", "default": "Bike"}}}

    result = await runner.one(shop, document(first, second, inputs=inputs), given={"name": "Boat"})

    assert result.outcome is Outcome.PASSED
    assert shop.called == ["POST /items", "GET /items/a%2Fb"]
    assert shop.bodies[0] == {"item": {"name": "Boat", "note": "for Boat", "n": 3}}
    assert shop.asked[0].headers["content-type"] == "application/json"
    assert (shop.asked[1].headers["x-tag"], shop.asked[1].headers["cookie"]) == ("a/b!", "session=s3cr3t")


async def test_a_form_and_selectors_and_a_query_as_a_whole(runner: Runner) -> None:
    shop = Shop([(200, {"items": [{"id": "1", "kind": "a"}, {"id": "2", "kind": "b"}]}), (201, {}), (201, {})])
    listed = step(
        parameters=[{"name": "all", "in": "querystring", "value": "page={$inputs.page}&x=1"}],
        outputs={
            "b": {"context": "$response.body", "selector": "$.items[?@.kind == 'b'].id", "type": "jsonpath"},
            "all": {"context": "$response.body", "selector": "$.items[*].id", "type": "jsonpath"},
            "first": {"context": "$response.body", "selector": "/items/0/id", "type": "jsonpointer"},
        },
    )
    selected = {
        **CREATE,
        "requestBody": {
            "contentType": "application/json",
            "payload": {
                "ids": "$steps.list.outputs.all",
                "rows": [{"n": "$steps.list.outputs.b"}],
                "new": {"context": "$steps.list.outputs.all", "selector": "/1", "type": "jsonpointer"},
            },
        },
    }
    form = {
        "stepId": "form",
        "operationId": "createItem",
        "requestBody": {
            "contentType": "application/x-www-form-urlencoded",
            "payload": {"id": "$steps.list.outputs.first", "note": "a b", "all": "$steps.list.outputs.all"},
        },
    }
    inputs = {"properties": {"page": {"type": "integer", "default": 2}}}

    result = await runner.one(shop, document(listed, selected, form, inputs=inputs))

    assert result.outcome is Outcome.PASSED
    assert shop.called[0] == "GET /items?page=2&x=1"
    assert shop.bodies[0] == {"ids": ["1", "2"], "rows": [{"n": "2"}], "new": "2"}
    assert shop.bodies[1] == "id=1&note=a+b&all=1&all=2"


async def test_what_is_sent_may_have_names_that_mean_something_elsewhere(runner: Runner) -> None:
    payload = {"context": "app", "condition": "=", "target": "x", "selector": "$.", "type": 1, "outputs": {"a": "b"}}
    payload |= {"x-note": "$inputs.n", "name": "$inputs.n"}
    shop = Shop([(201, {})])

    result = await runner.one(
        shop, document({**CREATE, "requestBody": {"payload": payload}}, inputs={"properties": {"n": {"default": 7}}})
    )

    assert result.outcome is Outcome.PASSED
    assert shop.bodies == [{**payload, "x-note": 7, "name": 7}]


async def test_what_is_not_as_expected_fails_with_what_was_there_and_where_it_is_written(runner: Runner) -> None:
    shop = Shop([(404, {"errors": ["no such shop"]})])

    result = await runner.one(shop, document(step(successCriteria=IS_200), step("next")))

    assert outcomes(result) == [("1", "failed"), ("2", "not reached")]
    failure = result.steps[0].failure
    assert failure is not None
    assert failure.expected == "$statusCode == 200"
    assert failure.found == '$statusCode is 404; the answer says {"errors": ["no such shop"]}'
    assert failure.way_out.endswith("shop.arazzo.yaml:15:18 says what is expected")
    assert [result.steps[0].line, result.steps[1].line] == [12, 16]


async def test_without_criteria_an_error_is_a_failure(runner: Runner) -> None:
    result = await runner.one(Shop([(400, {"wrong": 1})]), document(step()))

    assert outcomes(result) == [("1", "failed")]
    assert result.steps[0].failure is not None
    assert result.steps[0].failure.found == '400: {"wrong": 1}'


async def test_an_output_that_is_not_there_fails_its_step(runner: Runner) -> None:
    result = await runner.one(Shop([(200, {"a": 1})]), document(step(outputs={"id": "$response.body#/id"})))

    assert result.steps[0].failure is not None
    assert result.steps[0].failure.found == "$response.body#/id: there is no 'id'; there is 'a'"


RETRY: dict[str, Any] = {"name": "again", "type": "retry", "retryAfter": 2.5, "retryLimit": 3}


async def test_a_retry_waits_on_the_clock_and_is_one_step(runner: Runner) -> None:
    shop = Shop([(503, None), (503, None), (200, {})])

    result = await runner.one(shop, document(step(successCriteria=IS_200, onFailure=[RETRY])))

    assert outcomes(result) == [("1", "passed")]
    assert len(shop.asked) == 3
    assert runner.clock.now() - START == timedelta(seconds=5)
    assert (result.steps[0].first_message, result.steps[0].last_message) == (1, 6)


async def test_retry_after_of_the_answer_overrules_the_document(runner: Runner) -> None:
    shop = Shop([(503, None, {"Retry-After": "60"}), (200, {})])

    result = await runner.one(shop, document(step(successCriteria=IS_200, onFailure=[RETRY])))

    assert result.outcome is Outcome.PASSED
    assert runner.clock.now() - START == timedelta(seconds=60)


@pytest.mark.parametrize(("limit", "attempts"), [({"retryLimit": 3}, 4), ({"retryLimit": 0}, 1), ({}, 2)])
async def test_retries_have_a_limit_of_one_if_nothing_else_is_said(
    runner: Runner, limit: dict[str, int], attempts: int
) -> None:
    shop = Shop([(503, None)])
    action = {"name": "again", "type": "retry", **limit}

    result = await runner.one(shop, document(step(successCriteria=IS_200, onFailure=[action])))

    assert outcomes(result) == [("1", "failed")]
    assert len(shop.asked) == attempts


async def test_the_first_action_whose_criteria_hold_is_taken_and_the_next_once_retries_are_used_up(
    runner: Runner,
) -> None:
    shop = Shop([(503, None), (503, None), (200, {})])
    actions = [
        {"name": "other", "type": "end", "criteria": [{"condition": "$statusCode == 500"}]},
        {"name": "again", "type": "retry", "criteria": [{"condition": "$statusCode == 503"}]},
        {"name": "elsewhere", "type": "goto", "stepId": "last"},
    ]

    result = await runner.one(
        shop, document(step(successCriteria=IS_200, onFailure=actions), step("between"), step("last"))
    )

    assert [(each.text, each.outcome) for each in result.steps] == [
        ("list: GET /items, which failed: goes on by 'elsewhere'", Outcome.PASSED),
        ("last: GET /items", Outcome.PASSED),
        ("between: GET /items", Outcome.NOT_REACHED),
    ]


async def test_a_workflow_may_end_early_and_that_is_no_failure(runner: Runner) -> None:
    end = {"name": "nothing to do", "type": "end", "criteria": [{"condition": "$response.body#/items/0 == null"}]}

    result = await runner.one(Shop([(200, {"items": []})]), document(step(onSuccess=[end]), step("next")))

    assert result.outcome is Outcome.PASSED
    assert outcomes(result) == [("1", "passed"), ("2", "not reached")]


async def test_a_failure_that_ends_a_workflow_is_one(runner: Runner) -> None:
    end = {"name": "give up", "type": "end"}

    result = await runner.one(Shop([(500, None)]), document(step(onFailure=[end]), step("next")))

    assert result.outcome is Outcome.FAILED


async def test_a_loop_ends_when_its_criteria_say_so(runner: Runner) -> None:
    shop = Shop([(200, {"page": 1}), (200, {"page": 2}), (200, {"page": 3})])
    again = {"name": "more", "type": "goto", "stepId": "list", "criteria": [{"condition": "$response.body#/page < 3"}]}

    result = await runner.one(shop, document(step(onSuccess=[again])))

    assert outcomes(result) == [("1", "passed")] * 3


async def test_a_loop_that_never_ends_is_ended(runner: Runner) -> None:
    again = {"name": "more", "type": "goto", "stepId": "list"}

    result = await runner.one(Shop(), document(step(onSuccess=[again])))

    assert result.outcome is Outcome.FAILED
    assert result.failed_step is not None
    assert result.failed_step.failure is not None
    assert "round in circles" in result.failed_step.failure.found


SIGN_IN = {
    "workflowId": "signIn",
    "inputs": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
    "steps": [
        {
            "stepId": "post",
            "operationId": "createItem",
            "requestBody": {"payload": {"name": "$inputs.name"}},
            "outputs": {"token": "$response.body#/token"},
        }
    ],
    "outputs": {"token": "$steps.post.outputs.token"},
}


async def test_a_step_can_run_a_workflow_and_use_what_it_gives(runner: Runner) -> None:
    shop = Shop([(201, {"token": "t0ken-t0ken"}), (200, {})])
    calls = {
        "stepId": "sign",
        "workflowId": "signIn",
        "parameters": [{"name": "name", "value": "ada"}],
        "successCriteria": [{"condition": "$outputs.token != null"}],
        "outputs": {"token": "$outputs.token"},
    }
    uses = step(parameters=[{"name": "Authorization", "in": "header", "value": "Bearer {$steps.sign.outputs.token}"}])

    results = await runner.all(shop, document(calls, uses, root={"workflows": [SIGN_IN]}))

    assert [result.name for result in results] == ["buy"]  # what others call is not run by itself
    assert outcomes(results[0]) == [("1", "passed"), ("1.1", "passed"), ("2", "passed")]
    assert shop.bodies[0] == {"name": "ada"}
    assert shop.asked[1].headers["authorization"] == "Bearer t0ken-t0ken"


async def test_a_failure_within_a_workflow_fails_the_step_that_ran_it(runner: Runner) -> None:
    calls = {"stepId": "sign", "workflowId": "signIn", "parameters": [{"name": "name", "value": "ada"}]}

    [result] = await runner.all(Shop([(500, None)]), document(calls, root={"workflows": [SIGN_IN]}))

    assert outcomes(result) == [("1", "failed"), ("1.1", "failed")]


async def test_workflows_that_call_each_other_without_end_are_ended(runner: Runner) -> None:
    calls = {"stepId": "again", "workflowId": "buy"}

    [result] = await runner.all(Shop(), document(calls))

    assert result.outcome is Outcome.FAILED
    assert {step.failure.found for step in result.steps if step.failure} == {
        "it failed; see its steps",
        "workflow 'buy' calls itself",
    }


async def test_an_action_can_go_on_in_another_workflow_for_good(runner: Runner) -> None:
    shop = Shop([(200, {}), (500, None)])
    over = {"name": "over", "type": "goto", "workflowId": "other"}
    other = {"workflowId": "other", "steps": [step("there")]}

    [result] = await runner.all(shop, document(step(onSuccess=[over]), step("left"), root={"workflows": [other]}))

    assert outcomes(result) == [("1", "passed"), ("1.1", "failed"), ("2", "not reached")]
    assert result.outcome is Outcome.FAILED


async def test_an_action_can_run_a_workflow_before_the_step_is_tried_again(runner: Runner) -> None:
    shop = Shop([(401, None), (201, {"token": "t"}), (200, {})])
    renew = {
        "name": "renew",
        "type": "retry",
        "workflowId": "signIn",
        "parameters": [{"name": "name", "value": "ada"}],
        "criteria": [{"condition": "$statusCode == 401"}],
    }

    result = await runner.one(shop, document(step(onFailure=[renew]), root={"workflows": [SIGN_IN]}))

    assert shop.called == ["GET /items", "POST /items", "GET /items"]
    assert outcomes(result) == [("1", "passed"), ("1.1", "passed")]


async def test_workflows_run_after_those_that_they_depend_on_and_see_their_outputs(runner: Runner) -> None:
    shop = Shop([(201, {"token": "t"}), (200, {})])
    uses = step(parameters=[{"name": "page", "in": "query", "value": "$workflows.signIn.outputs.token"}])
    sign_in = {**SIGN_IN, "inputs": {"properties": {"name": {"default": "ada"}}}}

    results = await runner.all(shop, document(uses, dependsOn=["signIn"], root={"workflows": [sign_in]}))

    assert [(result.name, result.outcome) for result in results] == [
        ("signIn", Outcome.PASSED),
        ("buy", Outcome.PASSED),
    ]
    assert shop.called == ["POST /items", "GET /items?page=t"]


async def test_workflows_can_be_chosen(runner: Runner) -> None:
    other = {"workflowId": "other", "steps": [step()]}

    results = await runner.all(Shop(), document(step(), root={"workflows": [other]}), only=["other"])

    assert [result.name for result in results] == ["other"]


async def test_components_are_used_by_reference_and_a_reference_may_give_another_value(runner: Runner) -> None:
    shop = Shop([(503, None), (200, {})])
    components = {
        "parameters": {"page": {"name": "page", "in": "query", "value": 1}},
        "failureActions": {"again": {"name": "again", "type": "retry"}},
        "inputs": {"paging": {"properties": {"size": {"type": "integer", "default": 5}}}},
    }
    uses = step(
        parameters=[{"reference": "$components.parameters.page", "value": "$inputs.size"}],
        onFailure=[{"reference": "$components.failureActions.again"}],
    )
    inputs = {"$ref": "#/components/inputs/paging"}

    result = await runner.one(shop, document(uses, inputs=inputs, root={"components": components}))

    assert result.outcome is Outcome.PASSED
    assert shop.called == ["GET /items?page=5"] * 2


async def test_what_a_workflow_says_of_all_its_steps_can_be_overridden(runner: Runner) -> None:
    shop = Shop([(200, {}), (503, None), (200, {})])
    shared = {
        "parameters": [{"name": "page", "in": "query", "value": 1}],
        "failureActions": [{"name": "again", "type": "retry"}],
    }
    own = step("own", parameters=[{"name": "page", "in": "query", "value": 2}])

    result = await runner.one(shop, document(step(), own, **shared))

    assert result.outcome is Outcome.PASSED
    assert shop.called == ["GET /items?page=1", "GET /items?page=2", "GET /items?page=2"]


async def test_a_cookie_is_sent_where_the_document_says_so_and_nowhere_else(runner: Runner) -> None:
    shop = Shop([(200, {}, {"Set-Cookie": "session=abcdef; Path=/"})])

    await runner.one(shop, document(step(), step("second")))

    assert "cookie" not in shop.asked[1].headers


async def test_a_step_that_depends_on_one_that_was_jumped_over_fails(runner: Runner) -> None:
    over = {"name": "over", "type": "goto", "stepId": "last"}

    result = await runner.one(
        Shop(), document(step(onSuccess=[over]), step("between"), step("last", dependsOn=["list", "between"]))
    )

    assert result.failed_step is not None
    assert result.failed_step.failure is not None
    assert result.failed_step.failure.found == "'between' did not"


async def test_secrets_are_in_no_message_and_no_failure(runner: Runner) -> None:
    """Inputs that are called secret, what stands under a secret's name, tokens and cookies; sent, or only heard."""
    heard = {"access_token": "t0k3n-of-bank", "secret": "h3ard-in-passing"}
    secrets = ("t0k3n-of-bank", "h3ard-in-passing", "c00kie-of-ada", "1nput-of-test", "pl4nted-secret", "b3arer-token")
    said = {"errors": [f"{' '.join(secrets)} are wrong"]}
    shop = Shop([(200, heard, {"Set-Cookie": "s=c00kie-of-ada; Path=/"}), (400, said)])
    inputs = {"properties": {"key": {"type": "string", "format": "password", "default": "1nput-of-test"}}}
    first = {
        **CREATE,
        "requestBody": {"payload": {"client_secret": "pl4nted-secret", "note": "key {$inputs.key}"}},
        "outputs": {"cookie": "$response.header.Set-Cookie"},
    }
    second = step(parameters=[{"name": "Authorization", "in": "header", "value": "Bearer b3arer-token"}])

    result = await runner.one(shop, document(first, second, inputs=inputs))

    shown = repr(result)
    assert result.outcome is Outcome.FAILED
    assert shop.asked[1].headers["authorization"] == "Bearer b3arer-token"
    assert [secret for secret in secrets if secret in shown] == []
    assert f"{' '.join(['(concealed)'] * len(secrets))} are wrong" in shown


async def test_messages_are_those_of_a_trace(runner: Runner) -> None:
    token = [{"name": "Authorization", "in": "header", "value": "Bearer abcdefgh"}]

    result = await runner.one(Shop(), document(step(), step("second", parameters=token)))

    assert [(each["n"], each["from"], each["to"], each["label"], each["kind"]) for each in result.messages] == [
        (1, "sdk", "des", "GET /items", "request"),
        (2, "des", "sdk", "200 OK", "response"),
        (3, "bank_backend", "des", "GET /items", "request"),
        (4, "des", "bank_backend", "200 OK", "response"),
    ]
    assert result.messages[0]["detail"] == {"method": "GET", "path": "/items", "request_id": "request-1"}
    assert result.messages[1]["detail"]["request_id"] == "request-1"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"pge": "1"}, "the document has no input 'pge'; did you mean 'page'?"),
        ({"page": "one"}, "input 'page' must be of type integer, written as JSON, and is 'one'"),
        ({"page": "1.5"}, "input 'page' must be of type integer, and is float"),
        ({"page": "3"}, "input 'page' must be one of 1, 2"),
        ({}, "input 'page' of workflow 'buy' has no value; give --input page=VALUE"),
    ],
)
async def test_a_wrong_input_is_said_before_anything_is_sent(
    runner: Runner, given: dict[str, str], sentence: str
) -> None:
    shop = Shop()
    inputs = {"required": ["page"], "properties": {"page": {"type": "integer", "enum": [1, 2]}}}

    with pytest.raises(WrongInput) as caught:
        await runner.one(shop, document(step(), inputs=inputs), given=given)

    assert sentence in str(caught.value)
    assert shop.asked == []


async def test_another_address_can_be_given(runner: Runner) -> None:
    shop = Shop()

    result = await runner.one(shop, document(step()), against="http://localhost:8701/")

    assert str(shop.asked[0].url) == "http://localhost:8701/items"
    assert result.world == "http://localhost:8701"


async def test_the_openapi_document_can_be_a_file_beside_the_document(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump({**OPENAPI, "servers": [{"url": ADDRESS}]}))
    sources = [{"name": "shop", "url": "shop.yaml", "type": "openapi"}]

    result = await runner.one(Shop(), document(step(), root={"sourceDescriptions": sources}))

    assert result.outcome is Outcome.PASSED


@pytest.mark.parametrize("server", ["https://shop.example/v1", "//shop.example", "http://127.0.0.1.shop.example"])
async def test_an_api_that_is_elsewhere_is_refused_though_its_document_is_here(runner: Runner, server: str) -> None:
    shop = Shop(openapi={**OPENAPI, "servers": [{"url": server}]})

    with pytest.raises(DocumentError, match=r"shop\.example.* is no address on this machine"):
        await runner.one(shop, document(step()))

    assert shop.asked == []


async def test_nobody_there_is_said_with_what_to_do(tmp_path: Path, runner: Runner) -> None:
    """Port 9 of loopback: over TCP, so the error is a real one."""
    file = tmp_path / "shop.arazzo.yaml"
    await runner.one(Shop(), document(step()))
    with pytest.raises(
        DocumentError, match=rf"cannot be fetched .* is it served\? Try `{re.escape(command('serve'))}`"
    ):
        await run_document(file)


async def test_an_answer_that_does_not_come_fails_its_step(runner: Runner) -> None:
    class Silent(Shop):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/openapi.json":
                return super().__call__(request)
            raise httpx.ReadTimeout("")

    result = await runner.one(Silent(), document(step(timeout=50)))

    assert result.steps[0].failure is not None
    assert result.steps[0].failure.found == f"none from {ADDRESS}: ReadTimeout"
    assert len(result.messages) == 1


async def test_a_redirect_is_an_answer_and_is_not_followed(runner: Runner) -> None:
    """It could lead to another host."""
    shop = Shop([(302, None, {"Location": "http://shop.example/items"})])

    result = await runner.one(shop, document(step(successCriteria=[{"condition": "$statusCode == 302"}])))

    assert result.outcome is Outcome.PASSED
    assert len(shop.asked) == 1


async def test_the_command_repeats_the_run_and_shows_no_secret(runner: Runner) -> None:
    properties = {"key": {"type": "string", "format": "password"}, "note": {"type": "string"}}
    given = {"key": "pl4nted", "note": "a b"}

    result = await runner.one(
        Shop(), document(step(), inputs={"properties": properties}), given=given, against="http://127.0.0.1:8701"
    )

    assert result.command == (
        f"bank-app-sim run {result.file} --against http://127.0.0.1:8701 --input 'key=…' --input 'note=a b'"
    )

"""What follows a step: retries, early ends, loops, and other workflows."""

from datetime import timedelta
from typing import Any

import pytest

from bank_app_sim.journeys.results import Outcome
from bank_app_sim.simulation import START

from .parts import IS_200
from .shop import Runner, Shop, document, outcomes, step

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

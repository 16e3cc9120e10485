"""A document may come from anybody, and never takes the machine's time or memory for good."""

import json
import threading
import time
from typing import Any

import pytest

from bank_app_sim.journeys.arazzo import DocumentError, WrongInput, conditions
from bank_app_sim.journeys.arazzo.errors import ExpressionError
from bank_app_sim.journeys.arazzo.reading import LARGEST_FILE, MOST_VALUES, parse
from bank_app_sim.journeys.arazzo.selection import at_path
from bank_app_sim.journeys.arazzo.time_limit import TookTooLong, time_limit
from bank_app_sim.journeys.results import Outcome

from .shop import POST, Runner, Shop, document, found, step

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("soon")]

ALIASES = "\n".join(["a0: &a0 x", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"arazzo: 1.1.0\n{ALIASES}", f"more than {MOST_VALUES:,} values"),
        ("a: &a [*a]", "is a part of what it stands for"),
        ("[" * 101 + "]" * 101, "nested deeper than 100 levels"),
        ("[" * 100_000, "nested deeper than 100 levels"),
        ('{"a":' * 90_000, "nested deeper than 100 levels"),
        ("- " * 100_000, "nested deeper than 100 levels"),
        ("? " * 100_000, "nested deeper than 100 levels"),
        ("a: " + "9" * 5_000, "this number is too large"),
        ("a: 1e999", "this number is too large"),
        ("a: -1e999", "this number is too large"),
        (r'a: "\ud800"', "half of a character"),
        (r'{"\udc00": 1}', "half of a character"),
        ("a" * (LARGEST_FILE + 1), "at most 500,000 are read"),
    ],
)
def test_a_document_that_is_too_much_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError, match=sentence):
        parse(text, file="any")


def test_what_json_writes_in_two_halves_is_one_character() -> None:
    assert parse(json.dumps({"\U0001f6b2": "\U0001f6b2"}), file="any").value == {"\U0001f6b2": "\U0001f6b2"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("(" * 100_000, "at most 2,000 are read"),
        (" && ".join(["true"] * 50_000), "at most 2,000 are read"),
        ("(" * 900 + "true" + ")" * 900, "nested deeper than 50 levels"),
        ("!" * 1_900 + "true", "nested deeper than 50 levels"),
        ("$statusCode == " + "9" * 1_900, "cannot be compared"),
        ("1e999 == 1", "cannot be compared"),
    ],
)
def test_a_condition_that_is_too_much_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ExpressionError, match=sentence):
        conditions.parse(text)


@pytest.mark.parametrize("operator", ["&&", "||"])
def test_a_condition_of_many_parts_is_decided(operator: str) -> None:
    condition = conditions.parse(operator.join(["$url"] * 300))

    assert conditions.holds(condition, lambda _expression: "x")
    assert len(list(conditions.references(condition))) == 300


WIDE: dict[str, Any] = {"a": [{"b": [{"c": list(range(20))} for _ in range(20)]} for _ in range(20)]}


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("$" + "[*,*,*,*,*,*,*,*]" * 4, "selects more than 10,000 values"),
        ("$..*[?count($..*[?count($..*) > 1]) > 1]", "takes too long"),
        ("$" + "[?(" * 300 + "@.a" + ")]" * 300, "characters; at most 1,000|nested too deeply|not a JSONPath"),
        ("$[?" + "(" * 900, "nested too deeply|not a JSONPath"),
        ("$[" + "9" * 900 + "]", "not a JSONPath"),
        ("$.a" * 400, "at most 1,000 are read"),
    ],
)
def test_a_jsonpath_that_is_too_much_is_ended(path: str, sentence: str) -> None:
    with pytest.raises(ExpressionError, match=sentence):
        at_path(WIDE, path)


def test_the_limit_of_time_ends_what_it_is_about_and_nothing_later() -> None:
    with pytest.raises(TookTooLong), time_limit(0.01):
        at_work_for(5)
    with time_limit(0.01):
        pass
    at_work_for(0.03)


def at_work_for(seconds: float) -> None:
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass


def test_in_another_thread_there_is_no_limit() -> None:
    ended: list[bool] = []

    def work() -> None:
        with time_limit(0.001):
            ended.append(at_path({"a": 1}, "$.a") == [1])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]


def criterion(**members: str) -> dict[str, Any]:
    return step(successCriteria=[members])


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("(" * 500 + ")" * 500, "nested too deeply"),
        ("a" * 1_001, "at most 1,000 are read"),
        ("a{99999999999999999999}", "is not a regular expression"),
    ],
)
async def test_a_regular_expression_that_is_too_much_is_refused(runner: Runner, pattern: str, sentence: str) -> None:
    with pytest.raises(DocumentError, match=sentence):
        await runner.one(Shop(), document(criterion(context="$statusCode", condition=pattern, type="regex")))


async def test_a_regular_expression_that_would_not_end_fails_its_step(runner: Runner) -> None:
    shop = Shop([(200, {"t": "a" * 40 + "!"})])
    bomb = criterion(context="$response.body#/t", condition="^(a+)+$", type="regex")

    result = await runner.one(shop, document(bomb))

    assert found(result) == "'^(a+)+$' takes too long to be looked for in this value"


def growing(action: str) -> dict[str, Any]:
    """A workflow that goes on as itself, each time with ten times the input."""
    ten = [{"name": "x", "value": ["$inputs.x"] * 10}]
    goes_on = {"name": "on", "type": "goto", "workflowId": "grow", "parameters": ten}
    again = {"stepId": "again", "workflowId": "grow", "parameters": ten}
    steps = [step(onSuccess=[goes_on])] if action == "goto" else [again]
    return {"workflowId": "grow", "inputs": {"properties": {"x": {"default": 1}}}, "steps": steps}


@pytest.mark.parametrize("action", ["goto", "step"])
async def test_a_value_that_grows_tenfold_with_each_step_is_not_sent(runner: Runner, action: str) -> None:
    begin = {"stepId": "begin", "workflowId": "grow"}

    result = await runner.one(Shop(), document(begin, root={"workflows": [growing(action)]}))

    assert result.outcome is Outcome.FAILED
    assert "levels, is not sent" in repr(result.steps)


async def test_a_workflow_that_goes_on_as_itself_fails_where_its_input_has_grown_too_large(runner: Runner) -> None:
    alone = document(step())
    alone["workflows"] = [growing("goto")]

    result = await runner.one(Shop(), alone)

    assert "levels, is not sent" in found(result)


async def test_an_output_of_a_workflow_that_takes_too_long_is_left_out(runner: Runner) -> None:
    bomb = {"context": "$steps.list.outputs.all", "selector": "$..[?search(@.t, '^(a+)+$')]", "type": "jsonpath"}
    shop = Shop([(200, {"a": {"t": "a" * 40 + "!"}})])

    result = await runner.one(shop, document(step(outputs={"all": "$response.body"}), outputs={"o": bomb}))

    assert result.outcome is Outcome.PASSED


async def test_a_text_that_is_put_together_has_a_largest_size(runner: Runner) -> None:
    text = "{$inputs.long}" * 200
    long = document(
        step("s", operationPath=POST, requestBody={"payload": {"t": text}}),
        inputs={"properties": {"long": {"default": "x" * 10_000}}},
    )

    assert "characters comes of what stands in its braces" in found(await runner.one(Shop(), long))


async def test_workflows_that_run_workflows_in_loops_are_ended_together(runner: Runner) -> None:
    """Ten levels, each of which calls the next one for ever."""
    again = {"name": "again", "type": "goto", "stepId": "call"}
    levels = [
        {"workflowId": f"level{n}", "steps": [{"stepId": "call", "workflowId": f"level{n + 1}", "onSuccess": [again]}]}
        for n in range(1, 10)
    ]
    last = {"workflowId": "level10", "steps": [step()]}
    shop = Shop()

    result = await runner.one(
        shop,
        document({"stepId": "call", "workflowId": "level1", "onSuccess": [again]}, root={"workflows": [*levels, last]}),
    )

    assert "round in circles" in found(result)
    assert len(shop.asked) < 1_100


async def test_retries_without_a_limit_to_speak_of_are_ended(runner: Runner) -> None:
    shop = Shop([(500, None)])
    action = {"name": "again", "type": "retry", "retryLimit": 10**18}

    result = await runner.one(shop, document(step(onFailure=[action])))

    assert "round in circles" in found(result)
    assert len(shop.asked) == 1_001


@pytest.mark.parametrize("text", ["9" * 5_000, "[" * 100_000, "NaN", "\udcff"])
async def test_an_input_that_is_none_is_refused(runner: Runner, text: str) -> None:
    inputs = {"properties": {"page": {"type": "integer"}}}

    with pytest.raises(WrongInput):
        await runner.one(Shop(), document(step(), inputs=inputs), typed={"page": text})

"""Whatever stands in a document: it is refused with a place, or run. Nobody sees a traceback."""

import contextlib
import copy
import functools
import json
import tempfile
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bank_app_sim.journeys.arazzo import DocumentError, WrongInput
from bank_app_sim.journeys.arazzo.reading import parse
from bank_app_sim.journeys.results import Outcome

from .shop import OPENAPI, Runner, Shop, document, step

WHOLE: dict[str, Any] = document(
    {
        "stepId": "create",
        "operationId": "createItem",
        "requestBody": {
            "contentType": "application/json",
            "payload": {
                "name": {"context": "$inputs.o", "selector": "$.a", "type": "jsonpath"},
                "ids": ["a{$inputs.name}"],
            },
        },
        "successCriteria": [
            {"condition": "$statusCode == 200 && $response.body.items[0].id != null"},
            {"context": "$response.body", "condition": "$.items[?@.id == '1']", "type": "jsonpath"},
            {"context": "$statusCode", "condition": "^2", "type": "regex"},
        ],
        "outputs": {
            "id": "$response.body#/items/0/id",
            "ids": {"context": "$response.body", "selector": "$.items[*].id", "type": "jsonpath"},
        },
        "onFailure": [{"name": "again", "type": "retry", "retryAfter": 1, "retryLimit": 2, "stepId": "show"}],
    },
    {
        "stepId": "show",
        "operationPath": "{$sourceDescriptions.shop.url}#/paths/~1items~1{id}/get",
        "parameters": [
            {"name": "id", "in": "path", "value": "$steps.create.outputs.id"},
            {"reference": "$components.parameters.tag"},
        ],
        "onSuccess": [
            {"name": "over", "type": "goto", "stepId": "run", "criteria": [{"condition": "$statusCode < 300"}]}
        ],
        "timeout": 100,
    },
    step("run", workflowId="other", parameters=[{"name": "n", "value": 1}], dependsOn=["create"]),
    inputs={
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string", "default": "x"}, "o": {"default": {"a": 1}}},
    },
    outputs={"id": "$steps.create.outputs.id"},
    root={
        "components": {"parameters": {"tag": {"name": "X-Tag", "in": "header", "value": "t"}}},
        "workflows": [{"workflowId": "other", "inputs": {"properties": {"n": {}}}, "steps": [step("list")]}],
    },
)

REPLY = (200, {"items": [{"id": "1"}, {"id": "2"}]})

words = st.sampled_from(
    [
        "",
        "$",
        "$inputs.name",
        "$response.body",
        "{$inputs.o}",
        "$.a",
        "$[",
        "/",
        "(",
        "å\n",
        "goto",
        "other",
        "run",
        "$self",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(words | st.sampled_from(["name", "type"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for name, member in members for place in places(member, (*at, name)))]


PLACES = [place for place in places(WHOLE) if place]
OPENAPI_PLACES = [place for place in places(OPENAPI) if place]


def changed(whole: Any, place: tuple[Any, ...], value: Any) -> Any:
    copied = copy.deepcopy(whole)
    *parents, last = place
    functools.reduce(lambda each, name: each[name], parents, copied)[last] = value
    return copied


def run(whole: Any, openapi: Any = OPENAPI) -> Outcome | None:
    """How it ended; None where it was refused."""
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder))
        with contextlib.suppress(DocumentError, WrongInput):
            results = anyio.run(runner.all, Shop([REPLY], openapi=openapi), json.dumps(whole))
            return results[0].outcome
    return None


def test_the_document_is_right() -> None:
    assert run(WHOLE) is Outcome.PASSED


@pytest.mark.thorough
@given(st.sampled_from(PLACES), values)
@settings(max_examples=50)
def test_a_document_with_anything_in_a_place_is_run_or_refused(place: tuple[Any, ...], value: Any) -> None:
    run(changed(WHOLE, place, value))


@pytest.mark.thorough
@given(st.lists(st.tuples(st.sampled_from(PLACES), values), min_size=2, max_size=4))
@settings(max_examples=60)
def test_a_document_with_anything_in_some_places_is_run_or_refused(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    whole = WHOLE
    for place, value in changes:
        with contextlib.suppress(KeyError, IndexError, TypeError):  # the place is gone
            whole = changed(whole, place, value)
    run(whole)


@given(st.sampled_from(OPENAPI_PLACES), values)
@settings(max_examples=25)
def test_an_openapi_document_with_anything_in_a_place_is_used_or_refused(place: tuple[Any, ...], value: Any) -> None:
    run(WHOLE, changed(OPENAPI, place, value))


@given(st.text(alphabet="arzo: -[]{}'\"\n\t#&*!|>%@`,1.?$~\\å\x00", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(DocumentError):
        parse(text, file="any")


@given(values)
@example("")
def test_json_is_read_as_json(value: Any) -> None:
    assert parse(json.dumps(value), file="any").value == value

"""ImpactAPI and the document of the API agree: written by two hands after the same reference."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import jsonschema_rs
import orjson
import pytest
import respx

from bank_app_sim.des.document.document import METHODS, document
from impact_sdk import ImpactAPI

from .operations import OPERATIONS, Operation

# What is no business of a bank's backend: its token, a launch, the document itself.
NOT_THE_CLIENTS = {
    ("POST", "/oauth/token"),
    ("POST", "/users/verify_token"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
}


def described(operation: Operation) -> tuple[str, Mapping[str, Any]]:
    """The path of the document that an operation asks for, and what the document says of it."""
    for path, item in document()["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", path), operation.path) and operation.method.lower() in item:
            return path, {"parameters": item.get("parameters", []), **item[operation.method.lower()]}
    raise AssertionError(f"{operation.method} {operation.path} is not in the document")


def resolved(thing: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in thing:
        found: Any = document()
        for part in thing["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        thing = found
    return thing


def refusals(content: Mapping[str, Any], value: Any) -> list[str]:
    """Why a value does not fit the schema of some content."""
    schema = {**resolved(content)["content"]["application/json"]["schema"], "components": document()["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=False)  # our ids are short here
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]


@pytest.mark.parametrize("name", OPERATIONS)
async def test_what_the_client_sends_is_what_the_document_takes(
    api: ImpactAPI, des: respx.MockRouter, name: str
) -> None:
    operation = OPERATIONS[name]
    route = des.route(method=operation.method, path=operation.path)
    route.respond(operation.status, json=operation.answer)

    asked = operation.call(api)
    if isinstance(asked, AsyncIterator):
        _ = [each async for each in asked]
    else:
        await asked
    request = route.calls.last.request

    _, spec = described(operation)
    query = {each["name"] for each in map(resolved, spec["parameters"]) if each["in"] == "query"}
    assert set(request.url.params) <= query
    assert ("requestBody" in spec) is bool(request.content)
    if request.content:
        assert refusals(spec["requestBody"], orjson.loads(request.content)) == []


def test_the_client_reaches_every_operation_of_the_document() -> None:
    reached = {(operation.method, described(operation)[0]) for operation in OPERATIONS.values()}
    documented = {
        (method.upper(), path) for path, item in document()["paths"].items() for method in METHODS if method in item
    }

    assert documented - reached == NOT_THE_CLIENTS

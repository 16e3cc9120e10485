"""The document is valid, its examples match it, and it has every operation of the sandbox."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from bank_app_sim.des.document.document import as_json, document
from bank_app_sim.des.operations import OPERATIONS
from bank_app_sim.des.request import Bank, User

from .contract import Contract

CONTRACT = Contract(document())

# The operations without a principal, which the sandbox has in no table.
FOR_EVERYBODY = {
    ("POST", "/oauth/token"),
    ("POST", "/users/verify_token"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
}

PRINCIPALS = {"bank": Bank, "session": User}


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in the document with its place, without examples."""
    if isinstance(node, dict):
        yield path, node
        for name, each in node.items():
            if name not in ("example", "examples", "value"):
                yield from nodes(each, f"{path}/{name}")
    elif isinstance(node, list):
        for n, each in enumerate(node):
            yield from nodes(each, f"{path}/{n}")


def examples() -> Iterator[tuple[str, Any, Any]]:
    """The place, the schema and the value of each example."""
    for path, node in nodes(document()):
        if "schema" in node:
            if "example" in node:
                yield path, node["schema"], node["example"]
            for name, example in node.get("examples", {}).items():
                yield f"{path}/{name}", node["schema"], CONTRACT.schemas.follow(example)["value"]


def test_the_document_is_valid() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


@pytest.mark.parametrize(("schema", "value"), [pytest.param(s, v, id=path) for path, s, v in examples()])
def test_an_example_is_what_its_schema_says(schema: Any, value: Any) -> None:
    assert CONTRACT.faults_of_value(value, schema) == []


@pytest.mark.parametrize(
    ("schema", "value"), [pytest.param(s, v, id=path) for path, s, v in examples() if "/responses/" in path]
)
def test_an_example_of_an_answer_has_no_field_that_is_not_written_down(schema: Any, value: Any) -> None:
    assert CONTRACT.faults_of_value(value, schema, is_closed=True) == []


def test_the_sandbox_does_what_the_document_has_and_nothing_else() -> None:
    built = {(operation.method, operation.path) for operation in OPERATIONS} | FOR_EVERYBODY

    assert built == {(operation.method, operation.path) for operation in CONTRACT.operations}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_who_may_do_what_is_written_down(operation: Any) -> None:
    found = CONTRACT.operation(operation.method, operation.path)

    assert found is not None
    named = {PRINCIPALS[name] for each in found.node["security"] for name in each}
    assert named == set(operation.does.principals)


def test_what_is_ours_says_why() -> None:
    ours = [(path, node) for path, node in nodes(document()) if node.get("x-origin") == "ours"]

    assert len(ours) > 20
    assert [path for path, node in ours if "Ours: " not in node.get("description", "")] == []


def test_every_reason_belongs_to_something_that_is_ours() -> None:
    """But for an operation of the vendor's, of which a part may be ours."""
    explained = [(path, node) for path, node in nodes(document()) if "Ours: " in str(node.get("description", ""))]

    assert [path for path, node in explained if node.get("x-origin") != "ours" and "x-source" not in node] == []


def test_every_operation_is_somebodys() -> None:
    unclear = [each.name for each in CONTRACT.operations if ("x-origin" in each.node) == ("x-source" in each.node)]

    assert unclear == []


def test_operations_and_webhooks_have_names_of_their_own() -> None:
    ids = [node["operationId"] for _, node in nodes(document()) if "operationId" in node and "responses" in node]

    assert len(ids) == len(set(ids))


def test_every_schema_is_used() -> None:
    used = {node["$ref"] for _, node in nodes(document()) if "$ref" in node}
    mapped = {each for _, node in nodes(document()) for each in node.get("mapping", {}).values()}
    components = document()["components"]
    named = {
        f"#/components/{kind}/{name}" for kind in components if kind != "securitySchemes" for name in components[kind]
    }
    of_examples = {name for name in named if "/examples/" in name}

    assert named - used - mapped - of_examples == set()


def test_links_lead_to_operations_and_parameters_that_exist() -> None:
    by_id = {operation.node["operationId"]: operation for operation in CONTRACT.operations}

    for path, node in nodes(document()):
        for name, link in node.get("links", {}).items() if "links" in node and "content" in node else ():
            target = by_id[link["operationId"]]
            known = {parameter["name"] for parameter in target.parameters}
            assert set(link.get("parameters", {})) <= known, f"{path} {name}"
            assert "requestBody" not in link or "requestBody" in target.node


def test_all_nineteen_event_types_are_sent_and_have_data() -> None:
    webhooks = set(document()["webhooks"]) - {"transactionsRequested"}

    assert len(webhooks) == 19
    assert webhooks == set(CONTRACT.event_types)


def test_every_value_is_one_that_json_has() -> None:
    """YAML does not read a moment without quotes as a text."""
    assert json.loads(as_json()) == document()
    assert json.dumps(document())

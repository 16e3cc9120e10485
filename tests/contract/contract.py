"""Compares an exchange with the document: is it an operation, and do request and answer match it?

jsonschema-rs checks: it is compiled, takes some microseconds a message, and knows OpenAPI 3.1's dialect of JSON Schema
with formats. openapi-core does it in pure Python and takes a hundred times as long; the suite has many thousands.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import attrs
import jsonschema_rs
import orjson

from bank_app_sim.des.document.document import operations
from bank_app_sim.des.document.schemas import Node, Schemas
from bank_app_sim.des.watching import Exchange

FORM = "application/x-www-form-urlencoded"

# The document says this once, under Errors, instead of with each operation.
OF_EVERY_OPERATION: Mapping[str, Node] = {"503": {"$ref": "#/components/responses/TryLater"}}

# The address of the schemas for the validators. Nothing is fetched from it.
BASE = "urn:document"


@attrs.frozen(kw_only=True)
class Operation:
    method: str
    path: str
    node: Node
    parameters: Sequence[Node]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


class Contract:
    """A document that messages are compared with."""

    def __init__(self, document: Node) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.operations = [self._operation(*each) for each in operations(document)]
        self._by_path: dict[str, dict[str, Operation]] = {}
        for operation in self.operations:
            self._by_path.setdefault(operation.path, {})[operation.method] = operation
        self._templates = {path.split("/")[-2]: path for path in self._by_path if path.endswith("/{id}")}
        whole = {name: document[name] for name in ("components", "paths")}
        self._registry = {
            is_closed: jsonschema_rs.Registry([(BASE, closed(whole) if is_closed else whole)])
            for is_closed in (False, True)
        }

    def _operation(self, method: str, path: str, node: Node) -> Operation:
        parameters = (*self.document["paths"][path].get("parameters", ()), *node.get("parameters", ()))
        return Operation(
            method=method, path=path, node=node, parameters=[self.schemas.follow(each) for each in parameters]
        )

    def template(self, path: str) -> str | None:
        """The template of a path in the document; None for an unknown path."""
        if path in self._by_path:
            return path
        collection, _, thing = path.rpartition("/")
        template = self._templates.get(collection.rpartition("/")[2])
        return template if thing and template is not None and template.startswith(f"{collection}/") else None

    def operation(self, method: str, path: str) -> Operation | None:
        template = self.template(path)
        return None if template is None else self._by_path[template].get(method)

    def faults(self, exchange: Exchange) -> list[str]:
        """The differences between an exchange and the document; empty if it matches."""
        template = self.template(exchange.path)
        if template is None:
            return [] if exchange.status == 404 else [f"{exchange.path} is no path of the document"]
        is_head = exchange.method == "HEAD"
        operation = self._by_path[template].get("GET" if is_head else exchange.method)
        if operation is None:
            return [] if exchange.status == 405 and exchange.headers.get("allow") else ["a method without 405 or Allow"]
        status = str(exchange.status)
        reply = operation.node["responses"].get(status) or OF_EVERY_OPERATION.get(status)
        if reply is None:
            return [f"{exchange.status} is no answer of {operation.name}: {exchange.body[:300]!r}"]
        if is_head:  # what GET would have, but for the body
            return ["there is a body"] * bool(exchange.body)
        faults = [f"answer {exchange.status}: {fault}" for fault in self._faults_of_answer(operation, exchange, reply)]
        if exchange.status < 300:
            faults += [f"request: {fault}" for fault in self._faults_of_request(operation, exchange)]
        return faults

    @property
    def event_types(self) -> list[str]:
        return list(self.schemas.named("Event")["discriminator"]["mapping"])

    @property
    def webhook_answers(self) -> list[str]:
        """The statuses that the bank may answer to a batch."""
        return list(self.document["webhooks"][self.event_types[0]]["post"]["responses"])

    def faults_of_webhook(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        """As `faults()`, for a webhook: a batch of events, or the empty hint."""
        value = orjson.loads(body)
        name = self.event_types[0] if value else "transactionsRequested"
        node = self.document["webhooks"][name]["post"]
        faults = []
        for parameter in map(self.schemas.follow, node["parameters"]):
            text = headers.get(parameter["name"])
            found = ["is missing"] if text is None else self._faults_of_text(text, parameter["schema"])
            faults += [f"header {parameter['name']}: {fault}" for fault in found]
        schema = self.schemas.follow(node["requestBody"])["content"]["application/json"]["schema"]
        for is_closed in (False, True):
            faults += self.faults_of_value(value, schema, is_closed=is_closed)
        return faults

    def _faults_of_answer(self, operation: Operation, exchange: Exchange, reply: Node) -> list[str]:
        reply = self.schemas.follow(reply)
        faults = []
        for name, header in reply.get("headers", {}).items():
            header = self.schemas.follow(header)
            value = exchange.headers.get(name.lower())
            if value is None:
                faults += [f"header {name} is missing"] * header.get("required", False)
            else:
                faults += [f"header {name}: {fault}" for fault in self._faults_of_text(value, header["schema"])]
        if "content" not in reply:
            return faults + [f"there is a body: {exchange.body[:100]!r}"] * bool(exchange.body)
        media_type = exchange.headers.get("content-type", "").partition(";")[0]
        if media_type not in reply["content"]:
            return [*faults, f"it is of {media_type or 'no'} type"]
        if media_type != "application/json":
            return faults
        value = orjson.loads(exchange.body)
        for is_closed in (False, True):
            faults += self.faults_of_value(value, reply["content"][media_type]["schema"], is_closed=is_closed)
        return faults

    def _faults_of_request(self, operation: Operation, exchange: Exchange) -> list[str]:
        faults = []
        given: dict[str, Mapping[str, str]] = {
            "query": dict(parse_qsl(exchange.query, keep_blank_values=True)),
            "header": exchange.request_headers,
            "path": {"id": exchange.path.rpartition("/")[2]},
        }
        known = {parameter["name"] for parameter in operation.parameters if parameter["in"] == "query"}
        faults += [f"{name} is no parameter" for name in given["query"] if name not in known]
        for parameter in operation.parameters:
            name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
            text = given[parameter["in"]].get(name)
            if text is None:
                faults += [f"parameter {name} is missing"] * parameter.get("required", False)
            else:
                faults += [f"parameter {name}: {fault}" for fault in self._faults_of_text(text, parameter["schema"])]
        body = self.schemas.follow(operation.node.get("requestBody", {}))
        if not exchange.request_body:
            return faults + ["there is no body"] * body.get("required", False)
        media_type = exchange.request_headers.get("content-type", "").partition(";")[0]
        if media_type not in body.get("content", {}):
            return [*faults, f"it is of {media_type or 'no'} type"]
        is_form = media_type == FORM
        sent = exchange.request_body.decode()
        value = dict(parse_qsl(sent, keep_blank_values=True)) if is_form else orjson.loads(sent)
        return faults + self.faults_of_value(value, body["content"][media_type]["schema"])

    def _faults_of_text(self, text: str, schema: Node) -> list[str]:
        """The faults of a header or a parameter, where numbers and booleans are texts."""
        kind = self.schemas.follow(schema).get("type")
        if kind == "integer" and text.lstrip("-").isdigit():
            return self.faults_of_value(int(text), schema)
        if kind == "boolean" and text in ("true", "false"):
            return self.faults_of_value(text == "true", schema)
        return self.faults_of_value(text, schema)

    def faults_of_value(self, value: Any, schema: Node, *, is_closed: bool = False) -> list[str]:
        """The differences between a value and a schema of the document.

        Args:
            is_closed: Fields that the schema does not have are faults.
        """
        validator = self._validator(orjson.dumps(schema), is_closed)
        if validator.is_valid(value):
            return []
        errors = [
            f"{'.'.join(map(str, error.instance_path))} {error.message}" for error in validator.iter_errors(value)
        ]
        # A message about a long choice fills a page. Its beginning is enough.
        return [error[:600] for error in errors]

    @functools.cache  # noqa: B019  # a contract lives as long as the process
    def _validator(self, schema: bytes, is_closed: bool) -> jsonschema_rs.Draft202012Validator:
        value = _absolute(orjson.loads(schema))
        return jsonschema_rs.Draft202012Validator(
            closed(value) if is_closed else value, validate_formats=True, registry=self._registry[is_closed]
        )


def _absolute(node: Any) -> Any:
    """A schema whose references contain the address of the whole document."""
    if isinstance(node, list):
        return [_absolute(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {name: f"{BASE}{each}" if name == "$ref" else _absolute(each) for name, each in node.items()}


def closed(node: Any, *, is_part: bool = False) -> Any:
    """A copy of a schema or a document in which objects have no further fields.

    The document leaves objects open: fields may be added, and clients must ignore them. Our sandbox must not add any.

    Args:
        is_part: It is one part of `allOf`. Only the whole can be closed.
    """
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    shut: dict[str, Any] = {}
    for name, each in node.items():
        if name == "schemas":  # closed where they are used
            shut[name] = {of: closed(schema, is_part=True) for of, schema in each.items()}
        elif name == "allOf":
            shut[name] = [closed(part, is_part=True) for part in each]
        else:
            shut[name] = each if name == "not" else closed(each)
    is_open = node.keys().isdisjoint(("additionalProperties", "unevaluatedProperties"))
    if not is_part and is_open and ("$ref" in node or "properties" in node):
        shut["unevaluatedProperties"] = False
    return shut

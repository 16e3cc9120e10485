"""The objects of an Arazzo document, as tables.

They follow the specification 1.1.0; a document of 1.0 is one that uses less of it. `UNSUPPORTED` has what the tables
know and we do not run: such a document is refused.
"""

from collections.abc import Mapping

import attrs


@attrs.frozen
class ListOf:
    """A list of elements of a kind; `least` is how many it has at least."""

    kind: "Kind"
    least: int = 0


@attrs.frozen
class MapOf:
    """Names that the author chooses, each with a value of a kind."""

    kind: "Kind"


@attrs.frozen
class Choice:
    """One of a few words."""

    words: tuple[str, ...]


@attrs.frozen
class OneOf:
    """An object of the kind whose name it has; otherwise the last kind."""

    by_name: Mapping[str, "Kind"]
    otherwise: "Kind"


@attrs.frozen
class Object:
    """An object of `OBJECTS`."""

    name: str


@attrs.frozen
class Plain:
    """A value of JSON's own kinds."""

    words: str
    types: tuple[type, ...]


Kind = ListOf | MapOf | Choice | OneOf | Object | Plain

ANY = Plain("any value", (object,))
TEXT = Plain("a text", (str,))
NUMBER = Plain("a number that is not negative", (int, float))
INTEGER = Plain("an integer that is not negative", (int,))
SCHEMA = Plain("a JSON Schema, which is an object", (dict,))


@attrs.frozen
class Property:
    """What can stand under a name of an object."""

    kind: Kind
    required: bool = False


def _needed(kind: Kind) -> Property:
    return Property(kind, required=True)


_TYPE = OneOf({"type": Object("expression type")}, TEXT)
_PARAMETERS = Property(ListOf(OneOf({"reference": Object("reference")}, Object("parameter"))))
_OUTPUTS = Property(MapOf(OneOf({"selector": Object("selector")}, TEXT)))
_SUCCESS = Property(ListOf(OneOf({"reference": Object("reference")}, Object("success action"))))
_FAILURE = Property(ListOf(OneOf({"reference": Object("reference")}, Object("failure action"))))
_ACTION = {
    "name": _needed(TEXT),
    "workflowId": Property(TEXT),
    "stepId": Property(TEXT),
    "parameters": _PARAMETERS,
    "criteria": Property(ListOf(Object("criterion"))),
}

OBJECTS: Mapping[str, Mapping[str, Property]] = {
    "document": {
        "arazzo": _needed(TEXT),
        "$self": Property(TEXT),
        "info": _needed(Object("info")),
        "sourceDescriptions": _needed(ListOf(Object("source description"), least=1)),
        "workflows": _needed(ListOf(Object("workflow"), least=1)),
        "components": Property(Object("components")),
    },
    "info": {
        "title": _needed(TEXT),
        "summary": Property(TEXT),
        "description": Property(TEXT),
        "version": _needed(TEXT),
    },
    "source description": {
        "name": _needed(TEXT),
        "url": _needed(TEXT),
        "type": Property(Choice(("openapi", "asyncapi", "arazzo"))),
    },
    "workflow": {
        "workflowId": _needed(TEXT),
        "summary": Property(TEXT),
        "description": Property(TEXT),
        "inputs": Property(SCHEMA),
        "dependsOn": Property(ListOf(TEXT)),
        "steps": _needed(ListOf(Object("step"), least=1)),
        "successActions": _SUCCESS,
        "failureActions": _FAILURE,
        "outputs": _OUTPUTS,
        "parameters": _PARAMETERS,
    },
    "step": {
        "stepId": _needed(TEXT),
        "description": Property(TEXT),
        "operationId": Property(TEXT),
        "operationPath": Property(TEXT),
        "channelPath": Property(TEXT),
        "workflowId": Property(TEXT),
        "parameters": _PARAMETERS,
        "requestBody": Property(Object("request body")),
        "successCriteria": Property(ListOf(Object("criterion"), least=1)),
        "onSuccess": _SUCCESS,
        "onFailure": _FAILURE,
        "outputs": _OUTPUTS,
        "timeout": Property(INTEGER),
        "correlationId": Property(ANY),
        "action": Property(Choice(("send", "receive"))),
        "dependsOn": Property(ListOf(TEXT)),
    },
    "parameter": {
        "name": _needed(TEXT),
        "in": Property(Choice(("path", "query", "querystring", "header", "cookie"))),
        "value": _needed(ANY),
    },
    "reference": {"reference": _needed(TEXT), "value": Property(ANY)},
    "success action": {**_ACTION, "type": _needed(Choice(("end", "goto")))},
    "failure action": {
        **_ACTION,
        "type": _needed(Choice(("end", "goto", "retry"))),
        "retryAfter": Property(NUMBER),
        "retryLimit": Property(INTEGER),
    },
    "criterion": {"context": Property(TEXT), "condition": _needed(TEXT), "type": Property(_TYPE)},
    "expression type": {
        "type": _needed(Choice(("jsonpath", "xpath", "jsonpointer"))),
        "version": _needed(TEXT),
    },
    "selector": {"context": _needed(TEXT), "selector": _needed(TEXT), "type": _needed(_TYPE)},
    "request body": {
        "contentType": Property(TEXT),
        "payload": Property(ANY),
        "replacements": Property(ANY),
    },
    "components": {
        "inputs": Property(MapOf(SCHEMA)),
        "parameters": Property(MapOf(Object("parameter"))),
        "successActions": Property(MapOf(Object("success action"))),
        "failureActions": Property(MapOf(Object("failure action"))),
    },
}

# Names of Arazzo that we do not support, and what to write instead.
UNSUPPORTED: Mapping[tuple[str, str], str] = {
    ("step", "channelPath"): "steps of AsyncAPI are not run here; a step calls an operation of an OpenAPI document",
    ("step", "correlationId"): "steps of AsyncAPI are not run here; a step calls an operation of an OpenAPI document",
    (
        "request body",
        "replacements",
    ): "write each value at its place in 'payload', which takes expressions and selectors",
    ("step", "action"): "steps of AsyncAPI are not run here; a step calls an operation of an OpenAPI document",
}

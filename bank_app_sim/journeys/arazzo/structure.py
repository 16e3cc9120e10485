"""What an Arazzo document is made of: tables of its objects, and the check of a document against them.

The tables follow the specification 1.1.0; a document of 1.0 is one that uses less of it. What stands in them and is not
run here says so in `UNSUPPORTED`: it is refused, and never read over.
"""

import re
from collections.abc import Mapping
from typing import Any

import attrs

from .errors import instead
from .reading import Source, Steps


@attrs.frozen
class ListOf:
    """A list, each of whose elements is of a kind; of which there is at least one where that is said."""

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
    """An object that is told from others by a name that only it has; the last kind is for all else."""

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

# Names of Arazzo that mean something we cannot do, and the way out.
UNSUPPORTED: Mapping[tuple[str, str], str] = {
    ("step", "channelPath"): "steps of AsyncAPI are not run here; a step calls an operation of an OpenAPI document",
    ("step", "correlationId"): "steps of AsyncAPI are not run here; a step calls an operation of an OpenAPI document",
    (
        "request body",
        "replacements",
    ): "write each value at its place in 'payload', which takes expressions and selectors",
    ("step", "action"): "steps of AsyncAPI are not run here; a step calls an operation of an OpenAPI document",
}

_VERSION = re.compile(r"1\.[01]\.\d+(-.+)?")
_NAME = re.compile(r"[A-Za-z0-9_\-]+")
_KEY = re.compile(r"[A-Za-z0-9._\-]+")
# Names that other parts of the document speak of, in expressions: so they must be such as these can hold.
_SPOKEN_OF = (("workflow", "workflowId"), ("step", "stepId"), ("source description", "name"))


def check(source: Source) -> None:
    """`DocumentError` for the first thing in a document that is not as the tables say."""
    if not isinstance(source.value, dict):
        raise source.error((), f"an Arazzo document is an object, and begins with 'arazzo: 1.1.0'; {_kind_of(source)}")
    version = source.value.get("arazzo")
    if version is None:
        raise source.error((), "'arazzo' is missing: the document begins with the version, as in 'arazzo: 1.1.0'")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise source.error(("arazzo",), f"version {version!r} is not known here; 1.0.x and 1.1.x are")
    _Check(source).object(source.value, (), "document")


def _kind_of(source: Source) -> str:
    return f"this is {_words(source.value)}"


@attrs.frozen
class _Check:
    source: Source

    def object(self, value: dict[str, Any], at: Steps, name: str) -> None:
        fields = OBJECTS[name]
        for key in value:
            if key not in fields and not key.startswith("x-") and name != "reference":
                sentence = f"{_a(name)} has no {key!r}{instead(key, fields)}"
                raise self.source.error((*at, key), sentence, at_key=True)
            if (name, key) in UNSUPPORTED:
                raise self.source.error((*at, key), f"{key!r}: {UNSUPPORTED[name, key]}", at_key=True)
        for key, field in fields.items():
            if key in value:
                self.value(value[key], (*at, key), field.kind)
            elif field.required:
                raise self.source.error(at, f"{_a(name)} needs {key!r}, and has {_list(value)}")
        for of, key in _SPOKEN_OF:
            if of == name and not _NAME.fullmatch(value[key]):
                sentence = f"{key} {value[key]!r} can have letters, digits, '-' and '_' only: expressions speak of it"
                raise self.source.error((*at, key), sentence)

    def value(self, value: Any, at: Steps, kind: Kind) -> None:
        if isinstance(kind, OneOf):
            names = value if isinstance(value, dict) else ()
            named = (other for name, other in kind.by_name.items() if name in names)
            return self.value(value, at, next(named, kind.otherwise))
        if isinstance(kind, ListOf):
            self._list(value, at, kind)
        elif isinstance(kind, MapOf):
            self._map(value, at, kind)
        elif isinstance(kind, Choice):
            if value not in kind.words:
                raise self.source.error(at, f"{at[-1]!r} is {value!r}{instead(str(value), kind.words)}")
        elif isinstance(kind, Object):
            self._is(value, at, dict, _a(kind.name))
            self.object(value, at, kind.name)
        else:
            self._plain(value, at, kind)

    def _plain(self, value: Any, at: Steps, kind: Plain) -> None:
        is_right = isinstance(value, kind.types) and (kind is ANY or not isinstance(value, bool))
        if not is_right or (kind in (NUMBER, INTEGER) and value < 0):
            hint = "; put it in quotes" if kind is TEXT and isinstance(value, int | float) else ""
            raise self.source.error(at, f"{at[-1]!r} must be {kind.words}, and is {_words(value)}{hint}")

    def _list(self, value: Any, at: Steps, kind: ListOf) -> None:
        self._is(value, at, list, "a list")
        if len(value) < kind.least:
            raise self.source.error(at, f"{at[-1]!r} is empty, and needs at least one element")
        for position, element in enumerate(value):
            self.value(element, (*at, position), kind.kind)

    def _map(self, value: Any, at: Steps, kind: MapOf) -> None:
        self._is(value, at, dict, "an object")
        for key, member in value.items():
            if not _KEY.fullmatch(key):
                sentence = f"{key!r} can have letters, digits, '.', '-' and '_' only: expressions speak of it"
                raise self.source.error((*at, key), sentence, at_key=True)
            self.value(member, (*at, key), kind.kind)

    def _is(self, value: Any, at: Steps, wanted: type, words: str) -> None:
        if not isinstance(value, wanted):
            what = repr(at[-1]) if isinstance(at[-1], str) else f"element {at[-1] + 1} of {at[-2]!r}"
            raise self.source.error(at, f"{what} must be {words}, and is {_words(value)}")


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _list(names: Mapping[str, Any]) -> str:
    return ", ".join(map(repr, names)) or "nothing"


def _words(value: Any) -> str:
    """A value for a sentence: what it is, and, where it is short, how it reads."""
    kinds = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "a truth value",
        int: "a number",
        float: "a number",
    }
    if value is None:
        return "empty"
    text = repr(value)
    return (
        f"{kinds[type(value)]}, {text}" if not isinstance(value, dict | list) and len(text) < 40 else kinds[type(value)]
    )

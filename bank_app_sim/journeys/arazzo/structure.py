"""Checks a document against the tables of its objects."""

import re
from collections.abc import Mapping
from typing import Any

import attrs

from .errors import instead
from .objects import ANY, INTEGER, NUMBER, OBJECTS, TEXT, UNSUPPORTED, Choice, Kind, ListOf, MapOf, Object, OneOf, Plain
from .reading import Source, Steps

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


def _list(names: Mapping[str, object]) -> str:
    return ", ".join(map(repr, names)) or "nothing"


def _words(value: object) -> str:
    """A value for a sentence: its type, and the value itself if it is short."""
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

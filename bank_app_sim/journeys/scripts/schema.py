"""The JSON Schema of scripts, made from the same table of words that reads them."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from ..expectations.observables import OBSERVABLES
from ..given import GIVEN
from ..journey import STEPS
from ..vocabulary.amounts import TIMES
from ..vocabulary.kinds import ANYTHING, COLUMN, NAME, Choice, Kind, ListOf, Schema, Text, text_like
from ..vocabulary.moments import POSITIVE_DURATION
from ..vocabulary.name_kinds import CUSTOMER
from ..vocabulary.words import Words
from .language import (
    EVENTUALLY,
    EXPECT,
    FAILURES,
    FLOW,
    MEANWHILE,
    MODIFIERS,
    NEEDED,
    OF,
    PARTS,
    RECORDABLE,
    RECORDED,
    WITHIN,
)

# Changes with the language.
SCHEMA_ID = "urn:bank-app-sim:journey:1"

# Published with the package, for editors.
FILE = Path(__file__).parents[1] / "journey.schema.json"

_STEPS: Schema = {"$ref": "#/$defs/steps"}
_STEP_KINDS = ("doing", "flow")


def schema() -> Schema:
    """The schema with which an editor completes and checks a script."""
    definitions = _Definitions()
    parts = {name: {**_part(name, definitions), "description": text} for name, text in PARTS.items()}
    step = [_alone(), *({"$ref": f"#/$defs/{kind}"} for kind in _STEP_KINDS)]
    own = {
        "column": {"type": "string", "pattern": COLUMN, "description": "The row's value under this name."},
        "steps": {"type": "array", "minItems": 1, "items": {"anyOf": step}},
        "doing": _doing(definitions),
        "flow": _flow(definitions),
        "observables": _observables(definitions),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "A journey of bank-app-sim",
        "type": "object",
        "required": list(NEEDED),
        "additionalProperties": False,
        "properties": parts,
        "$defs": {**own, **definitions.schemas},
    }


def as_json() -> str:
    """The text of the published file."""
    return _written(schema(), "") + "\n"


def _written(value: object, indent: str) -> str:
    """JSON for people: a value that fits on one line is on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= 118 or not isinstance(value, (dict, list)):
        return line
    inner = f"{indent} "
    if isinstance(value, list):
        items = [_written(item, inner) for item in value]
    else:
        items = [f"{json.dumps(name)}: {_written(item, inner)}" for name, item in value.items()]
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    return opened + "".join(f"\n{inner}{item}," for item in items).removesuffix(",") + f"\n{indent}{closed}"


@attrs.define
class _Definitions:
    """The schemas of kinds, each once."""

    schemas: dict[str, Schema] = attrs.field(factory=dict)
    _kinds: dict[str, Kind[Any]] = attrs.field(factory=dict)

    def ref(self, kind: Kind[Any]) -> Schema:
        """The reference to the schema of a kind."""
        name = re.sub(r"[^a-zA-Z]+", "-", kind.title).strip("-")
        while self._kinds.setdefault(name, kind) != kind:  # two kinds with one title, such as the states of things
            name += "-2"
        if name not in self.schemas:
            self.schemas[name] = {}  # it stands before the schemas that it refers to
            self.schemas[name] = kind.schema(self.ref)
        return {"$ref": f"#/$defs/{name}"}

    def arguments(self, words: Words) -> Schema:
        required = [each.name for each in words.arguments if each.is_required]
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {each.name: {**self.ref(each.kind), "description": each.doc} for each in words.arguments},
            **({"required": required} if required else {}),
        }


def _part(name: str, definitions: _Definitions) -> Schema:
    match name:
        case "given":
            return definitions.arguments(GIVEN)
        case "rows":
            row = {"type": "object", "minProperties": 1, "additionalProperties": definitions.ref(ANYTHING)}
            return {"type": "array", "minItems": 1, "uniqueItems": True, "items": row}
        case "steps":
            return _STEPS
        case "about":
            return definitions.ref(ANYTHING)
        case _:
            return definitions.ref(NAME)


def _alone() -> Schema:
    return {"anyOf": [{"enum": [*(name for name, words in STEPS.items() if words.may_be_alone), RECORDED]}, _column()]}


def _column() -> Schema:
    return {"$ref": "#/$defs/column"}


def _doing(definitions: _Definitions) -> Schema:
    """A step that somebody does, with its value and what stands beside it."""
    beside: dict[str, Kind[Any]] = {"times": TIMES, "fails": FAILURES, "saying": NAME, "by": CUSTOMER}
    modifiers = {name: {**definitions.ref(kind), "description": MODIFIERS[name]} for name, kind in beside.items()}
    verbs = {name: {**_behind(words, definitions), "description": words.doc} for name, words in STEPS.items()}
    by_nobody = [{"required": [name]} for name, words in STEPS.items() if "by" not in words.by_name]
    a_column = {"not": {"propertyNames": {"not": {"pattern": COLUMN}}}}
    return {
        "type": "object",
        "properties": {**verbs, **modifiers},
        "patternProperties": {COLUMN: True},
        "additionalProperties": False,
        "oneOf": [*({"required": [name]} for name in STEPS), a_column],
        "dependentRequired": {"saying": ["fails"]},
        "dependentSchemas": {"by": {"not": {"anyOf": by_nobody}}},
    }


def _behind(words: Words, definitions: _Definitions) -> Schema:
    possible: list[Schema] = [definitions.arguments(words)] if words.arguments else []
    if not all(each.name in words.plain for each in words.arguments if each.is_required):
        pass  # a plain value is not enough
    elif len(words.plain) == 1:
        possible.append(definitions.ref(words.by_name[words.plain[0]].kind))
    elif words.plain:
        possible.append(_word_and_amount(*(words.by_name[name].kind for name in words.plain)))
    if words.may_be_alone:
        possible.append({"type": "null"})
    return {"anyOf": possible} if len(possible) > 1 else possible[0]


def _word_and_amount(word: Kind[Any], amount: Kind[Any]) -> Schema:
    """`weekly 50.00`."""
    assert isinstance(amount, Text)
    if not isinstance(word, Choice):
        return {**text_like(f".*\\S +({amount.pattern})"), "examples": [f"bo {amount.examples[0]}"]}
    examples = [f"{each} {amount.examples[0]}" for each in word.words]
    return {**text_like(f"({'|'.join(word.words)})( +({amount.pattern}))?"), "examples": examples}


def _flow(definitions: _Definitions) -> Schema:
    branches = {"type": "array", "minItems": 2, "items": _STEPS}
    named = {"type": "object", "minProperties": 2, "additionalProperties": _STEPS}
    expected: Mapping[str, Schema] = {
        EXPECT: {"$ref": "#/$defs/observables", "unevaluatedProperties": False},
        EVENTUALLY: {
            "$ref": "#/$defs/observables",
            "properties": {"within": {**definitions.ref(POSITIVE_DURATION), "description": WITHIN}},
            "required": ["within"],
            "unevaluatedProperties": False,
        },
        RECORDED: {"anyOf": [definitions.ref(ListOf(RECORDABLE)), {"type": "null"}]},
        MEANWHILE: {"anyOf": [branches, named]},
    }
    return {
        "type": "object",
        "properties": {name: {**expected[name], "description": text} for name, text in FLOW.items()},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _observables(definitions: _Definitions) -> Schema:
    shown: dict[str, Any] = {
        name: {**definitions.ref(each.kind), "description": each.doc} for name, each in OBSERVABLES.items()
    }
    return {
        "type": "object",
        "properties": {"of": {**definitions.ref(CUSTOMER), "description": OF}, **shown},
        "patternProperties": {COLUMN: True},
        "not": {"propertyNames": {"enum": ["of", "within"]}},
        "dependentSchemas": {"of": {"properties": {n: False for n, each in OBSERVABLES.items() if each.of_everybody}}},
    }

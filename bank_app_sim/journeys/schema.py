"""The JSON Schema of scripts, made of the same table of words that reads them."""

import json
from typing import Any

from .journey import STEPS
from .kinds import CUSTOMER, NAME, POSITIVE_DURATION, TIMES, ListOf, Schema
from .observables import OBSERVABLES
from .reader import EVENTUALLY, EXPECT, FAILURES, FLOW, GIVEN, MEANWHILE, MODIFIERS, PARTS, RECORDABLE, RECORDED
from .vocabulary import Field, Words

# Changes with the language; a file says which it is written for by the address behind `$schema`.
SCHEMA_ID = "urn:bank-app-sim:journey:1"

_STEPS: Schema = {"$ref": "#/$defs/steps"}


def schema() -> Schema:
    """What an editor needs to complete and check a script while it is written."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "A journey of bank-app-sim",
        "type": "object",
        "required": ["journey", "steps"],
        "additionalProperties": False,
        "properties": {name: {**_part(name), "description": description} for name, description in PARTS.items()},
        "$defs": {
            "steps": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}},
            "step": _step(),
            "observables": _observables({}),
        },
    }


def as_json() -> str:
    """The text of the file that is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _part(name: str) -> Schema:
    match name:
        case "given":
            return _fields(GIVEN)
        case "rows":
            row = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}
            return {"type": "array", "minItems": 1, "items": row}
        case "steps":
            return _STEPS
        case _:
            return {"type": "string"}


def _fields(words: Words) -> Schema:
    shown: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.name: _field(field) for field in words.fields},
    }
    # What stands beside the verb may be the one that is required.
    required = [field.name for field in words.fields if field.is_required]
    return {**shown, "required": required} if required else shown


def _field(field: Field) -> Schema:
    return {**field.kind.schema(), "description": field.doc}


def _step() -> Schema:
    """A verb alone, or one verb with what stands behind and beside it."""
    verbs: dict[str, Any] = {name: {**_behind(words), "description": words.doc} for name, words in STEPS.items()}
    verbs |= {name: {**_behind_flow(name), "description": doc} for name, doc in FLOW.items()}
    beside: dict[str, Schema] = {"times": TIMES.schema(), "fails": FAILURES.schema(), "saying": NAME.schema()}
    beside = {name: {**shown, "description": MODIFIERS[name]} for name, shown in beside.items()}
    beside["by"] = {**CUSTOMER.schema(), "description": "Which user does it."}
    alone = [name for name, words in STEPS.items() if words.may_be_alone]
    return {
        "anyOf": [
            {"enum": [*alone, RECORDED]},
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {**verbs, **beside},
                "oneOf": [{"required": [name]} for name in verbs],
            },
        ]
    }


def _behind(words: Words) -> Schema:
    possible: list[Schema] = [_fields(words)] if words.fields else []
    if len(words.plain) == 1:
        possible.append(words.by_name[words.plain[0]].kind.schema())
    elif words.plain:
        kind = words.by_name[words.plain[0]].kind.schema()
        possible.append({"type": "string", "examples": [f"{word} 50.00" for word in kind.get("enum", ["bo"])]})
    if words.may_be_alone:
        possible.append({"type": "null"})
    return {"anyOf": possible}


def _behind_flow(name: str) -> Schema:
    branches = {"type": "array", "minItems": 2, "items": _STEPS}
    named = {"type": "object", "minProperties": 2, "additionalProperties": _STEPS}
    within = {**POSITIVE_DURATION.schema(), "description": "How long that may take."}
    return {
        EXPECT: {"$ref": "#/$defs/observables"},
        EVENTUALLY: {**_observables({"within": within}), "required": ["within"]},
        RECORDED: {"anyOf": [ListOf(RECORDABLE).schema(), {"type": "null"}]},
        MEANWHILE: {"anyOf": [branches, named]},
    }[name]


def _observables(more: dict[str, Schema]) -> Schema:
    shown = {name: {**each.kind.schema(), "description": each.doc} for name, each in OBSERVABLES.items()}
    of = {**CUSTOMER.schema(), "description": "Whose part of the world is looked at; everybody's, when left out."}
    return {"type": "object", "additionalProperties": False, "properties": {"of": of, **more, **shown}}

"""The inputs of a workflow: given values or defaults, with the types of the document."""

from collections.abc import Mapping
from typing import Any

from impact_sdk import wire
from impact_sdk.parsing.visible import visible

from .document import Document, Part
from .errors import instead


class WrongInput(Exception):
    """An input that no workflow has, or a value that an input cannot have."""

    def __init__(self, sentence: str) -> None:
        super().__init__(visible(sentence, longest=1_000))


# The types of JSON Schema, as types of Python.
TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def of_workflow(document: Document, workflow: Part, chosen: Mapping[str, object]) -> dict[str, Any]:
    """The value of every input that has one.

    Raises:
        WrongInput: A required input has no value, or a value has another type.
    """
    schemas = document.inputs(workflow)
    name_of_workflow = workflow.value["workflowId"]
    values = {name: schema["default"] for name, schema in schemas.items() if "default" in schema}
    values |= {name: value for name, value in chosen.items() if name in schemas}
    for name in document.required_inputs(workflow):
        if name not in values:
            raise WrongInput(f"input {name!r} of workflow {name_of_workflow!r} has no value; give --input {name}=VALUE")
    for name, value in values.items():
        _check(name, schemas[name], value)
    return values


def _check(name: str, schema: Mapping[str, Any], value: Any) -> None:
    wanted = schema.get("type")
    words = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if words and not any(_is(value, word) for word in words):
        raise WrongInput(f"input {name!r} must be of type {' or '.join(words)}, and is {type(value).__name__}")
    if "enum" in schema and value not in schema["enum"]:
        raise WrongInput(f"input {name!r} must be one of {', '.join(map(repr, schema['enum']))}")


def _is(value: object, word: str) -> bool:
    return isinstance(value, TYPES[word]) and (word == "boolean" or not isinstance(value, bool))


def from_texts(document: Document, texts: Mapping[str, str]) -> dict[str, Any]:
    """The values that a user has typed, with the types of the document's inputs.

    Raises:
        WrongInput: No workflow has such an input, or the text has another type.
    """
    schemas = {name: schema for flow in document.workflows.values() for name, schema in document.inputs(flow).items()}
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in schemas:
            raise WrongInput(f"the document has no input {name!r}{instead(name, schemas)}")
        values[name] = _value(name, schemas[name], text)
    return values


def _value(name: str, schema: Mapping[str, object], text: str) -> Any:
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise WrongInput(f"input {name!r} is not a text: the terminal does not write UTF-8")
    wanted = schema.get("type", "string")
    if wanted == "string" or not isinstance(wanted, str):
        return text
    try:
        return wire.loads(text.encode())
    except ValueError:
        shown = "something else" if is_secret(schema) else repr(text)
        raise WrongInput(f"input {name!r} must be of type {wanted}, written as JSON, and is {shown}") from None


def is_secret(schema: Mapping[str, object]) -> bool:
    """Whether the document calls an input secret."""
    return schema.get("format") == "password" or bool(schema.get("writeOnly"))


def secrets(document: Document, workflow: Part, values: Mapping[str, object]) -> list[str]:
    """The values that the document calls secret, by `format: password` or `writeOnly`."""
    schemas = document.inputs(workflow)
    return [value for name, value in values.items() if isinstance(value, str) and is_secret(schemas[name])]

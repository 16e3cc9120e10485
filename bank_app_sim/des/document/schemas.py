"""Reads the document's schemas: follows references, merges the parts of `allOf`, puts types into words."""

from collections.abc import Mapping
from typing import Any

Node = Mapping[str, Any]

PREFIX = "#/components/schemas/"


class Schemas:
    """The schemas of one OpenAPI document."""

    def __init__(self, document: Node) -> None:
        self._document = document
        self._named: Mapping[str, Node] = document["components"]["schemas"]

    @property
    def shapes(self) -> list[str]:
        """The names of schemas that get a table: objects, and choices between them."""
        return [name for name, schema in self._named.items() if self._is_shape(schema)]

    def named(self, name: str) -> Node:
        return self._named[name]

    def follow(self, node: Node) -> Node:
        """The target of a reference, with the siblings of the reference; anything else as it is."""
        if "$ref" not in node:
            return node
        found: Any = self._document
        for key in node["$ref"].removeprefix("#/").split("/"):
            found = found[key.replace("~1", "/").replace("~0", "~")]
        beside = {name: value for name, value in node.items() if name != "$ref"}
        return {**self.follow(found), **beside}

    def shape_name(self, schema: Node) -> str | None:
        """The name of the shape that this refers to, if it refers to one."""
        name: str = schema.get("$ref", "").removeprefix(PREFIX)
        return name if name in self._named and self._is_shape(self._named[name]) else None

    def scalar(self, schema: Node) -> Node:
        """As `follow()`, but of a reference to a shape only the siblings."""
        if self.shape_name(schema) is not None:
            return {name: value for name, value in schema.items() if name != "$ref"}
        return self.follow(schema)

    def has_fields(self, schema: Node) -> bool:
        return bool(self.merged(schema).get("properties"))

    def merged(self, schema: Node) -> Node:
        """The schema with the properties and the required names of all its parts."""
        schema = self.follow(schema)
        properties: dict[str, Any] = {}
        required: list[str] = []
        for part in (*map(self.merged, schema.get("allOf", ())), schema):
            properties.update(part.get("properties", {}))
            required.extend(part.get("required", ()))
        return {**schema, "properties": properties, "required": required} if properties else schema

    def _is_shape(self, schema: Node) -> bool:
        schema = self.follow(schema)
        parts = (*schema.get("oneOf", ()), *schema.get("anyOf", ()))
        return "properties" in schema or "allOf" in schema or any("$ref" in part for part in parts)


_FORMATS = {"uuid": "UUID", "date-time": "moment", "date": "date", "uri": "address", "password": "text"}
_TYPES = {"string": "text", "boolean": "true or false"}


def _types(schema: Node) -> list[str]:
    types = schema.get("type", "anything")
    return [types] if isinstance(types, str) else list(types)


def or_null(schema: Node) -> str:
    """The words to add for a value that may be null."""
    return " or null" if "null" in _types(schema) and _types(schema) != ["null"] else ""


def words(schema: Node) -> str:
    """Such as `integer, 1 to 31` or `moment or null`."""
    name = next((each for each in _types(schema) if each != "null"), "null")
    formats = [each.get("format") for each in (schema, *schema.get("anyOf", ()))]
    kind = " or ".join(_FORMATS[each] for each in formats if each in _FORMATS) or _TYPES.get(name, name)
    return kind + or_null(schema) + _bounds(schema)


def _bounds(schema: Node) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f", {_number(least)} to {_number(most)}"
    if least is not None:
        return f", at least {_number(least)}"
    if "maxLength" in schema:
        return f", up to {schema['maxLength']} characters"
    return ""


def _number(value: int) -> str:
    is_power_of_ten = abs(value) >= 10**6 and str(abs(value)).strip("0") == "1"
    return f"{'-' * (value < 0)}10^{len(str(abs(value))) - 1}" if is_power_of_ten else str(value)

"""Writes values in a path, a query, a header or a form as OpenAPI does (`style` and `explode`). Pure."""

from collections.abc import Callable, Mapping
from urllib.parse import quote_plus

import attrs

from .lookup import as_text

# The default styles of parameters. No other style can be sent.
STYLES: Mapping[str, str] = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


@attrs.frozen
class Style:
    """The style of one parameter.

    Attributes:
        name: `simple` or `form`; others cannot be sent.
        explode: Whether each element of a list, and each member of an object, is written separately.
        is_json: Whether lists and objects are written as JSON (`content` instead of `schema`).
    """

    name: str
    explode: bool
    is_json: bool = False

    @classmethod
    def of(cls, parameter: Mapping[str, object]) -> "Style":
        """The style of a parameter in an OpenAPI document."""
        name = str(parameter.get("style", STYLES.get(str(parameter.get("in")), "form")))
        return cls(name, bool(parameter.get("explode", name == "form")), "content" in parameter)


FORM = Style("form", explode=True)
SIMPLE = Style("simple", explode=False)


def query(name: str, value: object, style: Style) -> list[str]:
    """A value in a query, encoded: `ids=1&ids=2`, or `ids=1,2`. An empty list is nothing."""
    if value == [] or value == {}:
        return []
    name = quote_plus(name)
    if style.is_json or not style.explode or not isinstance(value, list | dict):
        return [f"{name}={joined(value, style, quote_plus)}"]
    if isinstance(value, dict):
        return [f"{quote_plus(key)}={quote_plus(as_text(member))}" for key, member in value.items()]
    return [f"{name}={quote_plus(as_text(element))}" for element in value]


def joined(value: object, style: Style, encode: Callable[[str], str] = str) -> str:
    """A value in one text: `1,2`; of an object `a,1,b,2`, or `a=1,b=2`."""
    if style.is_json or not isinstance(value, list | dict):
        return encode(as_text(value))
    if isinstance(value, list):
        return ",".join(encode(as_text(element)) for element in value)
    between = "=" if style.explode and style.name == "simple" else ","
    return ",".join(f"{encode(key)}{between}{encode(as_text(member))}" for key, member in value.items())

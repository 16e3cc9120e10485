"""What expressions speak of, looked up while a workflow runs: inputs, outputs, the request, and its answer."""

import json
from collections.abc import Mapping
from typing import Any

import attrs

from . import expressions
from .errors import NoSuchValue, instead
from .expressions import Expression
from .selection import at_pointer


@attrs.frozen(kw_only=True)
class Exchange:
    """One request and its answer, as expressions see them. Header names are in lower case.

    Attributes:
        request_body: As it was put together, before it was written as JSON or as a form.
        response_body: Read, where it is JSON; else a text, and None where it is empty.
    """

    method: str
    url: str
    request_headers: Mapping[str, str] = attrs.field(repr=False)
    query: Mapping[str, str] = attrs.field(repr=False)
    path: Mapping[str, str]
    request_body: Any = attrs.field(repr=False)
    status: int
    response_headers: Mapping[str, str] = attrs.field(repr=False)
    response_body: Any = attrs.field(repr=False)


@attrs.define(kw_only=True)
class Known:
    """All that there is to speak of at one moment of a workflow's run.

    Attributes:
        steps: The outputs of each step that has succeeded.
        workflows: The inputs and outputs of each workflow that has run.
        sources: The fields of each source description.
        exchange: The latest request and its answer; None before the first.
    """

    inputs: Mapping[str, Any] = attrs.field(repr=False)
    steps: dict[str, Mapping[str, Any]] = attrs.field(factory=dict, repr=False)
    outputs: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    workflows: Mapping[str, Mapping[str, Mapping[str, Any]]] = attrs.field(factory=dict, repr=False)
    sources: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    self_uri: str | None = None
    exchange: Exchange | None = attrs.field(default=None, repr=False)

    def look_up(self, expression: Expression) -> Any:
        """The value that an expression stands for.

        Raises:
            NoSuchValue: There is none, in this run.
        """
        found = self._found(expression)
        return found if expression.pointer is None else at_pointer(found, expression.pointer, of=str(expression))

    def fill(self, value: Any) -> Any:
        """A value with every expression in it replaced, however deep; the types of what they stand for are kept."""
        if isinstance(value, dict):
            return {name: self.fill(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.fill(element) for element in value]
        if not isinstance(value, str):
            return value
        if expressions.is_expression(value):
            return self.look_up(expressions.parse(value))
        return self.fill_text(value)

    def fill_text(self, text: str) -> str:
        """A text with what is in braces replaced."""
        return "".join(
            piece if isinstance(piece, str) else as_text(self.look_up(piece)) for piece in expressions.pieces(text)
        )

    def _found(self, expression: Expression) -> Any:
        match expression.root:
            case "inputs":
                return _named(self.inputs, expression.name, expression)
            case "outputs":
                return _named(self.outputs, expression.name, expression)
            case "steps":
                if expression.of not in self.steps:
                    raise NoSuchValue(f"{expression}: step {expression.of!r} has not succeeded before")
                return _named(self.steps[expression.of], expression.name, expression)
            case "workflows":
                if expression.of not in self.workflows:
                    raise NoSuchValue(f"{expression}: workflow {expression.of!r} has not run before")
                return _named(self.workflows[expression.of][expression.part], expression.name, expression)
            case "sourceDescriptions":
                return _named(_named(self.sources, expression.of, expression), expression.name, expression)
            case "self":
                if self.self_uri is None:
                    raise NoSuchValue("$self: the document has no $self")
                return self.self_uri
            case _:
                return self._of_exchange(expression)

    def _of_exchange(self, expression: Expression) -> Any:
        exchange = self.exchange
        if exchange is None:
            raise NoSuchValue(f"{expression}: no request has been sent yet")
        match expression.root, expression.part:
            case "url", _:
                return exchange.url
            case "method", _:
                return exchange.method
            case "statusCode", _:
                return exchange.status
            case "request", "body":
                return exchange.request_body
            case "request", "header":
                return _named(exchange.request_headers, expression.name.lower(), expression)
            case "request", "query":
                return _named(exchange.query, expression.name, expression)
            case "request", "path":
                return _named(exchange.path, expression.name, expression)
            case "response", "body":
                return exchange.response_body
            case "response", "header":
                return _named(exchange.response_headers, expression.name.lower(), expression)
        raise NoSuchValue(f"{expression} has no value; it names a part of the document")


def as_text(value: Any) -> str:
    """A value within a text: objects and lists as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _named(values: Mapping[str, Any], name: str, expression: Expression) -> Any:
    """A value by its name, which can have dots in it; or else what the names behind the first dot lead to."""
    if name in values:
        return values[name]
    head, dot, onward = name.partition(".")
    if dot and head in values:
        return at_pointer(values[head], "/" + onward.replace(".", "/"), of=str(expression))
    raise NoSuchValue(f"{expression}: there is no {name!r}{instead(name, values)}")

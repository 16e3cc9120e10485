"""The values of expressions while a workflow runs: inputs, outputs, the request, and its answer."""

import json
from collections.abc import Mapping
from typing import Any

import attrs

from . import expressions
from .errors import ExpressionError, NoSuchValue, instead
from .expressions import Expression
from .selection import at_pointer

# The limits of a value that is put together.
LARGEST = 1_000_000
DEEPEST = 100


@attrs.frozen(kw_only=True)
class Exchange:
    """One request and its answer, as expressions see them. Header names are in lower case.

    Attributes:
        request_body: The value that is written as JSON or as a form.
        response_body: The value of a JSON body; otherwise a text, or None if it is empty.
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
    """All values at one moment of a workflow's run.

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
        """The value of an expression.

        Raises:
            NoSuchValue: It has no value in this run.
        """
        found = self._found(expression)
        return found if expression.pointer is None else at_pointer(found, expression.pointer, of=str(expression))

    def fill(self, value: object) -> Any:
        """A value in which every expression is replaced by its value, with its type."""
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
        """A text in which expressions in braces are replaced by their values."""
        filled, size = [], 0
        for piece in expressions.pieces(text):
            filled.append(piece if isinstance(piece, str) else self._text(piece))
            size += len(filled[-1])
            if size > LARGEST:
                raise ExpressionError(f"a text of more than {LARGEST:,} characters comes of what stands in its braces")
        return "".join(filled)

    def _text(self, expression: Expression) -> str:
        value = self.look_up(expression)
        require_small(value)
        return as_text(value)

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


def as_text(value: object) -> str:
    """A value as a part of a text; objects and lists as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def require_small(value: Any) -> None:
    """`ExpressionError` if a value is too large or too deep to be sent."""
    size, waiting = 0, [(value, 0)]
    while waiting:
        inner, depth = waiting.pop()
        is_nested = isinstance(inner, dict | list)
        size += len(inner) if is_nested or isinstance(inner, str) else 1
        if size > LARGEST or depth > DEEPEST:
            raise ExpressionError(f"a value of more than {LARGEST:,} characters, or {DEEPEST} levels, is not sent")
        if is_nested:
            waiting.extend((member, depth + 1) for member in (inner.values() if isinstance(inner, dict) else inner))


def _named(values: Mapping[str, object], name: str, expression: Expression) -> Any:
    """A value by its name, which can contain dots; otherwise the names after the first dot lead into it."""
    if name in values:
        return values[name]
    head, dot, onward = name.partition(".")
    if dot and head in values:
        return at_pointer(values[head], "/" + onward.replace(".", "/"), of=str(expression))
    raise NoSuchValue(f"{expression}: there is no {name!r}{instead(name, values)}")

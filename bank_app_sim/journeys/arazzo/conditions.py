"""Conditions such as `$statusCode == 200 && $response.body#/state != 'failed'`: parsed, and evaluated with values.

reference: Arazzo 1.1.0, Criterion Object
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from impact_sdk import wire

from . import expressions
from .errors import ExpressionError, NoSuchValue
from .expressions import Expression
from .selection import at_pointer

LookUp = Callable[[Expression], Any]

# As JSON writes them (RFC 8259, 6): no digits of other scripts, no '_', no zeros before it, no "Infinity".
NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"

# A condition that people write has a line or two.
LONGEST = 2_000
DEEPEST = 50

_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<operator><=|>=|==|!=|&&|\|\||[<>!()])"
    rf"|(?P<number>{NUMBER})(?![\w.])"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<word>true|false|null)\b"
    r"|(?P<expression>\$[^\s()&|<>=!\[\]']+(?:\[[0-9]+\](?:\.[\w\-]+)*)*)"
    r")"
)
_WORDS = {"true": True, "false": False, "null": None}
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


@attrs.frozen
class Literal:
    value: Any


@attrs.frozen
class Reference:
    """An expression, and the names and positions that lead on from it."""

    expression: Expression
    onward: tuple[str, ...] = ()


@attrs.frozen
class Not:
    operand: "Condition"


@attrs.frozen
class Both:
    operands: "tuple[Condition, ...]"


@attrs.frozen
class Either:
    operands: "tuple[Condition, ...]"


@attrs.frozen
class Compared:
    operator: str
    left: "Condition"
    right: "Condition"


Condition = Literal | Reference | Not | Both | Either | Compared


def parse(text: str) -> Condition:
    """The simple condition that a text is.

    Raises:
        ExpressionError: It is not a condition.
    """
    reader = _Reader(text, list(_tokens(text)))
    condition = reader.either()
    if reader.position < len(reader.tokens):
        raise ExpressionError(f"{text!r}: {reader.tokens[reader.position][1]!r} is not expected there")
    return condition


def references(condition: Condition) -> Iterator[Expression]:
    """Every expression that a condition speaks of."""
    if isinstance(condition, Reference):
        yield condition.expression
    elif isinstance(condition, Not):
        yield from references(condition.operand)
    elif isinstance(condition, Both | Either):
        for operand in condition.operands:
            yield from references(operand)
    elif isinstance(condition, Compared):
        yield from references(condition.left)
        yield from references(condition.right)


def holds(condition: Condition, look_up: LookUp) -> bool:
    """Whether a condition is fulfilled. What is not there counts as null."""
    value = _value(condition, look_up)
    return value is not None and value is not False


def _value(condition: Condition, look_up: LookUp) -> Any:
    if isinstance(condition, Literal):
        return condition.value
    if isinstance(condition, Reference):
        return _referred(condition, look_up)
    if isinstance(condition, Not):
        return not holds(condition.operand, look_up)
    if isinstance(condition, Both):
        return all(holds(operand, look_up) for operand in condition.operands)
    if isinstance(condition, Either):
        return any(holds(operand, look_up) for operand in condition.operands)
    return compare(condition.operator, _value(condition.left, look_up), _value(condition.right, look_up))


def _referred(reference: Reference, look_up: LookUp) -> Any:
    try:
        value = look_up(reference.expression)
        for name in reference.onward:
            value = at_pointer(value, f"/{name}", of=str(reference.expression))
    except NoSuchValue:
        return None
    return value


def compare(operator: str, left: Any, right: Any) -> bool:
    """Compare as Arazzo does: texts ignore case, texts that are numbers count as numbers, null equals only null."""
    if left is None or right is None:
        is_equal = left is None and right is None
        return {"==": is_equal, "!=": not is_equal}.get(operator, False)
    left, right = _comparable(left, right)
    if operator == "==":
        return bool(left == right)
    if operator == "!=":
        return bool(left != right)
    if not (_is_number(left) and _is_number(right)) and not (isinstance(left, str) and isinstance(right, str)):
        return False
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator])


def _comparable(left: object, right: object) -> tuple[Any, Any]:
    if _is_number(left) or _is_number(right):
        left, right = _as_number(left), _as_number(right)
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold(), right.casefold()
    if isinstance(left, bool) != isinstance(right, bool):
        return _truth(left), _truth(right)
    return left, right


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_number(value: object) -> Any:
    """The number in a text; another value is returned as it is."""
    if not isinstance(value, str) or not re.fullmatch(NUMBER, value):
        return value
    try:
        return number(value)
    except ValueError:
        return value


def number(text: str) -> int | float:
    """The number in a text, as in an answer: integers up to 64 bits are exact.

    Raises:
        ValueError: It is too large.
    """
    value: int | float = wire.loads(text.encode())
    return value


def _truth(value: object) -> Any:
    """`'true'` equals true; 1 does not."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.casefold() if isinstance(value, str) else value


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    if len(text) > LONGEST:
        raise ExpressionError(f"this condition has {len(text):,} characters; at most {LONGEST:,} are read")
    text, position = text.rstrip(), 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].strip()
            hint = " (texts stand in single quotes)" if rest[0] == '"' or rest[0].isalpha() else ""
            raise ExpressionError(f"{text!r}: {rest!r} cannot be read as a condition{hint}")
        assert match.lastgroup is not None
        yield match.lastgroup, match[match.lastgroup]
        position = match.end()


@attrs.define
class _Reader:
    """Parses the operators, the weakest first."""

    text: str
    tokens: list[tuple[str, str]]
    position: int = 0
    depth: int = 0

    def either(self) -> Condition:
        operands = [self.both()]
        while self._takes("||"):
            operands.append(self.both())
        return operands[0] if len(operands) == 1 else Either(tuple(operands))

    def both(self) -> Condition:
        operands = [self.compared()]
        while self._takes("&&"):
            operands.append(self.compared())
        return operands[0] if len(operands) == 1 else Both(tuple(operands))

    def compared(self) -> Condition:
        left = self.operand()
        if self._next() in [("operator", operator) for operator in _COMPARISONS]:
            operator = self._take()[1]
            return Compared(operator, left, self.operand())
        return left

    def operand(self) -> Condition:
        kind, token = self._take()
        if (kind, token) == ("operator", "!"):
            with self._deeper():
                return Not(self.operand())
        if (kind, token) == ("operator", "("):
            with self._deeper():
                condition = self.either()
            if not self._takes(")"):
                raise ExpressionError(f"{self.text!r}: a bracket is not closed")
            return condition
        if kind == "operator":
            raise ExpressionError(f"{self.text!r}: a value is expected where {token!r} is")
        return _operand(kind, token)

    @contextlib.contextmanager
    def _deeper(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(f"this condition is nested deeper than {DEEPEST} levels")
        yield
        self.depth -= 1

    def _next(self) -> tuple[str, str] | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def _take(self) -> tuple[str, str]:
        token = self._next()
        if token is None:
            raise ExpressionError(f"{self.text!r}: a value is expected at the end")
        self.position += 1
        return token

    def _takes(self, operator: str) -> bool:
        if self._next() != ("operator", operator):
            return False
        self.position += 1
        return True


def _operand(kind: str, token: str) -> Condition:
    if kind == "number":
        try:
            return Literal(number(token))
        except ValueError as error:
            raise ExpressionError(f"a number in this condition cannot be compared: {error}") from error
    if kind == "text":
        return Literal(token[1:-1].replace("''", "'"))
    if kind == "word":
        return Literal(_WORDS[token])
    return _reference(token)


def _reference(token: str) -> Reference:
    """`$response.body.pets[0].name` is the body, followed by names of inner values."""
    whole, *rest = re.split(r"[\[\]]+", token)
    onward = [name for part in rest for name in part.split(".") if name]
    head, dot, names = whole.partition(".body.")
    if dot and head in ("$request", "$response"):
        whole, onward = f"{head}.body", [*names.split("."), *onward]
    return Reference(expressions.parse(whole), tuple(onward))

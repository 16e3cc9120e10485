"""JSON to values and back: the only place that knows how names are written on the wire."""

import enum
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar

import attrs

from .models import OpenEnum

T = TypeVar("T")

JSONObject = Mapping[str, Any]


class Unreadable(ValueError):
    """What was sent is not what was promised. `problems` names each place, such as `number for a text @ $.dream.id`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def camel(name: str) -> str:
    """`target_cents` as the wire writes it: `targetCents`."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def wire_name(field: "attrs.Attribute[Any]") -> str:
    """The few names that the wire writes otherwise say so themselves: `attrs.field(metadata={"wire": …})`."""
    return str(field.metadata.get("wire", camel(field.name)))


def body(root: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A request's body: `values` under their wire names, below the root key that names the resource."""
    return {camel(root): fields(values)}


def fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {camel(name): _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def dumps(value: Any) -> bytes:
    encoded: bytes = _json().dumps(value)
    return encoded


def loads(text: bytes) -> Any:
    """The JSON value in `text`; `Unreadable` where there is none."""
    try:
        return _json().loads(text)
    except ValueError as error:  # of json and of orjson alike
        raise Unreadable([f"no JSON: {error}"]) from error


def read(kind: type[T], value: Any) -> T:
    """A value of class `kind` from JSON values.

    Names that we do not know are passed over, a missing optional one and null are the same: DES may add, and leaves
    out. A missing required name or a value of the wrong type raises `Unreadable`, with its path.
    """
    converter = _converter()
    try:
        return converter.structure(value, kind)  # type: ignore[no-any-return]
    except Exception as error:
        import cattrs

        problems = cattrs.transform_error(error, format_exception=_problem)
        raise Unreadable([_at_wire_path(problem) for problem in problems]) from error


def _problem(error: BaseException, kind: type | None) -> str:
    if isinstance(error, KeyError):
        return f"{camel(str(error.args[0]))} is missing"
    return str(error)


def _at_wire_path(problem: str) -> str:
    """cattrs names the attribute; whoever looks at the answer looks for the wire's name."""
    text, at, path = problem.rpartition(" @ ")
    return text + at + ".".join(camel(part) for part in path.split("."))


class _StandardJSON:
    """The standard library's JSON, in bytes as orjson has it."""

    @staticmethod
    def dumps(value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    @staticmethod
    def loads(text: bytes) -> Any:
        return json.loads(text)


@cache
def _json() -> Any:
    try:
        import orjson
    except ImportError:
        return _StandardJSON
    return orjson


@cache
def _converter() -> Any:
    # Made at the first answer, not at import: a host's start should not pay for it.
    import cattrs
    from cattrs.gen import make_dict_structure_fn, override

    converter = cattrs.Converter()

    # cattrs turns 5 into "5" and "5" into 5 in silence. We do not: such an answer is not the documented one.
    for kind in (str, int, float, bool):
        converter.register_structure_hook(kind, _strictly)
    converter.register_structure_hook(datetime, _moment)
    converter.register_structure_hook(date, _day_or_moment)
    converter.register_structure_hook(OpenEnum, _member)

    def structure_attrs(kind: type) -> Any:
        names = {field.name: override(rename=wire_name(field)) for field in attrs.fields(kind)}
        structure: Any = make_dict_structure_fn(kind, converter, **names)  # type: ignore[arg-type]
        return lambda value, kind: structure(_strictly(value, dict), kind)

    converter.register_structure_hook_factory(attrs.has, structure_attrs)
    return converter


def _strictly(value: Any, kind: type) -> Any:
    is_right = type(value) is kind or (kind is float and type(value) is int)
    if not is_right:
        raise TypeError(f"expected {_name(kind)}, not {_name(type(value))}")
    return value


def _moment(value: Any, _: Any) -> datetime:
    moment = datetime.fromisoformat(_strictly(value, str))
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no UTC offset")
    return moment.astimezone(UTC)


def _day_or_moment(value: Any, _: Any) -> date:
    """Older answers give a Dream's last day, newer ones a moment (reference: impact-finance-api 8.2)."""
    return date.fromisoformat(value) if len(_strictly(value, str)) == 10 else _moment(value, _)


def _member(value: Any, kind: type) -> Any:
    return kind(_strictly(value, str))


JSON_NAMES: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    type(None): "null",
}


def _name(kind: type) -> str:
    return JSON_NAMES.get(kind, kind.__name__)

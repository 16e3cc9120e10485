"""JSON to values and back: the only place that knows how names are written on the wire."""

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

import attrs

from .arguments import checked
from .models import EVENT_DATA, UNSET, Event, EventBatch, EventType, OpenEnum, Seconds
from .parsing import json_text, moments
from .secrets import revealed

T = TypeVar("T")

JSONObject = Mapping[str, Any]

# Every smaller whole number has a floating-point number of its own.
LARGEST_EXACT = 2**53
DIGITS_OF_64_BITS = 19


class Unreadable(ValueError):
    """What was sent is not what was promised. `problems` names each place, such as `number for a text @ $.dream.id`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return Unreadable, (self.problems,)


def camel(name: str) -> str:
    """`target_cents` as the wire writes it: `targetCents`."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def wire_name(field: "attrs.Attribute[Any]") -> str:
    """The few names that the wire writes otherwise say so themselves: `attrs.field(metadata={"wire": …})`."""
    return str(field.metadata.get("wire", camel(field.name)))


def body(root: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A request's body: a caller's arguments as `sent()`, below the root key that names the resource."""
    return {camel(root): sent(values)}


def sent(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """As `fields()`, of what a caller gave; `ConfigurationError` where one of it cannot be."""
    return fields({name: checked(name, value) for name, value in arguments.items()})


def fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values under their wire names; what is UNSET is left out, None is null."""
    return {camel(name): plain(value) for name, value in values.items() if value is not UNSET}


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is not None: for requests in which null and omission are the same."""
    return {name: value for name, value in values.items() if value is not None}


def plain(value: Any) -> Any:
    """A value as JSON has it; one of ours becomes an object under its wire names."""
    if attrs.has(type(value)):
        held = [(wire_name(field), getattr(value, field.name)) for field in attrs.fields(type(value))]
        return {name: plain(each) for name, each in held if each is not UNSET}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, float):
        return float(value)  # also where it is another library's, which orjson does not write
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value


def dumps(value: Any) -> bytes:
    encoded: bytes = json_text.library().dumps(value, revealed)
    return encoded


def loads(text: bytes) -> Any:
    """The JSON value in `text`, which anybody may have written; `Unreadable` where there is none (see `json_text`)."""
    try:
        return json_text.parsed(text)
    except ValueError as error:
        problem = f"no JSON: {error}"
    del text  # what a frame holds, a report of an error shows
    raise Unreadable([problem])


def read(kind: type[T], value: Any, *, below: str | None = None) -> T:
    """A value of class `kind` from JSON values.

    Names that we do not know are passed over, a missing optional one and null are the same: DES may add, and leaves
    out. A missing required name or a value of the wrong type raises `Unreadable`, with its path.
    """
    converter = _converter()
    problems = [f"{below} is missing @ $"]
    try:
        if below is None:
            return converter.structure(value, kind)  # type: ignore[no-any-return]
        if isinstance(value, dict) and below in value:
            return converter.structure(value[below], kind)  # type: ignore[no-any-return]
    except Exception as error:
        root = "@ $" if below is None else f"@ $.{below}"
        problems = [root.join(problem.rsplit("@ $", 1)) for problem in _problems(error)]
    # Nor does it say what it came from: those are a library's frames, which hold the answer too.
    del value
    raise Unreadable(problems)


def _problems(error: Exception) -> list[str]:
    import cattrs

    return [_at_wire_path(problem) for problem in cattrs.transform_error(error, format_exception=_problem)]


def _problem(error: BaseException, kind: type | None) -> str:
    if isinstance(error, KeyError):
        return f"{_written_otherwise.get(error.args[0]) or camel(str(error.args[0]))} is missing"
    return str(error)


def _at_wire_path(problem: str) -> str:
    """cattrs names the attribute; whoever looks at the answer looks for the wire's name."""
    text, at, path = problem.rpartition(" @ ")
    return text + at + ".".join(_written_otherwise.get(part) or camel(part) for part in path.split("."))


# Attributes whose wire name is not their own in camel case, as far as they have been read.
_written_otherwise: dict[str, str] = {}


@cache
def _converter() -> Any:
    # Made at the first answer, not at import: a host's start should not pay for it.
    import cattrs
    from cattrs.gen import make_dict_structure_fn, override

    converter = cattrs.Converter()

    # cattrs turns 5 into "5" and "5" into 5 in silence. We do not: such an answer is not the documented one.
    for kind in (str, float, bool):
        converter.register_structure_hook(kind, _strictly)
    converter.register_structure_hook(int, _whole_number)
    converter.register_structure_hook(datetime, _moment)
    converter.register_structure_hook(date, _day_or_moment)
    converter.register_structure_hook(OpenEnum, _member)
    converter.register_structure_hook(Seconds, _whole_number_or_text)
    # cattrs takes whatever can be iterated: a text for a list of texts, an object for a list.
    converter.register_structure_hook_factory(_is(list, tuple), _structure_list)
    converter.register_structure_hook_factory(_is(dict, Mapping), _structure_mapping)

    def structure_attrs(kind: type) -> Any:
        names = {field.name: override(rename=wire_name(field)) for field in attrs.fields(kind)}
        structure: Any = make_dict_structure_fn(kind, converter, **names)  # type: ignore[arg-type]
        _written_otherwise.update(
            {field.name: field.metadata["wire"] for field in attrs.fields(kind) if field.metadata}
        )
        optional = {wire_name(field) for field in attrs.fields(kind) if field.default is not attrs.NOTHING}

        def read_object(value: Any, kind: type) -> Any:
            value = _strictly(value, dict)
            if None in value.values():
                value = {name: each for name, each in value.items() if each is not None or name not in optional}
            return structure(value, kind)

        return read_object

    converter.register_structure_hook_factory(attrs.has, structure_attrs)
    converter.register_structure_hook(Event, lambda value, _: _event(value, converter))
    converter.register_structure_hook(EventBatch, lambda value, _: _batch(value, converter))
    return converter


@attrs.frozen(kw_only=True)
class _Envelope:
    """What every event has, of whatever type."""

    id: str
    created_at: Any = None
    type: EventType
    data: Any = None


def _event(value: Any, converter: Any) -> Event:
    """An event that cannot be understood must not stop those behind it: its data stays as it came."""
    envelope = converter.structure(value, _Envelope)
    created_at, problem = _moment_or_problem(envelope.created_at, "createdAt")
    problems = [problem] if problem else []
    data = envelope.data
    try:
        data = converter.structure(data, EVENT_DATA.get(envelope.type, dict[str, Any]))
    except Exception as error:
        problems += _problems(error)
    return Event(
        id=envelope.id, created_at=created_at, type=envelope.type, data=data, problem="; ".join(problems) or None
    )


@attrs.frozen(kw_only=True)
class _Batch:
    batch_id: str = attrs.field(metadata={"wire": "batch_id"})
    timestamp: Any = None
    events: tuple[Event, ...]
    count: Any = None


def _batch(value: Any, converter: Any) -> EventBatch:
    """When a batch was put together, and how large it says it is, are no reason to refuse what is in it."""
    read = converter.structure(value, _Batch)
    timestamp, problem = _moment_or_problem(read.timestamp, "timestamp")
    problems, count = [problem] if problem else [], len(read.events)
    try:
        count = _whole_number(read.count, None)
    except TypeError as error:
        problems.append(f"{error} @ $.count")
    return EventBatch(
        batch_id=read.batch_id,
        timestamp=timestamp,
        events=read.events,
        count=count,
        problem="; ".join(problems) or None,
    )


def _moment_or_problem(value: Any, name: str) -> tuple[datetime | None, str | None]:
    if value is None:
        return None, f"{name} is missing @ $"
    try:
        return _moment(value, None), None
    except (TypeError, ValueError) as error:
        return None, f"{error} @ $.{name}"


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda kind: get_origin(kind) in kinds


def _structure_list(kind: Any, converter: Any) -> Any:
    from cattrs.cols import list_structure_factory

    structure = list_structure_factory(list[get_args(kind)[0]], converter)  # type: ignore[arg-type, misc]
    return lambda value, _: get_origin(kind)(structure(_strictly(value, list), kind))


def _structure_mapping(kind: Any, converter: Any) -> Any:
    from cattrs.cols import mapping_structure_factory

    structure: Any = mapping_structure_factory(kind, converter)
    return lambda value, _: structure(_strictly(value, dict), kind)


def _strictly(value: Any, kind: type) -> Any:
    is_right = type(value) is kind or (kind is float and type(value) is int)
    if not is_right:
        raise TypeError(f"expected {_name(kind)}, not {_name(type(value))}")
    return value


def _moment(value: Any, _: Any) -> datetime:
    return moments.moment(_strictly(value, str))


def _day_or_moment(value: Any, _: Any) -> date:
    """Older answers give a Dream's last day, newer ones a moment."""
    return moments.day(value) if len(_strictly(value, str)) == len("2027-06-01") else _moment(value, _)


def _whole_number(value: Any, _: Any) -> int:
    # 1000.0 is an integer in JSON, as JSON Schema has it too; from 2**53 on such a number may stand for another one.
    is_whole = type(value) is float and value.is_integer() and abs(value) < LARGEST_EXACT
    return int(value) if is_whole else _strictly(value, int)


def _whole_number_or_text(value: Any, _: Any) -> int:
    is_digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < DIGITS_OF_64_BITS
    return int(value) if is_digits else _whole_number(value, _)


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

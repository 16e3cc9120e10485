"""JSON values made into models, by cattrs. Import it when the first answer is read: it loads cattrs."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, get_args, get_origin

import attrs
import cattrs
from cattrs.cols import list_structure_factory, mapping_structure_factory
from cattrs.gen import make_dict_structure_fn, override

from ..parsing.wire_names import camel, wire_name
from . import EVENT_DATA, Event, EventBatch, EventType, OpenEnum, Seconds
from .strict import day_or_moment, moment, number, strictly, whole_number, whole_number_or_text

# Attributes whose wire name is not their own name in camel case, of all classes that have been read.
_written_otherwise: dict[str, str] = {}


def problems(error: Exception) -> list[str]:
    """What cattrs found wrong, and where: `expected a text, not a whole number @ $.dream.id`."""
    return [_at_wire_path(problem) for problem in cattrs.transform_error(error, format_exception=_problem)]


def _problem(error: BaseException, kind: type | None) -> str:
    if isinstance(error, KeyError):
        return f"{_written_otherwise.get(error.args[0]) or camel(str(error.args[0]))} is missing"
    return str(error)


def _at_wire_path(problem: str) -> str:
    """cattrs names the attribute; a person who looks at the answer needs the wire's name."""
    text, at, path = problem.rpartition(" @ ")
    return text + at + ".".join(_written_otherwise.get(part) or camel(part) for part in path.split("."))


def _structure_attrs(kind: type) -> Callable[[object, type], object]:
    names = {field.name: override(rename=wire_name(field)) for field in attrs.fields(kind)}
    structure: Any = make_dict_structure_fn(kind, converter, **names)  # type: ignore[arg-type]  # its options are bool
    _written_otherwise.update({field.name: field.metadata["wire"] for field in attrs.fields(kind) if field.metadata})
    optional = {wire_name(field) for field in attrs.fields(kind) if field.default is not attrs.NOTHING}

    def read_object(value: object, kind: type) -> object:
        given: dict[str, object] = strictly(value, dict)
        if None in given.values():
            given = {name: each for name, each in given.items() if each is not None or name not in optional}
        return structure(given, kind)

    return read_object


def _structure_list(kind: Any, converter: cattrs.Converter) -> Callable[[object, type], object]:
    # cattrs accepts anything that can be iterated: a text as a list of texts, an object as a list.
    structure = list_structure_factory(list[get_args(kind)[0]], converter)  # type: ignore[arg-type, misc]
    return lambda value, _: get_origin(kind)(structure(strictly(value, list), kind))


def _structure_mapping(kind: Any, converter: cattrs.Converter) -> Callable[[object, type], object]:
    structure: Any = mapping_structure_factory(kind, converter)
    return lambda value, _: structure(strictly(value, dict), kind)


def _is(*kinds: type) -> Callable[[object], bool]:
    return lambda kind: get_origin(kind) in kinds


def _member(value: object, kind: type[OpenEnum]) -> OpenEnum:
    return kind(strictly(value, str))


# Events


@attrs.frozen(kw_only=True)
class _Envelope:
    """What every event has, whatever its type."""

    id: str
    created_at: Any = None
    type: EventType
    data: Any = None


def _event(value: object, _: object) -> Event:
    """An event. If its data cannot be read they stay as they came: it must not stop the events behind it."""
    envelope = converter.structure(value, _Envelope)
    created_at, problem = _moment_or_problem(envelope.created_at, "createdAt")
    found = [problem] if problem else []
    data = envelope.data
    try:
        data = converter.structure(data, EVENT_DATA.get(envelope.type, dict[str, Any]))
    except Exception as error:
        found += problems(error)
    return Event(id=envelope.id, created_at=created_at, type=envelope.type, data=data, problem="; ".join(found) or None)


@attrs.frozen(kw_only=True)
class _Batch:
    batch_id: str = attrs.field(metadata={"wire": "batch_id"})
    timestamp: Any = None
    events: tuple[Event, ...]
    count: Any = None


def _batch(value: object, _: object) -> EventBatch:
    """A batch. A wrong time or count of its own is no reason to refuse its events."""
    read = converter.structure(value, _Batch)
    timestamp, problem = _moment_or_problem(read.timestamp, "timestamp")
    found, count = [problem] if problem else [], len(read.events)
    try:
        count = whole_number(read.count, None)
    except TypeError as error:
        found.append(f"{error} @ $.count")
    return EventBatch(
        batch_id=read.batch_id, timestamp=timestamp, events=read.events, count=count, problem="; ".join(found) or None
    )


def _moment_or_problem(value: object, name: str) -> tuple[datetime | None, str | None]:
    if value is None:
        return None, f"{name} is missing @ $"
    try:
        return moment(value, None), None
    except (TypeError, ValueError) as error:
        return None, f"{error} @ $.{name}"


def _made() -> cattrs.Converter:
    converter = cattrs.Converter()
    # cattrs turns 5 into "5", and "5" into 5, and says nothing. The documents promise no such answer.
    converter.register_structure_hook(str, strictly)
    converter.register_structure_hook(bool, strictly)
    converter.register_structure_hook(float, number)
    converter.register_structure_hook(int, whole_number)
    converter.register_structure_hook(datetime, moment)
    converter.register_structure_hook(date, day_or_moment)
    converter.register_structure_hook(OpenEnum, _member)
    converter.register_structure_hook(Seconds, whole_number_or_text)
    converter.register_structure_hook_factory(_is(list, tuple), _structure_list)
    converter.register_structure_hook_factory(_is(dict, Mapping), _structure_mapping)
    converter.register_structure_hook_factory(attrs.has, _structure_attrs)
    converter.register_structure_hook(Event, _event)
    converter.register_structure_hook(EventBatch, _batch)
    return converter


converter = _made()

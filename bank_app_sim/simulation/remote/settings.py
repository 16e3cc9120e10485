"""The seed and the settings of a world as JSON: the fields of `POST /sandbox/worlds`."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ...server.http.readers import TEXT, integer, list_of, nullable, one_of, seconds, yes_or_no
from ...timeline import durations
from ...timeline.moments import EARLIEST, LATEST, timestamp
from ..settings import DEFAULTS, SETTINGS, Kind, Setting, WorldSettings
from .fields import Field, start

_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.YES_OR_NO: yes_or_no,
    Kind.CENTS: integer(least=0),
    Kind.CUSTOMERS: list_of(TEXT),
    Kind.MOMENT: start,
    Kind.DURATION: seconds(),
    Kind.SPAN: seconds(least=durations.SHORTEST),
}


def name_of(name: str) -> str:
    """The field of a setting."""
    return f"{name}_seconds" if SETTINGS[name].kind in (Kind.DURATION, Kind.SPAN) else name


def _field(name: str, setting: Setting) -> Field:
    default = getattr(DEFAULTS, name)
    values = [choice.value for choice in setting.choices]
    read = one_of(*values) if setting.kind is Kind.CHOICE else _READERS[setting.kind]
    sentences = [setting.meaning]
    if setting.kind is Kind.MOMENT:
        sentences.append(f"From {EARLIEST.year} to {LATEST.year}.")
    if values:
        sentences.append(f"{' or '.join(f'`{value}`' for value in values)}.")
    if default is None:
        sentences.append("Null for no limit, which is the default.")
    elif (shown := _shown(default)) is not None:
        sentences.append(f"Default: {shown}.")
    return Field(nullable(read) if default is None else read, " ".join(sentences))


def _shown(default: object) -> str | None:
    """A default as people write it; None for no and for an empty list."""
    match default:
        case bool() | frozenset():
            return None
        case timedelta():
            return durations.shown(default)
        case datetime():
            return f"{default:%A}, {default.day} {default:%B %Y, %H:%M} UTC"
    return f"{default}"


FIELDS = {
    "seed": Field(integer(least=0), "Decides ids, keys, jitter, and the order of turns. Default: 0."),
    **{name_of(name): _field(name, setting) for name, setting in SETTINGS.items()},
}


def arguments(read: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords for a `Simulation`: those that a body has."""
    names = {"seed": "seed", **{name_of(name): name for name in SETTINGS}}
    return {names[field]: value for field, value in read.items()}


def as_json(seed: int, settings: WorldSettings) -> dict[str, Any]:
    """The body that makes a world with these."""
    return {"seed": seed, **{name_of(name): _as_json(getattr(settings, name)) for name in SETTINGS}}


def _as_json(value: object) -> object:
    match value:
        case timedelta():
            return value.total_seconds()
        case datetime():
            return timestamp(value)
        case frozenset():
            return sorted(value)
    return value

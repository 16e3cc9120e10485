"""The options of `serve` that say how its world is, made from the settings of worlds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import click

from ..simulation.settings import DEFAULTS, SETTINGS, Kind, ServedKeywords, Setting
from ..timeline import durations
from .running import Duration

F = TypeVar("F", bound=Callable[..., Any])

# On the machine's clock nobody waits for days. An access token is valid as long as at the real DES.
_SERVED: ServedKeywords = {
    "decision_after": timedelta(seconds=5),
    "settle_every": timedelta(seconds=2),
    "access_token_lifetime": timedelta(hours=24),
}


def world_options(command: F) -> F:
    """Give a command an option for each setting that has one."""
    for name, setting in reversed(SETTINGS.items()):
        if setting.option:
            command = _option(name, setting)(command)
    return command


def _option(name: str, setting: Setting) -> Callable[[F], F]:
    kind: click.ParamType[Any]
    default: Any = _SERVED.get(name, getattr(DEFAULTS, name))
    match setting.kind:
        case Kind.YES_OR_NO:
            return click.option(setting.option, name, is_flag=True, help=setting.meaning)
        case Kind.CUSTOMERS:
            meaning = f"{setting.meaning} You can give this option several times."
            return click.option(setting.option, name, multiple=True, metavar="CUSTOMER", help=meaning)
        case Kind.CHOICE:
            return _choice(name, setting, default)
        case Kind.CENTS:
            kind, shown = click.IntRange(0), default
        case Kind.DURATION | Kind.SPAN:
            kind, shown = Duration(), durations.shown(default)
        case Kind.MOMENT:
            raise TypeError("a served world has no simulated time")
    return click.option(setting.option, name, type=kind, default=shown, show_default=True, help=setting.meaning)


def _choice(name: str, setting: Setting, default: str) -> Callable[[F], F]:
    values = {choice.option: choice.value for choice in setting.choices}
    return click.option(
        setting.option,
        name,
        type=click.Choice(list(values)),
        callback=lambda _context, _option, word: values[word],
        default=next(word for word, value in values.items() if value == default),
        show_default=True,
        help=setting.meaning,
    )

"""What exists before a journey begins: its users, and the settings of its world in the words of scripts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Unpack

import attrs

from ..simulation.settings import DEFAULTS, SETTINGS, Setting, SettingsKeywords, WorldSettings, settings_of
from ..simulation.settings import Kind as SettingKind
from ..timeline import durations
from .vocabulary.amounts import CENTS_FROM_NOTHING
from .vocabulary.kinds import YES_NO, Choice, Kind, ListOf
from .vocabulary.moments import DURATION, MOMENT, SPAN
from .vocabulary.name_kinds import CUSTOMER
from .vocabulary.words import Argument, Words

_KINDS: Mapping[SettingKind, Kind[Any]] = {
    SettingKind.YES_OR_NO: YES_NO,
    SettingKind.CENTS: CENTS_FROM_NOTHING,
    SettingKind.CUSTOMERS: ListOf(CUSTOMER),
    SettingKind.MOMENT: MOMENT,
    SettingKind.DURATION: DURATION,
    SettingKind.SPAN: SPAN,
}

_USERS = Argument(
    name="users",
    parameter="users",
    kind=ListOf(CUSTOMER),
    is_required=False,
    doc="All users who take part. A step that names no user means the first of them. Default: ada.",
)

# Where scripts have a default of their own.
_IN_SCRIPTS: SettingsKeywords = {"settle_every": timedelta(days=1)}


@attrs.frozen(kw_only=True)
class Given:
    """What exists before the first step.

    Attributes:
        users: All who take part; a step that names no user means the first of them.
    """

    users: tuple[str, ...]
    settings: WorldSettings


def given(*, users: Sequence[str] = ("ada",), **settings: Unpack[SettingsKeywords]) -> Given:
    """What exists before the first step.

    Args:
        users: All users who take part; a step that names no user means the first of them.
        settings: As a `Simulation` takes them; but the bank settles once a day by default, as in scripts.
    """
    keywords: SettingsKeywords = {**_IN_SCRIPTS, **settings}
    return Given(users=tuple(users), settings=settings_of("given()", keywords))


def _default(name: str) -> Any:
    return _IN_SCRIPTS.get(name, getattr(DEFAULTS, name))


def _kind(name: str, setting: Setting) -> Kind[Any]:
    if setting.choices:
        return Choice(name.replace("_", " "), {choice.word: choice.value for choice in setting.choices})
    return _KINDS[setting.kind]


def _doc(name: str, setting: Setting) -> str:
    default = _default(name)
    if default is None:
        return f"{setting.meaning} Default: for ever."
    if setting.kind in (SettingKind.YES_OR_NO, SettingKind.CUSTOMERS):
        return setting.meaning
    return f"{setting.meaning} Default: {_shown(setting, default)}."


def _shown(setting: Setting, value: Any) -> str:
    """A value of a setting, as a script has it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value // 100}.{value % 100:02}"
        case timedelta():
            return durations.shown(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case tuple():
            return ", ".join(value)
    return next((choice.word for choice in setting.choices if choice.value == value), str(value))


GIVEN = Words(
    name="given",
    function=given,
    doc="What exists before the first step.",
    arguments=(
        _USERS,
        *(
            Argument(
                name=setting.word,
                parameter=name,
                kind=_kind(name, setting),
                is_required=False,
                doc=_doc(name, setting),
            )
            for name, setting in SETTINGS.items()
        ),
    ),
)


def shown(arguments: Mapping[str, Any]) -> dict[str, str]:
    """What a script gives, in its own words: all that it says, and the users in any case."""
    said = {SETTINGS[name].word: _shown(SETTINGS[name], value) for name, value in arguments.items() if name in SETTINGS}
    return {"users": ", ".join(arguments.get("users", ("ada",))), **said}

"""The settings of a world: each one once, with its type, default, meaning and its words in scripts and options.

Everything else derives from here: the keywords of `Simulation`, the JSON fields of the control plane, `given` of
scripts, and the options of `bank-app-sim serve`.
"""

import enum
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypedDict, get_type_hints

import attrs

from ..des import AccountSetup, SessionRenewal
from ..server.http.nearest import nearest
from ..timeline import durations
from ..timeline.moments import EARLIEST, LATEST, WITHIN

# A Monday morning, so that weeks and months begin where people expect it.
START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)


class Kind(enum.Enum):
    """What the values of a setting are. Each face has a reader for each kind."""

    YES_OR_NO = enum.auto()
    CENTS = enum.auto()  # an amount from 0
    CUSTOMERS = enum.auto()  # names of customers
    MOMENT = enum.auto()  # from 1970 to 3000
    DURATION = enum.auto()  # 0 or more
    SPAN = enum.auto()  # a second or more: simulated time goes from one of them to the next
    CHOICE = enum.auto()  # one of `Setting.choices`


@attrs.frozen
class Choice:
    """One value of a setting of the kind `CHOICE`, with its words in scripts and on the command line."""

    value: str
    word: str
    option: str


@attrs.frozen
class Setting:
    """What is true of one setting on every face.

    Attributes:
        meaning: One sentence.
        word: The setting's name in `given` of a script.
        option: The option of `serve`; empty where `serve` has none.
    """

    kind: Kind
    meaning: str
    word: str
    option: str = ""
    choices: Sequence[Choice] = ()


def _names(names: frozenset[str] | tuple[str, ...]) -> frozenset[str]:
    if isinstance(names, str):  # its letters would be names
        raise TypeError(f"give the names of customers in a tuple, such as ({names!r},), and not the text {names!r}")
    return frozenset(names)


def _start(_settings: object, _field: object, start: datetime) -> None:
    if not EARLIEST.year <= start.year <= LATEST.year:
        raise ValueError(f"a world begins {WITHIN}, not at {start.isoformat()}")


def _lasts(_settings: object, field: "attrs.Attribute[timedelta]", duration: timedelta) -> None:
    if not isinstance(duration, timedelta):
        raise TypeError(f"{field.name} must be a timedelta, not {duration!r}")
    if wrong := durations.what_is_wrong_with(duration, least=durations.SHORTEST):
        raise ValueError(f"{field.name} {wrong}")


@attrs.frozen(kw_only=True)
class WorldSettings:
    """How a world is. ValueError where no bank or DES can be like that.

    The meanings stand beside the attributes, and in `bank_app_sim/docs/worlds.md`. The simulated bank's tokens last
    long, so that a trace shows what a test is about and not how sessions are renewed.
    """

    start: Annotated[datetime, Setting(Kind.MOMENT, "The moment at which the world begins, in UTC.", "start")] = (
        attrs.field(default=START, validator=_start)
    )
    account_setup: Annotated[
        AccountSetup,
        Setting(
            Kind.CHOICE,
            "The bank opens one savings account for each user, or one for each Dream.",
            "accounts",
            option="--account-setup",
            choices=(
                Choice(AccountSetup.SHARED, "one for each user", "shared"),
                Choice(AccountSetup.PER_DREAM, "one for each Dream", "per-dream"),
            ),
        ),
    ] = attrs.field(default=AccountSetup.SHARED, converter=AccountSetup)
    performance_dreams: Annotated[
        bool,
        Setting(
            Kind.YES_OR_NO,
            "The bank opens an investment account for each Dream.",
            "performance Dreams",
            option="--performance-dreams",
        ),
    ] = False
    transfer_consents: Annotated[
        bool,
        Setting(
            Kind.YES_OR_NO,
            "Users sign for a savehack launch before it starts.",
            "consents",
            option="--transfer-consents",
        ),
    ] = False
    webhooks: Annotated[
        bool,
        Setting(
            Kind.YES_OR_NO,
            "DES sends its events to the bank, and the bank acts on them.",
            "webhooks",
            option="--webhooks",
        ),
    ] = False
    decision_after: Annotated[
        timedelta,
        Setting(
            Kind.DURATION,
            "How long the bank takes to decide on an account.",
            "the bank approves after",
            option="--decision-after",
        ),
    ] = timedelta(days=2)
    settle_every: Annotated[
        timedelta,
        Setting(
            Kind.SPAN,
            "How often the bank fetches the deposits that DES requests.",
            "the bank settles every",
            option="--settle-every",
        ),
    ] = timedelta(hours=1)
    refuses: Annotated[
        frozenset[str],
        Setting(Kind.CUSTOMERS, "Customers who get no account from the bank.", "the bank refuses", option="--refuse"),
    ] = attrs.field(default=frozenset(), converter=_names)
    opening_balance_cents: Annotated[
        int, Setting(Kind.CENTS, "What a new customer has on the current account.", "opening balance")
    ] = 1_000_000
    session_renewal: Annotated[
        SessionRenewal,
        Setting(
            Kind.CHOICE,
            "What makes a session last longer: new ID tokens, or activity of the user.",
            "sessions are renewed by",
            option="--session-renewal",
            choices=(
                Choice(SessionRenewal.TOKEN, "ID tokens", "token"),
                Choice(SessionRenewal.ACTIVITY, "activity", "activity"),
            ),
        ),
    ] = attrs.field(default=SessionRenewal.TOKEN, converter=SessionRenewal)
    token_lifetime: Annotated[
        timedelta,
        Setting(Kind.SPAN, "How long an ID token of the bank is valid.", "ID tokens last", option="--token-lifetime"),
    ] = timedelta(days=365)
    access_token_lifetime: Annotated[
        timedelta,
        Setting(
            Kind.SPAN,
            "How long DES accepts an access token of the bank's backend.",
            "access tokens last",
            option="--access-token-lifetime",
        ),
    ] = attrs.field(default=timedelta(days=365), validator=_lasts)
    session_inactivity_timeout: Annotated[
        timedelta,
        Setting(
            Kind.SPAN,
            "How long a session lasts without activity, where activity renews sessions.",
            "sessions end without activity after",
        ),
    ] = attrs.field(default=timedelta(minutes=15), validator=_lasts)
    session_maximum_duration: Annotated[
        timedelta | None,
        Setting(Kind.SPAN, "How long a session lasts at most, however it is renewed.", "sessions last at most"),
    ] = attrs.field(default=None, validator=attrs.validators.optional(_lasts))


class ServedKeywords(TypedDict, total=False):
    """The settings of any world, as keywords. A test compares these names and types with `WorldSettings`."""

    account_setup: str
    performance_dreams: bool
    transfer_consents: bool
    webhooks: bool
    decision_after: timedelta
    settle_every: timedelta
    refuses: frozenset[str] | tuple[str, ...]
    opening_balance_cents: int
    session_renewal: str
    token_lifetime: timedelta
    access_token_lifetime: timedelta
    session_inactivity_timeout: timedelta
    session_maximum_duration: timedelta | None


class SettingsKeywords(ServedKeywords, total=False):
    """The settings of a world in simulated time."""

    start: datetime


DEFAULTS = WorldSettings()

SETTINGS = {
    name: setting
    for name, hint in get_type_hints(WorldSettings, include_extras=True).items()
    for setting in hint.__metadata__
}


def settings_of(who: str, keywords: ServedKeywords | SettingsKeywords) -> WorldSettings:
    """The settings that somebody has named.

    Args:
        who: What takes the keywords, such as `Simulation`.

    Raises:
        TypeError: There is no such setting; the message has the nearest name.
        ValueError: No bank or DES can be like that.
    """
    for name in sorted(keywords.keys() - SETTINGS.keys()):
        near = nearest(name, SETTINGS)
        raise TypeError(f"{who} has no argument {name!r}{f'; did you mean {near!r}?' if near else ''}")
    return WorldSettings(**keywords)

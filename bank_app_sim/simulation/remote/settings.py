"""How a world is to be: the arguments of a `Simulation`, as they are written in JSON and read from it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from ...server.readers import TEXT, integer, list_of, nullable, one_of, seconds, yes_or_no
from ...timeline.clock import timestamp
from ...timeline.durations import SHORTEST
from .. import AccountSetup, SessionRenewal
from .fields import Field, start

_SETUPS = one_of(*(setup.value for setup in AccountSetup))
_RENEWALS = one_of(*(renewal.value for renewal in SessionRenewal))


@attrs.frozen(kw_only=True)
class Setting:
    """One argument of a `Simulation`, and the field that brings it.

    Attributes:
        argument: The name of both, but that fields of durations end in `_seconds`.
    """

    argument: str
    field: Field
    is_duration: bool = False

    @property
    def name(self) -> str:
        return f"{self.argument}_seconds" if self.is_duration else self.argument


def _plain(argument: str, read: Callable[[Any], Any], meaning: str) -> Setting:
    return Setting(argument=argument, field=Field(read, meaning))


# A second or more: simulated time goes from one of them to the next.
_span = seconds(least=SHORTEST)


def _duration(argument: str, meaning: str, read: Callable[[Any], Any] = _span) -> Setting:
    return Setting(argument=argument, field=Field(read, meaning), is_duration=True)


SETTINGS = (
    _plain("seed", integer(least=0), "Decides ids, keys, jitter, and who goes first. 0 when left out."),
    _plain(
        "start",
        start,
        "The moment at which the world begins, from 1970 to 3000. Monday, 4 January 2027, 08:00 UTC, when left out.",
    ),
    _duration("decision_after", "How long the bank takes to decide on an account. Two days when left out.", seconds()),
    _duration(
        "settle_every",
        "How often the bank fetches the deposits that DES requests. An hour when left out; a journey asks for a day "
        "unless its script says otherwise.",
    ),
    _plain("refuses", lambda value: frozenset(list_of(TEXT)(value)), "Customers to whom the bank gives no account."),
    _plain("opening_balance_cents", integer(least=0), "What a new customer has. 1000000 when left out."),
    _duration("token_lifetime", "How long an ID token of the bank is good. 365 days when left out."),
    _duration(
        "access_token_lifetime",
        "How long an access token of the bank's backend is good. 365 days when left out.",
    ),
    _plain("account_setup", _SETUPS, f"`{AccountSetup.SHARED}`, or `{AccountSetup.PER_DREAM}`."),
    _plain("performance_dreams", yes_or_no, "Whether the bank opens an investment account for each Dream."),
    _plain("transfer_consents", yes_or_no, "Whether users sign for a savehack launch before it starts."),
    _plain(
        "session_renewal",
        _RENEWALS,
        "What makes a session last: new ID tokens (`token`), or what the user does (`activity`).",
    ),
    _duration("session_inactivity_timeout", "How long a session lasts without activity, where that renews it."),
    _duration("session_maximum_duration", "How long any session lasts at most; null for no end.", nullable(_span)),
    _plain("webhooks", yes_or_no, "Whether DES sends its events to the bank, which acts on them."),
)

FIELDS = {setting.name: setting.field for setting in SETTINGS}


def arguments(read: Mapping[str, Any]) -> dict[str, Any]:
    """What a `Simulation` is to be given."""
    return {setting.argument: read[setting.name] for setting in SETTINGS if setting.name in read}


def as_json(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that bring these arguments.

    Raises:
        TypeError: One of them is none of a world on a sandbox.
    """
    unknown = arguments.keys() - {setting.argument for setting in SETTINGS}
    if unknown:
        raise TypeError(f"a world on a sandbox has no settings {', '.join(sorted(unknown))}")
    return {
        setting.name: _as_json(arguments[setting.argument]) for setting in SETTINGS if setting.argument in arguments
    }


def _as_json(value: Any) -> Any:
    match value:
        case timedelta():
            return value.total_seconds()
        case datetime():
            return timestamp(value)
        case frozenset() | set() | tuple():
            return sorted(value)
    return value

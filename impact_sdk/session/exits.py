"""Why a session ends: the sentences for the host and for later calls. Rules only: no I/O, no clock."""

from datetime import datetime, timedelta

import attrs

from ..callbacks import ExitReason
from ..mistakes.shown import text, told
from ..models import SessionRenewal, SessionSettings
from .renewal import Event, SessionState

REMEDY = "register a callback with sdk.register(id_token_expired=…) that returns a new one"

# A cookie's lifetime is in whole seconds.
COOKIES_PRECISION = timedelta(seconds=1)


@attrs.frozen
class Exit:
    """Why a session ends.

    Attributes:
        reason: None if the host itself ends it.
        explanation: The sentence after "the session".
    """

    reason: ExitReason | None
    explanation: str


CLOSED = Exit(None, "is closed")
SIGNED_OUT = Exit(ExitReason.SIGNED_OUT, "has ended: the user signed out")
# For a session that no token renews.
UNKNOWN = Exit(ExitReason.EXPIRED, "has ended: DES does not know it any more")
UNKNOWN_AND_NOT_REGISTERED = Exit(
    ExitReason.EXPIRED, f"has ended: DES does not know it any more, and no callback returns a new ID token; {REMEDY}"
)
ANOTHER_USER = Exit(ExitReason.TOKEN_REFUSED, "has ended: the new ID token is another user's")


# Should the rules end a session for an event that says no reason: callers get this, and never an open session.
UNEXPLAINED = Exit(ExitReason.EXPIRED, "has ended without a reason, which is a fault of the SDK's own")


@attrs.frozen
class Result:
    """What came of asking the host, or of telling DES.

    Attributes:
        exit: Why the session ends, if the rules end it.
    """

    event: Event
    exit: Exit = UNEXPLAINED


def not_registered(at: datetime) -> Exit:
    return Exit(ExitReason.EXPIRED, f"has ended at {at.isoformat()} with its ID token; {REMEDY}")


def nothing_gained(at: datetime) -> Exit:
    said = f"has ended at {at.isoformat()}: id_token_expired returned a token that lasts no longer"
    return Exit(ExitReason.TOKEN_MISSING, said)


def not_answered(how: str) -> Exit:
    return Exit(ExitReason.TOKEN_MISSING, f"has ended: id_token_expired {how}")


def refused(error: BaseException) -> Exit:
    return Exit(ExitReason.TOKEN_REFUSED, f"has ended: DES does not accept the new ID token ({text(error)})")


def undeliverable(error: BaseException) -> Exit:
    return Exit(ExitReason.EXPIRED, f"has ended: DES could not be told the new ID token ({text(error)})")


def without_clock(error: BaseException) -> Exit:
    return Exit(ExitReason.EXPIRED, f"has ended: the clock cannot wait for its end ({told(error)})")


def is_at_maximum(settings: SessionSettings) -> bool:
    """Whether no renewal puts the end off any more."""
    maximum = settings.maximum_expires_at
    return maximum is not None and maximum - settings.expires_at < COOKIES_PRECISION


def at_its_end(state: SessionState, settings: SessionSettings, at: datetime) -> Exit:
    """Why a session in this state ends when its time is over."""
    ended = f"has ended at {at.isoformat()}"
    if state is SessionState.RUNNING_OUT:
        return not_registered(at)
    if state is SessionState.NOT_PROLONGED:
        return nothing_gained(at)
    if state in (SessionState.ASKING, SessionState.LOST):
        return Exit(ExitReason.TOKEN_MISSING, f"{ended}: id_token_expired did not answer in time")
    if state in (SessionState.PROLONGING, SessionState.RELAUNCHING):
        return Exit(ExitReason.EXPIRED, f"{ended}: DES could not be told the new ID token in time")
    if is_at_maximum(settings):
        return Exit(ExitReason.MAXIMUM_REACHED, f"{ended}: it has reached its maximum duration")
    if settings.renewal == SessionRenewal.ACTIVITY:
        return Exit(ExitReason.EXPIRED, f"{ended}: the user was not active")
    return Exit(ExitReason.EXPIRED, f"{ended}, and could not be renewed in time")

"""What DES reads of bodies besides what every server reads: money, moments and days. See `server.readers`."""

from collections.abc import Callable
from datetime import timedelta

from impact_sdk.parsing.moments import day

from ..server.http.readers import Reader, at, integer, text
from ..timeline.clock import moment, timestamp
from .engine import LARGEST_CENTS

ADDRESS = text(most=2_000)

# How far in the past or the future a bank may say that something happened (docs/des.md 6). It is this wide because the
# backend of a bank may follow the machine's clock while the world is in simulated time.
FURTHEST = timedelta(days=3653)


def cents(*, least: int) -> Reader[int]:
    """An amount of money."""
    return integer(least=least, most=LARGEST_CENTS)


def stamp(value: object) -> str:
    """A moment in RFC 3339, as a timestamp of ours."""
    return timestamp(at(value))


def happened(*, now: str) -> Callable[[object], str]:
    """As `stamp()`, for something that has happened: within `FURTHEST` of now."""

    def read(value: object) -> str:
        then = at(value)
        if not -FURTHEST <= then - moment(now) <= FURTHEST:
            raise ValueError(f"is too far from now, which is {now}: at most ten years before or after")
        return timestamp(then)

    return read


def day_or_stamp(value: object) -> str:
    """An ISO date as it is, or a moment as a timestamp of ours."""
    try:
        return day(value).isoformat() if isinstance(value, str) else stamp(value)
    except ValueError:
        pass
    try:
        return stamp(value)
    except ValueError:
        raise ValueError("must be a date such as 2027-06-01, or a moment such as 2027-06-01T12:00:00Z") from None

"""Reads rate limits from headers, in any of the formats that servers use. No clock, no I/O."""

import re
from collections.abc import Mapping
from datetime import datetime

import attrs

from . import moments
from .server_time import http_date

# The vendor documents none. We read the IETF's draft in its present form (`"burst";r=5;t=3`), in its two earlier ones
# (`limit=10, remaining=5, reset=3`; a header each), and the X- headers that are older than the draft.
# https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/

# Some X-RateLimit-Reset are seconds from now, others a moment in Unix time. No limit lasts for thirty years.
AT_LEAST_A_MOMENT = 1_000_000_000

# Each reads any header in linear time: no two of its parts match the same character.
_ITEM = re.compile(r"""(?:[^",]|"[^"]*")+""")
_NAME = re.compile(r"""("[^"]*"|[^\s;="]+)\s*(?=;|$)""")
_PARAMETER = re.compile(r";\s*([a-z]+)\s*=\s*(\d{1,15})(?!\d)")
_PAIR = re.compile(r"\b(limit|remaining|reset)\s*=\s*(\d{1,15})(?!\d)")
_NUMBER = re.compile(r"\s*(\d{1,15})(?![\d.-])")


@attrs.frozen(kw_only=True)
class RateLimit:
    """A server's rate limit. If there are several, the one that is reached first.

    Attributes:
        limit: How many requests it takes in its period.
        remaining: How many of them are left.
        reset_seconds: In how many seconds there are more again.
    """

    limit: int | None = None
    remaining: int | None = None
    reset_seconds: float | None = None


def rate_limit(headers: Mapping[str, str], now: datetime) -> RateLimit | None:
    """The limit in an answer's headers; None if there is none that can be read.

    Args:
        headers: By lower-case names.
        now: What the server's clock said when it answered (`server_time.at()`): a moment is by that clock.
    """
    present = headers.get("ratelimit", "")
    found = _structured(present, headers.get("ratelimit-policy", "")) or _pairs(present)
    return found or _separate(headers, "ratelimit-", now) or _separate(headers, "x-ratelimit-", now)


def _structured(present: str, policy: str) -> RateLimit | None:
    quotas = {name: values.get("q") for name, values in _items(policy)}
    limits = [
        RateLimit(limit=quotas.get(name), remaining=values["r"], reset_seconds=values.get("t"))
        for name, values in _items(present)
        if "r" in values
    ]
    return min(limits, key=lambda limit: limit.remaining or 0, default=None)


def _items(text: str) -> list[tuple[str, dict[str, int]]]:
    found = [(_NAME.match(item), item) for item in map(str.strip, _ITEM.findall(text))]
    return [
        (name[1].strip('"'), {key: int(number) for key, number in _PARAMETER.findall(item, name.end())})
        for name, item in found
        if name is not None
    ]


def _pairs(text: str) -> RateLimit | None:
    values = {name: int(number) for name, number in _PAIR.findall(text)}
    if not values:
        return None
    return RateLimit(limit=values.get("limit"), remaining=values.get("remaining"), reset_seconds=values.get("reset"))


def _separate(headers: Mapping[str, str], prefix: str, now: datetime) -> RateLimit | None:
    limit, remaining = (_number(headers.get(prefix + name, "")) for name in ("limit", "remaining"))
    reset = _reset_seconds(headers.get(f"{prefix}reset", ""), now)
    if limit is None and remaining is None and reset is None:
        return None
    return RateLimit(limit=limit, remaining=remaining, reset_seconds=reset)


def _reset_seconds(text: str, now: datetime) -> float | None:
    moment = _date(text.strip())
    if moment is not None:
        return max((moment - now).total_seconds(), 0.0)
    reset = _number(text)
    if reset is not None and reset >= AT_LEAST_A_MOMENT:
        return max(reset - now.timestamp(), 0.0)
    return reset


def _date(text: str) -> datetime | None:
    try:
        return moments.moment(text)
    except ValueError:
        return http_date(text)


def _number(text: str) -> int | None:
    found = _NUMBER.match(text)
    return int(found[1]) if found else None

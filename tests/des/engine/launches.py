"""Launches to try the engine with."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count, islice
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bank_app_sim.des.engine import BY_TYPE, LARGEST_CENTS, SAVEHACKS, Kind, Launch, OwnField, Savehack, start, step

# Daylight saving, both ways of it; a day that never was (30 December 2011); an offset of 5:45 hours.
ZONES = ("Europe/Stockholm", "America/New_York", "Pacific/Apia", "Asia/Kathmandu")

# Hand-computed dates below start on this Wednesday.
WEDNESDAY = "2026-12-02T10:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_launch(
    type: str,
    *,
    started: str = WEDNESDAY,
    timezone: str = "UTC",
    seed: int = 7,
    target: int = 100_000,
    balance: int = 0,
    pending: int = 0,
    expires_at: date | datetime | None = None,
    consented: int | None = None,
    **terms: Any,
) -> Launch:
    """A launch that starts at the time of day that `started` names in its own time zone."""
    return Launch(
        type=type,
        terms=terms,
        seed=seed,
        timezone=timezone,
        started_at=datetime.fromisoformat(started).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC),
        dream_target_cents=target,
        dream_balance_cents=balance,
        dream_pending_cents=pending,
        dream_expires_at=expires_at,
        consented_cents=consented,
    )


Occurrence = tuple[datetime, int | None]


def run(launch: Launch) -> Iterator[Occurrence]:
    """Every occurrence of a launch, as its moment in UTC and its cents, until it ends or for ever."""
    moment, happening = launch.started_at, start(launch)
    for occurrence in count(1):
        yield moment, happening.amount_cents
        if happening.next_due is None:
            return
        moment = happening.next_due
        happening = step(launch, occurrence, moment)


def shown(launch: Launch, steps: int) -> list[str]:
    """The first occurrences as a person in the launch's time zone would note them down."""
    return [
        f"{moment.astimezone(ZoneInfo(launch.timezone)):%Y-%m-%d %H:%M} {amount or 0}"
        for moment, amount in islice(run(launch), steps)
    ]


def moments(between: tuple[int, int] = (2000, 2040)) -> st.SearchStrategy[datetime]:
    first, last = (datetime(year, 1, 1) for year in between)  # noqa: DTZ001  hypothesis wants them so
    return st.datetimes(first, last, timezones=st.just(UTC))


@st.composite
def launches(draw: st.DrawFn, types: tuple[str, ...] = tuple(BY_TYPE)) -> Launch:
    """Any launch of one of the types, with terms that DES would take."""
    savehack = BY_TYPE[draw(st.sampled_from(types))]
    cents = st.integers(0, LARGEST_CENTS)
    return Launch(
        type=savehack.type,
        terms=draw(terms_of(savehack)),
        seed=draw(st.integers(0, 2**64)),
        timezone=draw(st.sampled_from(ZONES)),
        started_at=draw(moments()),
        dream_target_cents=draw(cents),
        dream_balance_cents=draw(cents),
        dream_pending_cents=draw(cents),
        dream_expires_at=draw(st.none() | st.dates() | st.datetimes(timezones=st.just(UTC))),
        consented_cents=draw(st.none() | st.integers(1, LARGEST_CENTS)),
    )


def terms_of(savehack: Savehack) -> st.SearchStrategy[dict[str, Any]]:
    terms = st.fixed_dictionaries({field.name: _values(field) for field in savehack.own_fields})
    return terms.filter(lambda given: not savehack.contradictions(given))


def _values(field: OwnField) -> st.SearchStrategy[Any]:
    if field.kind is Kind.TEXT:
        return st.sampled_from(["AIK", "Ada"])
    return st.integers(field.least, field.most)


ON_A_CALENDAR = tuple(savehack.type for savehack in SAVEHACKS if savehack.feed_type is None)
WITHOUT_END = tuple(name for name in ON_A_CALENDAR if name not in ("OneTime", "Everest"))

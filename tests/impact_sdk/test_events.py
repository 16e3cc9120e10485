"""Events: read into what they are about, and followed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from impact_sdk import (
    ConfigurationError,
    Dream,
    DreamMilestone,
    Event,
    EventType,
    Forbidden,
    ImpactAPI,
    PageView,
    SavehackLaunch,
    Transaction,
    User,
    wire,
)
from impact_sdk.models import EVENT_DATA

from .answers import DREAM, EVENT, LAUNCH, TRANSACTION, USER, USER_REFERENCE
from .fixed_clock import FixedClock

START = datetime(2027, 1, 4, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PAGE_VIEW = {"path": "/dreams", "timestamp": "2027-01-04T08:00:00Z", "user": USER_REFERENCE}


def event(n: int, *, at: datetime | None = None) -> dict[str, Any]:
    moment = at or START + n * SECOND
    return {**EVENT, "id": f"e{n}", "createdAt": moment.isoformat()}


class Feed:
    """GET /events as documented: pages of two, strictly after `createdAfter`, ascending."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.timeless: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str | None]] = []
        self.failures: list[httpx.Response | Exception] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        page, after = request.url.params["page"], request.url.params.get("createdAfter")
        self.asked.append((page, after))
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return failure
        found = [each for each in self.events if after is None or moment(each["createdAt"]) > moment(after)]
        found = self.timeless + found if after is None else found
        first = (int(page) - 1) * 2
        next_url = "more" if len(found) > first + 2 else None
        return httpx.Response(200, json={"events": found[first : first + 2], "meta": {"next_url": next_url}})


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def feed(des: respx.MockRouter) -> Feed:
    feed = Feed()
    des.get("/v1/events").mock(side_effect=feed.answer)
    return feed


async def taken(events: Any, count: int) -> list[str]:
    return [(await anext(events)).id for _ in range(count)]


@pytest.mark.parametrize(
    ("type", "data", "kind"),
    [
        *((name, USER, User) for name in ("UserCreated", "UserDestroyed")),
        ("PageView", PAGE_VIEW, PageView),
        *(
            (f"{what}{end}", {**TRANSACTION, "type": wire_type}, Transaction)
            for what, wire_type in [
                ("Deposit", "Deposit"),
                ("Withdrawal", "Withdrawal"),
                ("InternalTransfer", "Internal"),
            ]
            for end in ("Requested", "Settled", "Failed")
        ),
        *((f"Dream{end}", DREAM, Dream) for end in ("Created", "Updated", "Deleted", "Achieved")),
        ("DreamMilestone", {**DREAM, "milestonePercent": 25}, DreamMilestone),
        *((name, LAUNCH, SavehackLaunch) for name in ("SavehackLaunched", "SavehackLaunchUpdated")),
    ],
)
def test_each_event_is_about_what_its_type_says(type: str, data: Any, kind: type) -> None:
    read = wire.read(Event, {**EVENT, "type": type, "data": data})

    assert read.data.__class__ is kind
    assert read.data == wire.read(kind, data)
    assert (read.is_known, read.problem) == (True, None)


def test_there_are_nineteen_types_and_each_has_its_data() -> None:
    assert len(EventType.__members__) == 19
    assert set(EVENT_DATA) == set(EventType)


def test_an_event_of_a_type_that_nobody_knows_keeps_its_data() -> None:
    read = wire.read(Event, {**EVENT, "type": "DreamPainted", "data": {"colour": "green"}})

    assert (read.type, read.data) == ("DreamPainted", {"colour": "green"})
    assert (read.is_known, read.problem) == (False, None)


def test_an_event_that_cannot_be_read_keeps_its_data_and_says_why() -> None:
    data = {**TRANSACTION, "amountCents": "5000"}

    read = wire.read(Event, {**EVENT, "type": "DepositRequested", "data": data})

    assert read.data == data
    assert read.is_known
    assert read.problem == "expected a whole number, not a text @ $.amountCents"


async def test_following_gives_each_event_once_as_it_comes(api: ImpactAPI, feed: Feed, clock: FixedClock) -> None:
    feed.events = [event(1), event(2), event(3)]
    events = api.events.follow(every=timedelta(seconds=7))

    assert await taken(events, 3) == ["e1", "e2", "e3"]
    assert clock.slept == []
    feed.events.append(event(4))
    assert await taken(events, 1) == ["e4"]
    assert clock.slept == [7]
    assert events.after == START + 4 * SECOND


async def test_following_waits_by_the_clock_while_there_is_nothing_new(
    api: ImpactAPI, feed: Feed, clock: FixedClock
) -> None:
    feed.events = [event(1)]
    events = api.events.follow()
    await anext(events)
    feed.failures = [httpx.Response(200, json={"events": [feed.events[0]]}) for _ in range(3)]
    feed.events.append(event(2))

    assert await taken(events, 1) == ["e2"]
    assert clock.slept == [10, 10, 10, 10]


async def test_following_goes_on_from_a_moment(api: ImpactAPI, feed: Feed) -> None:
    feed.events = [event(1), event(2), event(3)]
    events = api.events.follow(after=START + 2 * SECOND)

    assert await taken(events, 1) == ["e3"]
    assert feed.asked[0] == ("1", "2027-01-04T08:00:02Z")


async def test_of_events_of_one_moment_none_is_missed_and_none_comes_twice(
    api: ImpactAPI, feed: Feed, clock: FixedClock
) -> None:
    """DES gives what is strictly later: asked from the last one's own moment it would pass over the others."""
    feed.events = [event(n, at=START) for n in range(5)]
    events = api.events.follow()

    assert await taken(events, 5) == ["e0", "e1", "e2", "e3", "e4"]
    feed.events.append(event(5, at=START))
    feed.events.append(event(6))
    assert await taken(events, 2) == ["e5", "e6"]


async def test_events_whose_moments_cannot_be_read_come_once_and_stop_nothing(api: ImpactAPI, feed: Feed) -> None:
    bad = [{**event(n), "createdAt": "yesterday"} for n in range(4)]
    feed.timeless = bad
    feed.events = [event(5), event(6)]
    events = api.events.follow()

    assert sorted(await taken(events, 6)) == ["e0", "e1", "e2", "e3", "e5", "e6"]
    feed.events.append(event(7))
    assert await taken(events, 1) == ["e7"]


async def test_an_event_of_the_first_moment_of_the_calendar_stops_nothing(api: ImpactAPI, feed: Feed) -> None:
    feed.events = [event(1, at=datetime.min.replace(tzinfo=UTC))]
    following = api.events.follow()
    assert await taken(following, 1) == ["e1"]

    feed.events.append(event(2))
    assert await taken(following, 1) == ["e2"]


async def test_a_server_that_gives_one_page_for_ever_is_asked_no_faster_than_said(
    api: ImpactAPI, des: respx.MockRouter, clock: FixedClock
) -> None:
    """Whichever page is asked for, and whatever was had: it knows neither."""
    events = [event(1, at=START), event(2, at=START)]
    again = httpx.Response(200, json={"events": events, "meta": {"next_url": "more"}})
    des.get("/v1/events").side_effect = [again] * 50 + [httpx.Response(403)]
    following, began = api.events.follow(every=SECOND), clock.now()

    with pytest.raises(Forbidden):
        await taken(following, 3)

    assert clock.now() - began > 10 * SECOND


async def test_following_remembers_no_more_than_the_events_of_its_moment(api: ImpactAPI, feed: Feed) -> None:
    """It runs for months."""
    feed.events = [event(1), event(2), event(3, at=START + 2 * SECOND), event(4)]
    events = api.events.follow()

    await taken(events, 3)
    assert events._had == {"e2", "e3"}
    await taken(events, 1)
    assert events._had == {"e4"}


async def test_following_survives_an_outage_and_says_so(
    api: ImpactAPI, feed: Feed, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    feed.events = [event(1)]
    feed.failures = [httpx.ConnectError("refused"), httpx.Response(500), httpx.Response(429)]
    feed.failures += [httpx.Response(429, headers={"Retry-After": "90"})]

    events = api.events.follow(attempts=1)

    assert await taken(events, 1) == ["e1"]
    assert clock.slept == [10, 10, 10, 90]
    assert "the events could not be fetched" in caplog.text


async def test_following_raises_what_will_not_pass_and_can_be_asked_again(api: ImpactAPI, feed: Feed) -> None:
    feed.events = [event(1)]
    feed.failures = [httpx.Response(403)]
    events = api.events.follow()

    with pytest.raises(Forbidden):
        await anext(events)
    assert await taken(events, 1) == ["e1"]


async def test_a_listing_says_more_for_ever_and_still_ends(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/events").respond(200, json={"events": [], "meta": {"next_url": "more"}})

    assert [each async for each in api.events.list()] == []


@pytest.mark.parametrize("nonsense", [timedelta(), timedelta(seconds=-1), 5])
async def test_following_without_a_pause_is_refused(api: ImpactAPI, nonsense: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"every is .*; give a positive timedelta"):
        api.events.follow(every=nonsense)

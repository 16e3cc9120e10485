"""PATCH of a savehack launch: paused, resumed, stopped, saving otherwise."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from bank_app_sim.timeline.clock import SimulatedClock

from .journey import create_dream, errors_of, id_of, initiate, launch_daily, refuse_customer, savehack_id, transactions

DAY = timedelta(days=1)
NOW = "2026-12-02T10:00:00.000000Z"


async def change(user: httpx.AsyncClient, launch: dict[str, Any], **changed: Any) -> httpx.Response:
    body = {"savehackLaunch": {"type": launch["type"], **changed}}
    return await user.patch(f"/v1/savehack-launches/{launch['id']}", json=body)


@pytest.fixture
async def launch(ada: httpx.AsyncClient) -> dict[str, Any]:
    """Saves 50.00 every day at ten."""
    await initiate(ada, id_of(ada))
    return await launch_daily(ada, await create_dream(ada))


async def test_a_paused_launch_saves_nothing_and_goes_on_where_it_is_resumed(
    launch: dict[str, Any], ada: httpx.AsyncClient, clock: SimulatedClock, running: None
) -> None:
    paused = (await change(ada, launch, pausedAt=NOW)).json()["savehackLaunch"]
    assert (paused["pausedAt"], paused["pauseReason"]) == (NOW, "user_requested")

    await clock.advance(3 * DAY)
    assert len(await transactions(ada)) == 1

    resumed = (await change(ada, launch, pausedAt=None)).json()["savehackLaunch"]
    assert (resumed["pausedAt"], resumed["pauseReason"]) == (None, None)
    await clock.advance(DAY)
    requested = [each["requestedAt"] for each in await transactions(ada)]
    assert requested == [NOW, "2026-12-06T10:00:00.000000Z"]


async def test_pausing_twice_keeps_the_first_moment(launch: dict[str, Any], ada: httpx.AsyncClient) -> None:
    await change(ada, launch, pausedAt=NOW)

    answer = await change(ada, launch, pausedAt="2026-12-03T10:00:00Z")

    assert answer.json()["savehackLaunch"]["pausedAt"] == NOW


async def test_a_stopped_launch_saves_no_more_and_stays_stopped(
    launch: dict[str, Any], ada: httpx.AsyncClient, clock: SimulatedClock, running: None
) -> None:
    answer = await change(ada, launch, stoppedAt=NOW)
    assert answer.json()["savehackLaunch"]["stoppedAt"] == NOW

    await clock.advance(3 * DAY)
    assert len(await transactions(ada)) == 1
    sentence = f"can't be changed: the launch was stopped at {NOW}"
    for changed in ({"stoppedAt": None}, {"pausedAt": NOW}, {"amountCents": 1}):
        refused = await change(ada, launch, **changed)
        assert refused.status_code == 400
        assert errors_of(refused) == {f"savehackLaunch.{name}": [sentence] for name in changed}
    assert (await change(ada, launch, stoppedAt=NOW)).status_code == 200


async def test_new_terms_count_from_the_next_deposit_on(
    launch: dict[str, Any], ada: httpx.AsyncClient, clock: SimulatedClock, running: None
) -> None:
    answer = await change(ada, launch, amountCents=7_000)
    assert answer.json()["savehackLaunch"]["amountCents"] == 7_000

    await clock.advance(DAY)

    assert [each["amountCents"] for each in await transactions(ada)] == [5_000, 7_000]


async def test_another_weekday_moves_the_next_deposit(
    ada: httpx.AsyncClient, clock: SimulatedClock, running: None
) -> None:
    await initiate(ada, id_of(ada))
    body = {
        "type": "WeeklyLaunch",
        "dreamId": (await create_dream(ada))["id"],
        "savehackId": await savehack_id(ada, "Weekly"),
        "amountCents": 5_000,
        "weekday": 0,
    }
    launch = (await ada.post("/v1/savehack-launches", json={"savehackLaunch": body})).json()["savehackLaunch"]

    await change(ada, launch, weekday=4)
    await clock.advance(7 * DAY)

    # A Wednesday, and the Friday after it.
    requested = [each["requestedAt"] for each in await transactions(ada)]
    assert requested == [NOW, "2026-12-04T10:00:00.000000Z"]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"type": "WeeklyLaunch"}, "type", "can't be changed: it is DailyLaunch"),
        ({"id": "x"}, "id", "can't be changed"),
        ({"amountCents": 0}, "amountCents", "must be at least 1"),
        ({"pauseAt": None}, "pauseAt", "is not known here; did you mean pausedAt?"),
        ({"pausedAt": "soon"}, "pausedAt", "must be a moment in RFC 3339, such as 2027-06-01T12:00:00Z"),
    ],
)
async def test_a_wrong_change_is_named_and_changes_nothing(
    wrong: dict[str, Any], field: str, sentence: str, launch: dict[str, Any], ada: httpx.AsyncClient
) -> None:
    answer = await change(ada, launch, **wrong)

    assert answer.status_code == 400
    assert errors_of(answer) == {f"savehackLaunch.{field}": [sentence]}
    assert (await ada.get(f"/v1/savehack-launches/{launch['id']}")).json()["savehackLaunch"] == launch


async def test_a_launch_that_waits_for_an_account_is_not_resumed(ada: httpx.AsyncClient) -> None:
    launch = await launch_daily(ada, await create_dream(ada))

    answer = await change(ada, launch, pausedAt=None)

    assert answer.status_code == 409
    sentence = "can't be cleared: the launch waits for an account, and starts when there is one"
    assert errors_of(answer) == {"savehackLaunch.pausedAt": [sentence]}


async def test_a_launch_that_somebody_paused_is_not_started_by_an_account(
    launch: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await change(ada, launch, pausedAt=NOW)

    await refuse_customer(backend, id_of(ada))
    await initiate(ada, id_of(ada))

    found = (await ada.get(f"/v1/savehack-launches/{launch['id']}")).json()["savehackLaunch"]
    assert found["pauseReason"] == "user_requested"


async def test_resuming_after_the_bank_refused_the_user_waits_for_an_account(
    launch: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await change(ada, launch, pausedAt=NOW)
    await refuse_customer(backend, id_of(ada))

    resumed = (await change(ada, launch, pausedAt=None)).json()["savehackLaunch"]

    assert (resumed["pausedAt"], resumed["pauseReason"]) == (NOW, "account_required")
    assert resumed["accountProvisionRequestId"] is not None


async def test_the_launch_that_a_new_one_replaces_is_stopped_when_that_starts(
    launch: dict[str, Any], ada: httpx.AsyncClient
) -> None:
    replacing = await launch_daily(ada, launch["dream"], obsoleteSavehackLaunchId=launch["id"])

    assert replacing["obsoleteSavehackLaunchId"] == launch["id"]
    old = (await ada.get(f"/v1/savehack-launches/{launch['id']}")).json()["savehackLaunch"]
    assert old["stoppedAt"] == NOW


async def test_a_launch_of_another_user_is_not_found(launch: dict[str, Any], sign_in: Any) -> None:
    bob = await sign_in("bob")

    assert (await change(bob, launch, stoppedAt=NOW)).status_code == 404
    assert (await bob.get(f"/v1/savehack-launches/{launch['id']}")).status_code == 404


async def test_each_change_is_an_event(
    launch: dict[str, Any], ada: httpx.AsyncClient, backend: httpx.AsyncClient
) -> None:
    await change(ada, launch, pausedAt=NOW)
    await change(ada, launch, pausedAt=NOW)  # nothing changes
    await change(ada, launch, pausedAt=None, amountCents=1)
    await change(ada, launch, stoppedAt=NOW)

    events = (await backend.get("/v1/events")).json()["events"]
    states = [
        (event["data"]["amountCents"], "pausedAt" in event["data"], "stoppedAt" in event["data"])
        for event in events
        if event["type"] == "SavehackLaunchUpdated"
    ]
    assert states[0] == (5_000, True, False)
    assert states[-1] == (1, False, True)


async def test_what_was_got_can_be_sent_back(ada: httpx.AsyncClient) -> None:
    """Waiting, running, paused, stopped: nothing changes by that."""

    async def goes_back() -> None:
        got = (await ada.get(path)).json()
        back = await ada.patch(path, json=got)
        assert (back.status_code, back.json()) == (200, got)

    launch = await launch_daily(ada, await create_dream(ada))
    path = f"/v1/savehack-launches/{launch['id']}"

    await goes_back()
    await initiate(ada, id_of(ada))
    await goes_back()
    await change(ada, launch, pausedAt=NOW)
    await goes_back()
    await change(ada, launch, stoppedAt=NOW)
    await goes_back()


async def test_what_others_decide_of_a_launch_cannot_be_changed(launch: dict[str, Any], ada: httpx.AsyncClient) -> None:
    wrong: dict[str, Any] = {
        "dream": {},
        "savehack": None,
        "draftedAt": NOW,
        "pauseReason": "x",
        "transferConsentId": "x",
    }

    refused = await change(ada, launch, **wrong)

    assert errors_of(refused) == {f"savehackLaunch.{name}": ["can't be changed"] for name in wrong}

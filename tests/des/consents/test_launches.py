"""What a consent means for launches, accounts and Dreams."""

from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.des.tenant import AccountSetup

from ..conftest import SignIn
from ..journey import errors_of, id_of, launch_daily, launches, savehack_id, transactions
from .conftest import WITH_CONSENTS
from .said import AT, ask, asked, event_types, fetch, say


async def test_a_launch_that_runs_needs_no_consent(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any]
) -> None:
    await say(backend, draft["transferConsentId"], consentedAt=AT)

    answer = await ask(ada, draft["id"])

    assert answer.status_code == 409
    assert list(errors_of(answer)) == ["transferConsent.savehackLaunchId"]


async def test_a_draft_that_was_stopped_never_starts(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any]
) -> None:
    stop = {"savehackLaunch": {"type": "DailyLaunch", "stoppedAt": AT}}
    assert (await ada.patch(f"/v1/savehack-launches/{draft['id']}", json=stop)).status_code == 200

    assert (await ask(ada, draft["id"])).status_code == 409
    assert (await say(backend, draft["transferConsentId"], consentedAt=AT)).status_code == 200

    assert await transactions(ada) == []


async def test_a_consent_is_asked_for_by_its_own_user(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, sign_in: SignIn, draft: dict[str, Any]
) -> None:
    bob = await sign_in("bob")

    assert (await ask(bob, draft["id"])).status_code == 404
    assert (await ask(backend, draft["id"])).status_code == 403
    assert (await fetch(ada, (await asked(ada, draft))["temporaryId"])).status_code == 403
    assert (await say(ada, draft["transferConsentId"], consentedAt=AT)).status_code == 403
    assert (await say(backend, "nobody", consentedAt=AT)).status_code == 404


async def test_a_consent_starts_its_own_launch_and_no_other(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, dream: dict[str, Any], draft: dict[str, Any]
) -> None:
    other = await launch_daily(ada, dream)

    await say(backend, draft["transferConsentId"], consentedAt=AT)

    drafts = {launch["id"]: launch["draftedAt"] for launch in await launches(ada)}
    assert drafts == {draft["id"]: None, other["id"]: AT}


async def test_after_a_refusal_of_the_bank_the_next_consent_starts_what_waits_as_well(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, dream: dict[str, Any], draft: dict[str, Any]
) -> None:
    await say(backend, draft["transferConsentId"], consentedAt=AT)
    await backend.patch(f"/v1/users/{id_of(ada)}", json={"user": {"provisioningInitiatedAt": None}})
    assert [launch["pauseReason"] for launch in await launches(ada)] == ["account_required"]

    another = await launch_daily(ada, dream)
    await say(backend, another["transferConsentId"], consentedAt=AT)

    assert [(each["draftedAt"], each["pausedAt"]) for each in await launches(ada)] == [(None, None)] * 2


async def test_a_launch_that_replaces_another_stops_it_once_it_may_start(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, dream: dict[str, Any], draft: dict[str, Any]
) -> None:
    await say(backend, draft["transferConsentId"], consentedAt=AT)
    successor = await launch_daily(ada, dream, obsoleteSavehackLaunchId=draft["id"])
    consent = await fetch(backend, (await asked(ada, successor))["temporaryId"])
    assert consent.json()["transferConsent"]["obsoleteSavehackLaunchId"] == draft["id"]
    assert [launch["stoppedAt"] for launch in await launches(ada)] == [None, None]

    await say(backend, successor["transferConsentId"], consentedAt=AT)

    assert [launch["stoppedAt"] for launch in await launches(ada)] == [AT, None]


async def test_what_happens_is_told_as_events(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any]
) -> None:
    before = await event_types(backend)

    await say(backend, draft["transferConsentId"], consentedAt=AT)
    await say(backend, draft["transferConsentId"], consentedAt=AT)

    assert before[-1] == "SavehackLaunched"
    assert (await event_types(backend))[len(before) :] == ["DepositRequested", "SavehackLaunchUpdated"]


async def test_a_user_who_is_erased_takes_consents_along(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any]
) -> None:
    request = await asked(ada, draft)

    assert (await backend.delete(f"/v1/users/{id_of(ada)}")).status_code == 204

    assert (await fetch(backend, request["temporaryId"])).status_code == 404


@pytest.mark.parametrize(
    "tenant", [attrs.evolve(WITH_CONSENTS, account_setup=AccountSetup.PER_DREAM)], ids=["consents, per Dream"]
)
async def test_where_each_dream_has_an_account_the_consent_opens_that_one(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, dream: dict[str, Any], draft: dict[str, Any]
) -> None:
    assert (dream["accountProvisionRequestId"], draft["pausedAt"]) == (None, None)

    await say(backend, draft["transferConsentId"], consentedAt="2026-12-02T09:59:00Z")

    dream = (await ada.get(f"/v1/dreams/{dream['id']}")).json()["dream"]
    assert dream["provisioningInitiatedAt"] == "2026-12-02T09:59:00.000000Z"
    assert (await ada.get(f"/v1/users/{id_of(ada)}")).json()["user"]["provisioningInitiatedAt"] is None
    assert len(await transactions(ada)) == 1


async def test_what_a_consent_covers_depends_on_the_savehack(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, dream: dict[str, Any]
) -> None:
    body = {
        "type": "OneTimeLaunch",
        "dreamId": dream["id"],
        "savehackId": await savehack_id(ada, "OneTime"),
        "amountCents": 9_000,
    }
    launch = (await ada.post("/v1/savehack-launches", json={"savehackLaunch": body})).json()["savehackLaunch"]

    consent = (await fetch(backend, (await asked(ada, launch))["temporaryId"])).json()["transferConsent"]

    assert (consent["maxFrequency"], consent["maxAmountCents"]) == ("once", 9_000)


@pytest.mark.parametrize(
    ("savehack", "terms", "change", "named"),
    [
        ("Daily", {"amountCents": 5_000}, {"amountCents": 5_001}, {"amountCents"}),
        ("Weekly", {"amountCents": 5_000, "weekday": 0}, {"amountCents": 9_000, "weekday": 3}, {"amountCents"}),
        ("Weekly", {"amountCents": 5_000, "weekday": 0}, {"amountCents": 4_000, "weekday": 3}, None),
        ("Rocket", {"amountCents": 100, "maxAmountCents": 900}, {"amountCents": 200}, None),
        (
            "Rocket",
            {"amountCents": 100, "maxAmountCents": 900},
            {"amountCents": 200, "maxAmountCents": 901},
            {"maxAmountCents"},
        ),
        ("Thief", {"minAmountCents": 1, "maxAmountCents": 9}, {"maxAmountCents": 10}, {"maxAmountCents"}),
        ("Percentage", {"percentage": 10}, {"percentage": 11}, {"percentage"}),
        ("Roundup", {"roundToCents": 100}, {"roundToCents": 101}, {"roundToCents"}),
        ("SaveLeague", {"amountCents": 100, "team": "a"}, {"amountCents": 101, "team": "b"}, {"amountCents"}),
    ],
)
async def test_what_goes_beyond_a_consent_is_named(
    savehack: str,
    terms: dict[str, Any],
    change: dict[str, Any],
    named: set[str] | None,
    ada: httpx.AsyncClient,
    backend: httpx.AsyncClient,
    dream: dict[str, Any],
) -> None:
    kind = f"{savehack}Launch"
    body = {"type": kind, "dreamId": dream["id"], "savehackId": await savehack_id(ada, savehack), **terms}
    launch = (await ada.post("/v1/savehack-launches", json={"savehackLaunch": body})).json()["savehackLaunch"]
    await say(backend, launch["transferConsentId"], consentedAt=AT)

    changed = await ada.patch(
        f"/v1/savehack-launches/{launch['id']}", json={"savehackLaunch": {"type": kind, **change}}
    )

    if named is None:
        assert changed.status_code == 200
    else:
        assert changed.status_code == 400
        assert errors_of(changed).keys() == {f"savehackLaunch.{name}" for name in named}

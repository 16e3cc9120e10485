"""Transfer consents: drafts, temporary ids that are good for one look, and what the user's yes and no do."""

from datetime import timedelta
from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.des.tenant import AccountSetup, Tenant
from bank_app_sim.timeline.clock import SimulatedClock

from .bank import TENANT
from .conftest import SignIn
from .journey import create_dream, errors_of, id_of, launch_daily, launches, post_account, savehack_id, transactions

WITH_CONSENTS = attrs.evolve(TENANT, transfer_consents=True)
AT = "2026-12-02T10:00:00.000000Z"


@pytest.fixture
def tenant() -> Tenant:
    return WITH_CONSENTS


@pytest.fixture
async def dream(ada: httpx.AsyncClient) -> dict[str, Any]:
    return await create_dream(ada)


@pytest.fixture
async def draft(ada: httpx.AsyncClient, dream: dict[str, Any]) -> dict[str, Any]:
    return await launch_daily(ada, dream)


async def asked(user: httpx.AsyncClient, launch: dict[str, Any]) -> dict[str, Any]:
    answer = await ask(user, launch["id"])
    assert answer.status_code == 201, answer.text
    request: dict[str, Any] = answer.json()["transferConsentRequest"]
    return request


async def ask(user: httpx.AsyncClient, launch_id: str) -> httpx.Response:
    return await user.post("/v1/transfer-consents", json={"transferConsent": {"savehackLaunchId": launch_id}})


async def fetch(backend: httpx.AsyncClient, temporary_id: str) -> httpx.Response:
    return await backend.get("/v1/transfer-consents", params={"temporaryId": temporary_id})


async def say(backend: httpx.AsyncClient, consent_id: str, **said: Any) -> httpx.Response:
    return await backend.patch(f"/v1/transfer-consents/{consent_id}", json={"transfer_consent": said})


async def event_types(backend: httpx.AsyncClient) -> list[str]:
    return [event["type"] for event in (await backend.get("/v1/events")).json()["events"]]


async def test_a_launch_is_a_draft_until_the_user_consents(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any], dream: dict[str, Any]
) -> None:
    assert (draft["draftedAt"], draft["pausedAt"], draft["accountProvisionRequestId"]) == (AT, None, None)
    assert draft["transferConsentId"]
    assert await transactions(ada) == []

    request = await asked(ada, draft)

    assert request == {
        "requestId": draft["transferConsentId"],
        "temporaryId": request["temporaryId"],
        "expiresAt": "2026-12-02T10:15:00.000000Z",
        "savehackLaunchId": draft["id"],
    }
    consent = {
        "type": "TransferConsent",
        "id": draft["transferConsentId"],
        "maxFrequency": "day",
        "maxAmountCents": 5_000,
        "savehackLaunchId": draft["id"],
        "obsoleteSavehackLaunchId": None,
        "user": {"type": "User", "id": id_of(ada), "externalId": "ada"},
        "consentedAt": None,
        "rejectedAt": None,
    }
    fetched = await fetch(backend, request["temporaryId"])
    assert (fetched.status_code, fetched.json()) == (200, {"transferConsent": consent})

    answer = await say(backend, consent["id"], consentedAt="2026-12-02T09:59:00Z")

    said_at = "2026-12-02T09:59:00.000000Z"
    assert (answer.status_code, answer.json()) == (200, {"transferConsent": {**consent, "consentedAt": said_at}})
    (launch,) = await launches(ada)
    assert (launch["draftedAt"], launch["transferConsentId"]) == (None, consent["id"])
    (deposit,) = await transactions(ada)
    assert (deposit["transferConsentId"], deposit["amountCents"]) == (consent["id"], 5_000)


async def test_opening_an_account_is_folded_into_the_consent(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any]
) -> None:
    await say(backend, draft["transferConsentId"], consentedAt="2026-12-02T09:59:00Z")

    user = (await ada.get(f"/v1/users/{id_of(ada)}")).json()["user"]
    assert user["provisioningInitiatedAt"] == "2026-12-02T09:59:00.000000Z"
    (deposit,) = await transactions(ada)
    assert deposit["toAccount"] is None

    account = (await post_account(backend, id_of(ada))).json()["account"]
    (deposit,) = await transactions(ada)
    assert deposit["toAccount"]["id"] == account["id"]


async def test_with_an_account_a_consent_initiates_nothing(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any]
) -> None:
    account = (await post_account(backend, id_of(ada))).json()["account"]

    (launch,) = await launches(ada)
    assert launch["draftedAt"] == AT, "an account is no consent"
    await say(backend, draft["transferConsentId"], consentedAt="2026-12-02T09:59:00Z")

    assert (await ada.get(f"/v1/users/{id_of(ada)}")).json()["user"]["provisioningInitiatedAt"] is None
    (deposit,) = await transactions(ada)
    assert deposit["toAccount"]["id"] == account["id"]


async def test_a_rejected_launch_stays_a_draft_and_another_consent_can_be_asked_for(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any]
) -> None:
    answer = await say(backend, draft["transferConsentId"], rejectedAt="2026-12-02T09:59:00Z")

    assert answer.json()["transferConsent"]["rejectedAt"] == "2026-12-02T09:59:00.000000Z"
    (launch,) = await launches(ada)
    assert (launch["draftedAt"], launch["transferConsentId"]) == (AT, None)
    assert await transactions(ada) == []

    again = await asked(ada, draft)

    assert again["requestId"] != draft["transferConsentId"]
    (launch,) = await launches(ada)
    assert launch["transferConsentId"] == again["requestId"]
    fetched = (await fetch(backend, again["temporaryId"])).json()["transferConsent"]
    assert (fetched["id"], fetched["rejectedAt"]) == (again["requestId"], None)
    await say(backend, again["requestId"], consentedAt=AT)
    (launch,) = await launches(ada)
    assert launch["draftedAt"] is None


async def test_a_temporary_id_is_good_for_one_look(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any]
) -> None:
    first, second = await asked(ada, draft), await asked(ada, draft)
    assert first["requestId"] == second["requestId"]
    assert first["temporaryId"] != second["temporaryId"]

    answers = [(await fetch(backend, each["temporaryId"])).status_code for each in (first, first, second, second)]

    assert answers == [200, 404, 200, 404]


async def test_a_temporary_id_is_good_for_fifteen_minutes(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any], clock: SimulatedClock
) -> None:
    early, late = await asked(ada, draft), await asked(ada, draft)

    await clock.advance(timedelta(minutes=15) - timedelta(seconds=1))
    in_time = await fetch(backend, early["temporaryId"])
    await clock.advance(timedelta(seconds=1))
    too_late = await fetch(backend, late["temporaryId"])

    assert (in_time.status_code, too_late.status_code) == (200, 404)
    said = "is unknown, used or expired; the app gets another one by asking again"
    assert errors_of(too_late) == {"TransferConsent.temporaryId": [said]}


@pytest.mark.parametrize("query", ["", "?temporaryId=", "?temporaryId=%20"])
async def test_without_a_temporary_id_there_is_nothing_to_fetch(backend: httpx.AsyncClient, query: str) -> None:
    # docs/des.md 1.12
    answer = await backend.get(f"/v1/transfer-consents{query}")

    assert answer.status_code == 400
    assert errors_of(answer) == {"TransferConsent.temporaryId": ["can't be blank"]}


async def test_an_unknown_temporary_id_is_not_found(backend: httpx.AsyncClient) -> None:
    assert (await fetch(backend, "5f8d1c3e-0000-4000-8000-000000000000")).status_code == 404


@pytest.mark.parametrize(("said", "otherwise"), [("consentedAt", "rejectedAt"), ("rejectedAt", "consentedAt")])
async def test_what_the_user_said_can_be_said_again_and_not_taken_back(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any], said: str, otherwise: str
) -> None:
    consent_id = draft["transferConsentId"]
    first = await say(backend, consent_id, **{said: AT})

    again = await say(backend, consent_id, **{said: "2026-12-02T12:00:00Z"})
    the_other_way = await say(backend, consent_id, **{otherwise: AT})

    assert (again.status_code, again.json()) == (200, first.json())
    assert the_other_way.status_code == 400
    (field,) = errors_of(the_other_way)
    assert field == f"transfer_consent.{'rejected_at' if otherwise == 'rejectedAt' else 'consented_at'}"
    assert len(await transactions(ada)) == (1 if said == "consentedAt" else 0)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"consentedAt": AT, "rejectedAt": AT}, "is mutually exclusive with the other one"),
        ({}, "is missing; give it, or the other one"),
        ({"consentedAt": None}, "is missing; give it, or the other one"),
    ],
    ids=["both", "neither", "null"],
)
async def test_an_answer_is_yes_or_no(
    ada: httpx.AsyncClient, backend: httpx.AsyncClient, draft: dict[str, Any], said: dict[str, Any], sentence: str
) -> None:
    # docs/des.md 1.12, 8.2: these two fields are called so in errors only
    answer = await say(backend, draft["transferConsentId"], **said)

    assert answer.status_code == 400
    assert errors_of(answer) == {
        "transfer_consent.consented_at": [sentence],
        "transfer_consent.rejected_at": [sentence],
    }
    (launch,) = await launches(ada)
    assert launch["draftedAt"] == AT


async def test_what_is_no_moment_is_refused(backend: httpx.AsyncClient, draft: dict[str, Any]) -> None:
    answer = await say(backend, draft["transferConsentId"], consentedAt="yes", because="I like it")

    assert list(errors_of(answer)) == ["transfer_consent.consented_at", "transfer_consent.because"]


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

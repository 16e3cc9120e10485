"""How a consent is asked for, fetched and answered."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from bank_app_sim.timeline.clock import SimulatedClock

from ..journey import errors_of, id_of, launches, post_account, transactions
from .said import AT, asked, fetch, say


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

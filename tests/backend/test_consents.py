"""Customers sign consents at the bank, and DES hears each answer once, whatever dies or is cut off."""

from datetime import timedelta
from typing import Any

import attrs
import httpx
import pytest

from bank_app_sim.backend import CONSENT_CRASH_POINTS, Bank, BankBackend
from bank_app_sim.backend.store.claims import LEASE
from bank_app_sim.des import DES, AccountSetup, Tenant
from bank_app_sim.timeline.clock import SimulatedClock

from .conftest import Start
from .dying import Crashed, DyingAt
from .network import Network
from .saver import Saver, let_pass, saver


@pytest.fixture
def tenant(tenant: Tenant) -> Tenant:
    return attrs.evolve(tenant, transfer_consents=True)


async def asked(customer: Saver) -> dict[str, Any]:
    """Launch a savehack, and have the SDK ask for the consent; the temporary id is for the backend."""
    await customer.saves(5_000)
    (draft,) = (await customer.des.get("/v1/savehack-launches")).json()["savehackLaunches"]
    return await ask(customer, draft["id"])


async def ask(customer: Saver, launch_id: str) -> dict[str, Any]:
    body = {"transferConsent": {"savehackLaunchId": launch_id}}
    answer = await customer.des.post("/v1/transfer-consents", json=body)
    return dict(answer.json()["transferConsentRequest"])


async def fetch(customer: Saver, request: dict[str, Any]) -> httpx.Response:
    return await customer.bank.post("/consents", json={"temporary_id": request["temporaryId"]})


async def say(customer: Saver, request: dict[str, Any], *, signed: bool) -> httpx.Response:
    return await customer.bank.put(f"/consents/{request['requestId']}/answer", json={"signed": signed})


async def draft_states(customer: Saver) -> list[bool]:
    listed = (await customer.des.get("/v1/savehack-launches")).json()["savehackLaunches"]
    return [launch["draftedAt"] is not None for launch in listed]


async def test_a_consent_is_fetched_once_and_kept(ada: Saver) -> None:
    request = await asked(ada)

    shown = await fetch(ada, request)

    assert shown.status_code == 200
    consent = shown.json()["consent"]
    assert (consent["max_frequency"], consent["max_amount_cents"], consent["state"]) == ("once", 5_000, "SHOWN")
    assert (await fetch(ada, request)).status_code == 404, "the temporary id is used up"
    again = await fetch(ada, await ask(ada, request["savehackLaunchId"]))
    assert again.json() == shown.json()
    assert (await ada.bank.get(f"/consents/{request['requestId']}")).json() == shown.json()


async def test_nobody_sees_or_signs_another_customers_consent(ada: Saver, mallory: Saver) -> None:
    """A manipulated app can send any id."""
    request = await asked(ada)
    assert (await fetch(mallory, request)).status_code == 404
    request = await ask(ada, request["savehackLaunchId"])
    await fetch(ada, request)

    assert (await mallory.bank.get(f"/consents/{request['requestId']}")).status_code == 404
    assert (await say(mallory, request, signed=True)).status_code == 404
    assert await draft_states(ada) == [True]


async def test_a_signature_starts_the_savehack_and_opens_an_account(
    ada: Saver, backend: BankBackend, clock: SimulatedClock
) -> None:
    request = await asked(ada)
    await fetch(ada, request)

    answer = await say(ada, request, signed=True)

    assert (answer.status_code, answer.json()["consent"]["state"]) == (200, "CONSENTED")
    assert await draft_states(ada) == [False]
    assert [(amount, state) for amount, state, _ in await ada.deposits()] == [(5_000, "requested")]
    await let_pass(timedelta(days=3), backend, clock)
    assert len(await ada.accounts_at_des()) == 1
    assert await ada.balances() == {"current:ada": 995_000, "savings:ada": 5_000}


async def test_signing_with_an_account_opens_no_other(ada: Saver, backend: BankBackend, clock: SimulatedClock) -> None:
    await ada.bank.post("/provisioning-orders", json={})
    await let_pass(timedelta(days=3), backend, clock)
    request = await asked(ada)
    await fetch(ada, request)

    await say(ada, request, signed=True)
    await let_pass(timedelta(days=3), backend, clock)

    assert len(await ada.accounts_at_des()) == 1
    assert await ada.balances() == {"current:ada": 995_000, "savings:ada": 5_000}


async def test_declining_opens_no_account(ada: Saver, backend: BankBackend, clock: SimulatedClock) -> None:
    request = await asked(ada)
    await fetch(ada, request)

    answer = await say(ada, request, signed=False)

    assert (answer.status_code, answer.json()["consent"]["state"]) == (200, "REJECTED")
    await let_pass(timedelta(days=3), backend, clock)
    assert await draft_states(ada) == [True]
    assert await ada.accounts_at_des() == []


async def test_an_answer_can_be_repeated_and_not_taken_back(ada: Saver, network: Network) -> None:
    request = await asked(ada)
    await fetch(ada, request)
    first = await say(ada, request, signed=True)

    again = await say(ada, request, signed=True)
    the_opposite = await say(ada, request, signed=False)

    assert (again.status_code, again.json()) == (200, first.json())
    assert the_opposite.status_code == 409
    assert len([sent for sent in network.requests if sent.startswith("PATCH des /v1/transfer-consents/")]) == 1


@pytest.mark.parametrize("signed", [True, False])
async def test_an_answer_that_des_did_not_hear_is_told_later(
    ada: Saver, backend: BankBackend, clock: SimulatedClock, network: Network, signed: bool
) -> None:
    request = await asked(ada)
    await fetch(ada, request)
    network.fail(what="PATCH /transfer-consents/{id}")
    answer = await say(ada, request, signed=signed)
    assert answer.status_code == 202
    assert (await ada.bank.get(f"/consents/{request['requestId']}")).status_code == 202

    network.heal()
    await let_pass(timedelta(minutes=5), backend, clock)

    assert (await ada.bank.get(f"/consents/{request['requestId']}")).status_code == 200
    assert await draft_states(ada) == [not signed]


async def test_a_consent_that_cannot_be_fetched_now_is_not_unknown(ada: Saver, network: Network) -> None:
    request = await asked(ada)
    network.fail(what="GET /transfer-consents")

    assert (await fetch(ada, request)).status_code == 503


async def test_an_answer_that_des_refuses_is_not_told_for_ever(
    ada: Saver, backend: BankBackend, clock: SimulatedClock, network: Network
) -> None:
    request = await asked(ada)
    await fetch(ada, request)
    network.fail(what="PATCH /transfer-consents/{id}", status=404)

    answer = await say(ada, request, signed=True)

    assert (answer.status_code, answer.json()["consent"]["state"]) == (200, "OBSOLETE")
    network.requests.clear()
    await let_pass(timedelta(hours=1), backend, clock)
    assert not [sent for sent in network.requests if "transfer-consents" in sent]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/consents", {}, "temporary_id"),
        ("/consents", {"temporary_id": 5}, "temporary_id"),
        ("/consents", {"temporary_id": ""}, "temporary_id"),
        ("/consents", {"temporary_id": "t", "more": 1}, "more"),
        ("/consents/c/answer", {"signed": "yes"}, "signed"),
        ("/consents/c/answer", {}, "signed"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(ada: Saver, path: str, body: dict[str, Any], field: str) -> None:
    answer = await ada.bank.request("PUT" if path.endswith("answer") else "POST", path, json=body)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.thorough
@pytest.mark.parametrize("points", [*([point] for point in CONSENT_CRASH_POINTS), list(CONSENT_CRASH_POINTS)])
@pytest.mark.parametrize("signed", [True, False])
async def test_an_answer_is_told_once_wherever_the_process_dies(
    points: list[str], signed: bool, start: Start, des: DES, network: Network, clock: SimulatedClock
) -> None:
    state = "SIGNED" if signed else "DECLINED"
    points = [point for point in points if f".{state}." in point]
    crash = DyingAt(set(points))
    backend = start(crash)
    async with saver("ada", network, clock) as ada:
        request = await asked(ada)
        await fetch(ada, request)
        if points:
            with pytest.raises(Crashed):
                await say(ada, request, signed=signed)
            backend.close()
            backend = start(crash)
            await clock.advance(LEASE)  # where others share the database, they wait for a claim to run out
        for _ in points[1:]:
            await clock.advance(LEASE)
            with pytest.raises(Crashed):
                await backend.work_off()
            backend.close()
            backend = start(crash)
            await clock.advance(LEASE)

        await clock.advance(LEASE)  # where others share the database, the dead one's claim runs out first
        await backend.work_off()
        answer = await say(ada, request, signed=signed)

        assert crash.points == set()
        assert (answer.status_code, answer.json()["consent"]["state"]) == (200, "CONSENTED" if signed else "REJECTED")
        assert await draft_states(ada) == [not signed]
        await let_pass(timedelta(days=3), backend, clock)
        assert len(await ada.accounts_at_des()) == (1 if signed else 0)
        assert len(await ada.deposits()) == (1 if signed else 0)
    backend.close()


class TestAnAccountForEachDream:
    @pytest.fixture
    def settings(self, settings: Bank) -> Bank:
        return attrs.evolve(settings, account_for_each_dream=True)

    @pytest.fixture
    def tenant(self, tenant: Tenant) -> Tenant:
        return attrs.evolve(tenant, account_setup=AccountSetup.PER_DREAM)

    async def test_a_signature_opens_the_dreams_own(
        self, ada: Saver, backend: BankBackend, clock: SimulatedClock
    ) -> None:
        for name in ("Bike", "Boat"):
            dream = await ada.dreams(name)
            await ada.saves_for(dream, 5_000)
        for launch in (await ada.des.get("/v1/savehack-launches")).json()["savehackLaunches"]:
            request = await ask(ada, launch["id"])
            await fetch(ada, request)
            await say(ada, request, signed=True)

        await let_pass(timedelta(days=3), backend, clock)

        assert len(await ada.accounts_at_des()) == 2
        assert await ada.holds() == {"Bike": 5_000, "Boat": 5_000}

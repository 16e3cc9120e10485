"""When DES fetches a bank's keys, and what it does when it cannot."""

from datetime import timedelta

import httpx
import pytest

from bank_app_sim.des.access.id_tokens import Identity, TokenVerifier
from bank_app_sim.server.http.answers import Refused
from bank_app_sim.timeline.clock import SimulatedClock

from ..bank import TENANT, Bank, new_key
from .tokens import NOT_PUBLISHED, believed, published


async def test_why_the_keys_cannot_be_had_is_said(clock: SimulatedClock, bank: Bank) -> None:
    nowhere = httpx.MockTransport(lambda _request: httpx.Response(404, text="\x1b[31mno"))

    with pytest.raises(Refused) as refused:
        await TokenVerifier(TENANT, clock, nowhere).verify(bank.id_token("ada"))

    assert f"{TENANT.jwks_url} cannot be had (the answer was 404)" in str(refused.value)


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"keys":' * 100_000, b"", b"<html>", b'{"keys":NaN}', b"\xff"])
async def test_an_answer_that_is_no_json_is_to_be_tried_again(text: bytes, verifier: TokenVerifier, bank: Bank) -> None:
    bank.document = text

    with pytest.raises(Refused) as refused:
        await verifier.verify(bank.id_token("ada"))

    assert refused.value.answer.status == 503


async def test_keys_are_fetched_once_an_hour(verifier: TokenVerifier, bank: Bank, clock: SimulatedClock) -> None:
    for _ in range(2):
        await verifier.verify(bank.id_token("ada"))
    assert bank.asked == 1

    await clock.advance(timedelta(minutes=59, seconds=59))
    await verifier.verify(bank.id_token("ada"))
    assert bank.asked == 1

    await clock.advance(timedelta(seconds=1))
    await verifier.verify(bank.id_token("ada"))
    assert bank.asked == 2


async def test_a_key_that_was_withdrawn_opens_nothing_after_an_hour(
    verifier: TokenVerifier, bank: Bank, clock: SimulatedClock
) -> None:
    await verifier.verify(bank.id_token("ada"))
    bank.published = [published(new_key("key-2"))]

    await clock.advance(timedelta(minutes=59))
    soon = await believed(verifier, bank.id_token("ada"))
    await clock.advance(timedelta(minutes=1))
    late = await believed(verifier, bank.id_token("ada"))

    assert isinstance(soon, Identity)
    assert late == NOT_PUBLISHED


@pytest.mark.parametrize("kid", ["key-2", "key-1"])
async def test_a_new_key_is_found_without_asking_all_the_time(
    kid: str, verifier: TokenVerifier, bank: Bank, clock: SimulatedClock
) -> None:
    """Also one under the old name."""
    await verifier.verify(bank.id_token("ada"))
    bank.keys[0] = new_key(kid)

    at_once = [await believed(verifier, bank.id_token("ada")) for _ in range(3)]
    await clock.advance(timedelta(minutes=1))
    a_minute_later = await believed(verifier, bank.id_token("ada"))
    asked_by_then = bank.asked
    forged = [await believed(verifier, bank.sign(bank.claims("ada"), key=new_key("key-9"))) for _ in range(3)]

    assert {type(each) for each in at_once} == {str}
    assert isinstance(a_minute_later, Identity)
    assert forged == [NOT_PUBLISHED] * 3
    assert (asked_by_then, bank.asked) == (2, 2)


async def test_old_keys_do_when_a_new_one_cannot_be_looked_for(
    verifier: TokenVerifier, bank: Bank, clock: SimulatedClock
) -> None:
    await verifier.verify(bank.id_token("ada"))
    await clock.advance(timedelta(minutes=5))
    bank.is_down = True

    with pytest.raises(Refused) as refused:
        await verifier.verify(bank.sign(bank.claims("ada"), key=new_key("key-9")))

    assert refused.value.answer.status == 503
    assert isinstance(await believed(verifier, bank.id_token("ada")), Identity)


async def test_a_new_key_is_not_refused_because_the_bank_did_not_answer_a_moment_ago(
    verifier: TokenVerifier, bank: Bank, clock: SimulatedClock
) -> None:
    await verifier.verify(bank.id_token("ada"))
    await clock.advance(timedelta(minutes=5))
    bank.keys[0], bank.is_down = new_key("key-2"), True
    statuses = []
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            await verifier.verify(bank.id_token("ada"))
        statuses.append(refused.value.answer.status)
        bank.is_down = False

    await clock.advance(timedelta(minutes=1))

    assert statuses == [503, 503]
    assert bank.asked == 2
    assert isinstance(await believed(verifier, bank.id_token("ada")), Identity)


async def test_without_the_banks_keys_a_launch_is_to_be_tried_again(verifier: TokenVerifier, bank: Bank) -> None:
    bank.is_down = True
    with pytest.raises(Refused) as refused:
        await verifier.verify(bank.id_token("ada"))
    bank.is_down = False

    assert refused.value.answer.status == 503
    assert refused.value.answer.headers["Retry-After"] == "5"
    assert isinstance(await believed(verifier, bank.id_token("ada")), Identity)

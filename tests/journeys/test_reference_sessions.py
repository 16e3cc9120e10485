"""The journeys of the vendor's pages on sessions. Their numbers are those of docs/des.md, section 5."""

from datetime import timedelta

import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    ExitRequest,
    IDTokenExpired,
    SessionClosed,
)

from .reference import has_in_order, note


async def test_5_8_a_token_renewed_session_lasts_with_new_tokens() -> None:
    """30 seconds before the end the host is asked for a new ID token; without one the session ends, and it is told."""
    async with Simulation(seed=1, token_lifetime=timedelta(minutes=10)) as simulation:
        has_tokens = True
        exits: list[ExitRequest] = []

        async def id_token_expired(request: IDTokenExpired) -> str:
            note(simulation, "callback: ID Token Expired")
            if not has_tokens:
                raise ConnectionError("the bank's sign-in is away")
            return simulation.id_token("ada")

        async def exit_requested(request: ExitRequest) -> None:
            note(simulation, "callback: Exit Requested")
            exits.append(request)

        sdk = simulation.sdk()
        sdk.register(id_token_expired=id_token_expired, exit_requested=exit_requested)
        session = await sdk.launch(simulation.id_token("ada"))
        await simulation.advance(timedelta(minutes=25))
        await session.create_dream("Bike", target_cents=250_000)
        assert exits == []

        has_tokens = False
        await simulation.advance(timedelta(minutes=10))

        with pytest.raises(SessionClosed):
            await session.create_dream("Boat", target_cents=250_000)
        assert len(exits) == 1
        renewed = ("callback: ID Token Expired", "PATCH /session", "200 OK")
        ended = ("callback: ID Token Expired", "callback: Exit Requested")
        assert has_in_order(simulation, *renewed, *renewed, "Create Dream", *ended)


async def test_5_8_an_activity_renewed_session_lasts_while_the_user_is_there() -> None:
    async with Simulation(
        seed=1, session_renewal="activity", session_inactivity_timeout=timedelta(minutes=5)
    ) as simulation:
        exits: list[ExitRequest] = []

        async def exit_requested(request: ExitRequest) -> None:
            exits.append(request)

        sdk = simulation.sdk()
        sdk.register(exit_requested=exit_requested)
        session = await sdk.launch(simulation.id_token("ada"))
        for _ in range(3):
            await simulation.advance(timedelta(minutes=4))
            await session.keep_alive()
        await simulation.advance(timedelta(minutes=4))
        await session.create_dream("Bike", target_cents=250_000)
        assert exits == []

        await simulation.advance(timedelta(minutes=6))

        with pytest.raises(SessionClosed):
            await session.create_dream("Boat", target_cents=250_000)
        assert [each.reason for each in exits] == ["expired"]
        assert has_in_order(simulation, "POST /session/keep-alive", "Create Dream")


async def test_5_8_signing_out_ends_the_session_in_both_places() -> None:
    async with Simulation(seed=1) as simulation:
        exits: list[ExitRequest] = []

        async def exit_requested(request: ExitRequest) -> None:
            exits.append(request)

        sdk = simulation.sdk()
        sdk.register(exit_requested=exit_requested)
        session = await sdk.launch(simulation.id_token("ada"))

        await session.sign_out()
        await simulation.advance(timedelta(seconds=1))

        with pytest.raises(SessionClosed):
            session.dreams()
        assert [each.reason for each in exits] == ["signed_out"]
        assert has_in_order(simulation, "DELETE /session", "204 No Content")

"""The limits of a call, on a session and on the SDK that gives it. The host's own time is not the call's."""

from datetime import timedelta

import anyio
import attrs
import httpx
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    AccountProvisioningRequest,
    CallStarted,
    ConfigurationError,
    Dream,
    HandoverEnded,
    HandoverOutcome,
    HookEvent,
    IDTokenExpired,
    ImpactSDK,
    NotSent,
    OutcomeUnknown,
    Session,
    Unauthorized,
    Weekly,
)

from ..impact_sdk.fixed_clock import FixedClock

WEEKLY = Weekly(amount_cents=5_000, weekday=0)


async def test_a_deadline_stands_still_while_the_host_is_asked() -> None:
    asked = anyio.Event()
    answered = anyio.Event()

    async def open_account(request: AccountProvisioningRequest) -> None:
        asked.set()
        await answered.wait()

    async with Simulation(seed=7) as sim:
        sdk = sim.sdk()
        sdk.register(account_provisioning_requested=open_account)
        session = await sdk.launch(sim.id_token("ada"))
        dream = await session.create_dream("Bike")
        launched: list[str] = []

        async def launch() -> None:
            launched.append((await session.launch_savehack(dream, WEEKLY, deadline=60)).state)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(launch)
            await asked.wait()
            await sim.advance(timedelta(minutes=10))
            answered.set()

    assert launched == ["active"]


async def silent(request: IDTokenExpired) -> str:
    await anyio.sleep_forever()
    return ""


async def test_a_call_does_not_wait_for_a_new_token_beyond_its_deadline() -> None:
    """DES does not know the session any more. The call does not wait until the host has given a token."""
    async with Simulation(seed=7, token_lifetime=timedelta(minutes=5)) as sim:
        sdk = sim.sdk()
        sdk.register(id_token_expired=silent)
        session = await sdk.launch(sim.id_token("ada"))
        other = await sdk.launch(sim.id_token("ada"))
        other._lifetime.validity.cookie = session._lifetime.validity.cookie  # one session at DES
        await other.sign_out()
        with anyio.fail_after(5), pytest.raises(Unauthorized, match=r"the deadline of 0\.05 s"):
            await session.create_dream("Bike", deadline=0.05)


async def test_hooks_hear_of_the_question_for_a_token() -> None:
    events: list[HookEvent] = []

    async with Simulation(seed=7, token_lifetime=timedelta(minutes=5)) as sim:
        sdk = sim.sdk(hooks=[events.append])

        async def renew(request: IDTokenExpired) -> str:
            return sim.id_token("ada")

        sdk.register(id_token_expired=renew)
        await sdk.launch(sim.id_token("ada"))
        await sim.advance(timedelta(minutes=4, seconds=31))
        sdk.register(id_token_expired=silent)
        await sim.advance(timedelta(minutes=10))

    ended = [event for event in events if isinstance(event, HandoverEnded)]
    assert [(event.handover.callback, event.outcome) for event in ended] == [
        ("id_token_expired", HandoverOutcome.ANSWERED),
        ("id_token_expired", HandoverOutcome.TIMED_OUT),
    ]
    assert "session.renew" in [event.name for event in events if isinstance(event, CallStarted)]


async def test_no_event_of_a_session_holds_its_proof() -> None:
    events: list[HookEvent] = []
    tokens: list[str] = []

    async with Simulation(seed=7, token_lifetime=timedelta(minutes=5)) as sim:
        sdk = sim.sdk(hooks=[events.append])

        async def renew(request: IDTokenExpired) -> str:
            tokens.append(sim.id_token("ada"))
            return tokens[-1]

        sdk.register(id_token_expired=renew, account_provisioning_requested=answers)
        tokens.append(sim.id_token("ada"))
        with sdk.replies() as replies:
            session = await sdk.launch(tokens[0])
            dream = await session.create_dream("Bike")
            await session.launch_savehack(dream, WEEKLY)
            await sim.advance(timedelta(minutes=4, seconds=31))
            await session.sign_out()
        cookies = [cookie.partition("=")[2].partition(";")[0] for reply in replies for cookie in reply.set_cookies]

    assert len(tokens) == 2
    assert cookies
    assert [secret for secret in (*tokens, *filter(None, cookies)) if secret in repr(events)] == []


async def refused(session: Session, dream: Dream) -> str:
    with pytest.raises(ConfigurationError) as caught:
        await session.launch_savehack(dream, WEEKLY, attempts=0)
    return str(caught.value)


async def test_a_session_has_the_limits_of_its_sdk() -> None:
    names: list[str] = []

    def hear(event: HookEvent) -> None:
        if isinstance(event, CallStarted):
            names.append(event.name)

    async with Simulation(seed=7) as sim:
        sdk = sim.sdk(hooks=[hear])
        async with sdk.with_options(deadline=5, attempts=1) as quick:
            session = await quick.launch(sim.id_token("ada"), timeout=3)
        # The view is left, and the session goes on.
        dream = await session.create_dream("Bike")
        policy = session._transport.policy
        assert (policy.deadline_seconds, policy.attempts) == (5, 1)

        view = session.with_options(timeout=2)
        assert view.user is session.user
        async with view:
            assert [each.id async for each in view.dreams()] == [dream.id]
        assert await refused(session, dream) == "attempts is 0; give 1 or more"
        await view.sign_out()

    assert names == [
        "sdk.launch",
        "session.create_dream",
        "session.dreams",
        "session.sign_out",
    ]


@attrs.define
class Slow(httpx.AsyncBaseTransport):
    """The real sandbox, which takes three seconds to launch a savehack: by the SDK's clock alone."""

    simulation: Simulation
    clock: FixedClock = attrs.field(factory=FixedClock)
    asked: list[str] = attrs.field(factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path.removeprefix('/v1')}")
        if self.asked[-1] == "POST /savehack-launches":
            self.clock.moment += timedelta(seconds=3)
        return await httpx.ASGITransport(self.simulation.des.app).handle_async_request(request)


async def answers(request: AccountProvisioningRequest) -> None: ...


async def test_an_error_after_the_deadline_says_what_was_made_before_it() -> None:
    """The next request was not sent, but the savehack must not be launched again."""
    async with Simulation(seed=7) as sim:
        slow = Slow(sim)
        async with ImpactSDK(sim.des_url, client_id=sim.client_id, transport=slow, clock=slow.clock) as sdk:
            sdk.register(account_provisioning_requested=answers)
            session = await sdk.launch(sim.id_token("ada"))
            dream = await session.create_dream("Bike")
            with pytest.raises(OutcomeUnknown, match=r"the savehack launch \S+ was made and is kept") as caught:
                await session.launch_savehack(dream, WEEKLY, deadline=2)
            assert len([launch async for launch in session.savehack_launches()]) == 1

    assert "GET /v1/savehack-launches was not sent, as the deadline of 2 s was reached before" in str(caught.value)
    assert isinstance(caught.value.__cause__, NotSent)

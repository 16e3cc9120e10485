"""Sessions and SDKs that are closed while the host is asked, and a bank that refuses."""

from datetime import timedelta

import anyio
import attrs
import httpx
import pytest

from bank_app_sim import Simulation
from impact_sdk import (
    AccountProvisioningRequest,
    LaunchState,
    SavehackLaunch,
    SessionClosed,
)

from .faults import Faults
from .host import WEEKLY, Host, User, asking, launched


async def test_closing_the_session_cancels_the_callback_and_fails_its_waiters(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    async with asking(user, host) as outcome:
        await user.session.close()
        assert host.was_cancelled

    (error,) = outcome
    assert isinstance(error, SessionClosed)
    with pytest.raises(SessionClosed, match="launch again"):
        await user.session.create_dream("Boat", target_cents=1)


@attrs.define
class Tidy:
    """Cleans up when it is cancelled, until the test lets it end."""

    was_asked: anyio.Event = attrs.field(factory=anyio.Event)
    may_end: anyio.Event = attrs.field(factory=anyio.Event)

    async def __call__(self, request: AccountProvisioningRequest) -> None:
        try:
            self.was_asked.set()
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await self.may_end.wait()


async def test_a_callback_that_cleans_up_for_longer_than_its_time_limit_does_no_harm(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(account_provisioning_timeout=timedelta(minutes=1)), Tidy()
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_refused_as_closed, user)
        await host.was_asked.wait()
        tasks.start_soon(user.session.close)
        try:
            with anyio.fail_after(10):
                await simulation.advance(timedelta(minutes=2))
        finally:
            host.may_end.set()

    other = await launched(simulation, sdk)
    assert await other.states() == ["paused"]


async def _refused_as_closed(user: User) -> None:
    with pytest.raises(SessionClosed, match="while the host was asked"):
        await user.session.launch_savehack(user.dream, WEEKLY)


async def test_closing_the_sdk_cancels_the_callback_and_fails_its_waiters(simulation: Simulation) -> None:
    host = Host(waits=True)
    async with anyio.create_task_group() as tasks, Faults(simulation).sdk() as sdk:
        sdk.register(account_provisioning_requested=host)
        user = await launched(simulation, sdk)
        outcome: list[type[Exception]] = []

        async def launch() -> None:
            try:
                await user.session.launch_savehack(user.dream, WEEKLY)
            except SessionClosed as error:
                outcome.append(type(error))

        tasks.start_soon(launch)
        await host.was_asked.wait()

    assert host.was_cancelled
    assert outcome == [SessionClosed]


async def test_closing_one_of_two_sessions_leaves_the_call_to_the_other(simulation: Simulation) -> None:
    sdk, host = simulation.sdk(), Host(waits=True)
    sdk.register(account_provisioning_requested=host)
    user, other = await launched(simulation, sdk), await launched(simulation, sdk)

    async with asking(other, host) as second, asking(user, host) as first:
        await anyio.wait_all_tasks_blocked()
        await user.session.close()
        assert not host.was_cancelled
        host.may_return.set()

    assert isinstance(first[0], SessionClosed)
    assert isinstance(second[0], SavehackLaunch)


async def test_after_the_bank_refuses_a_customer_the_host_is_asked_again_with_a_new_request(
    simulation: Simulation,
) -> None:
    sdk, host = simulation.sdk(), Host()
    sdk.register(account_provisioning_requested=host)
    user = await launched(simulation, sdk)
    await user.session.launch_savehack(user.dream, WEEKLY)

    await simulation.api.users.update(user.session.user.id, provisioning_initiated_at=None)
    assert await user.states() == ["paused"]
    await user.session.launch_savehack(user.dream, WEEKLY)

    assert await user.states() == ["active", "active"]
    assert len({request.request_id for request in host.asked}) == 2


async def test_a_host_that_cancels_its_own_task_group_leaves_nobody_waiting(simulation: Simulation) -> None:
    """The SDK runs callbacks in the host's task group here; when that ends, so does the question."""
    host = Host(waits=True)
    outcome: list[object] = []

    async def launch() -> None:
        try:
            outcome.append(await user.session.launch_savehack(user.dream, WEEKLY))
        except Exception as error:
            outcome.append(error)

    async with anyio.create_task_group() as outer, anyio.create_task_group() as tasks:
        sdk = Faults(simulation).sdk(task_group=tasks)
        sdk.register(account_provisioning_requested=host)
        user = await launched(simulation, sdk)
        outer.start_soon(launch)
        await host.was_asked.wait()
        tasks.cancel_scope.cancel()
    await sdk.aclose()

    assert host.was_cancelled
    assert [type(each) for each in outcome] == [SessionClosed]


@attrs.define
class Stuck(Faults):
    """The first answer of the host does not get through, and cannot be called back."""

    on_its_way: anyio.Event = attrs.field(factory=anyio.Event)
    may_end: anyio.Event = attrs.field(factory=anyio.Event)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH" and not self.on_its_way.is_set():
            self.on_its_way.set()
            with anyio.CancelScope(shield=True):
                await self.may_end.wait()
        return await super().handle_async_request(request)


async def test_a_delivery_that_does_not_end_does_not_delay_the_next_one(simulation: Simulation) -> None:
    """One session closes while the answer is stuck, another one of the user delivers it anew."""
    network, host = Stuck(simulation), Host()
    async with network.sdk() as sdk, anyio.create_task_group() as tasks:
        sdk.register(account_provisioning_requested=host)
        user, other = await launched(simulation, sdk), await launched(simulation, sdk)

        async def launch() -> None:
            with pytest.raises(SessionClosed, match="the answer is kept"):
                await user.session.launch_savehack(user.dream, WEEKLY)

        tasks.start_soon(launch)
        await network.on_its_way.wait()
        tasks.start_soon(user.session.close)
        await anyio.wait_all_tasks_blocked()
        (started,) = await other.session.resume_paused_launches()
        network.may_end.set()

    assert started.state is LaunchState.ACTIVE
    assert len(host.asked) == 1

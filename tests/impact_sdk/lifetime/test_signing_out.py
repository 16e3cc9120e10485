"""Signing out, when DES or the host does not answer."""

from datetime import timedelta

import anyio
import httpx
import pytest
import respx

from impact_sdk import (
    ExitReason,
    ExitRequest,
    ImpactSDK,
    NotSent,
    SessionClosed,
    TransportError,
)

from .host import HandClock, Host, refused, register, session


async def test_signing_out_ends_the_session_here_even_if_des_cannot_be_told(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    host = register(sdk, Host())
    des.post("/users/verify_token").mock(return_value=session())
    des.delete("/v1/session").mock(side_effect=httpx.ConnectError("refused"))
    mine = await sdk.launch("t1")

    with pytest.raises(NotSent) as caught:
        await mine.sign_out()

    assert isinstance(caught.value, TransportError)
    assert "ended here" in "".join(caught.value.__notes__)
    assert [request.reason for request in host.exits] == [ExitReason.SIGNED_OUT]
    with pytest.raises(SessionClosed, match="signed out"):
        mine.dreams()


async def test_signing_out_of_a_session_that_des_has_forgotten_succeeds(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").mock(return_value=session())
    des.delete("/v1/session").mock(return_value=refused())
    mine = await sdk.launch("t1")

    await mine.sign_out()

    assert (host.asked, [request.reason for request in host.exits]) == ([], [ExitReason.SIGNED_OUT])


async def test_signing_out_does_not_wait_forever_for_the_host(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    async def never_end(_request: ExitRequest) -> None:
        await anyio.sleep_forever()

    sdk.register(exit_requested=never_end)
    des.post("/users/verify_token").mock(return_value=session())
    des.delete("/v1/session").respond(204)
    mine = await sdk.launch("t1")
    signed_out: list[bool] = []

    async def sign_out() -> None:
        await mine.sign_out()
        signed_out.append(True)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sign_out)
        await anyio.wait_all_tasks_blocked()
        await clock.jump(timedelta(seconds=29))
        assert signed_out == []
        await clock.jump(timedelta(seconds=1))
        assert signed_out == [True]

    assert "exit_requested has not ended yet" in caplog.text


async def test_signing_out_returns_when_the_host_has_heard(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host())
    des.post("/users/verify_token").mock(return_value=session())
    des.delete("/v1/session").respond(204)
    mine = await sdk.launch("t1")

    with anyio.fail_after(10):
        await mine.sign_out()

    assert [request.reason for request in host.exits] == [ExitReason.SIGNED_OUT]

"""DES does not know the session any more: 401 in the middle of a call."""

from datetime import timedelta

import anyio
import httpx
import orjson
import pytest
import respx

from impact_sdk import (
    ConfigurationError,
    ExitReason,
    IDTokenExpired,
    ImpactSDK,
    SessionClosed,
    Unauthorized,
)

from .host import START, HandClock, Host, create, created, refused, register, session


async def test_a_401_in_the_middle_of_a_call_is_refreshed_once_and_the_call_repeated(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    """The refused request changed nothing, so the next one has the same idempotency key, and the new cookie."""
    host = register(sdk, Host("t2"))
    verify = des.post("/users/verify_token")
    verify.side_effect = [session(cookie="c1"), session(cookie="c2")]
    dreams = des.post("/v1/dreams")
    dreams.side_effect = [refused(), created()]
    mine = await sdk.launch("t1", locale="sv-SE", timezone="Europe/Stockholm")

    await create(mine)

    first, second = (call.request for call in dreams.calls)
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert (first.headers["cookie"], second.headers["cookie"]) == ("impact_session=c1", "impact_session=c2")
    began, again = (orjson.loads(call.request.content) for call in verify.calls)
    assert again == {**began, "token": "t2"}
    assert [(request.user_id, request.external_user_id) for request in host.asked] == [("u1", "ada")]
    assert host.exits == []


async def test_a_second_401_is_raised(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").side_effect = [session(), session(cookie="c2")]
    des.post("/v1/dreams").side_effect = [refused(), refused()]
    mine = await sdk.launch("t1")

    with pytest.raises(Unauthorized):
        await create(mine)

    assert len(host.asked) == 1


async def test_ten_calls_that_des_refuses_at_once_are_one_question(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").side_effect = [session(), session(cookie="c2")]
    des.post("/v1/dreams").mock(
        side_effect=lambda request: refused() if request.headers["cookie"] == "impact_session=c1" else created()
    )
    mine = await sdk.launch("t1")

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(create, mine)

    assert len(host.asked) == 1


async def test_a_late_401_for_the_old_cookie_does_not_ask_again(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").side_effect = [session(), session(cookie="c2")]
    may_answer, late = anyio.Event(), []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["cookie"] == "impact_session=c2":
            return created()
        late.append(request)
        if len(late) == 1:
            await may_answer.wait()
        return refused()

    des.post("/v1/dreams").mock(side_effect=answer)
    mine = await sdk.launch("t1")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(create, mine)
        await anyio.wait_all_tasks_blocked()
        await create(mine)
        may_answer.set()

    assert len(host.asked) == 1


async def test_a_token_of_another_user_ends_the_session(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").side_effect = [session(), session(user="u2", cookie="c2")]
    dreams = des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    with pytest.raises(SessionClosed, match="another user's"):
        await create(mine)
    with pytest.raises(SessionClosed, match="another user's"):
        mine.dreams()

    await anyio.wait_all_tasks_blocked()
    assert [request.reason for request in host.exits] == [ExitReason.TOKEN_REFUSED]
    assert len(dreams.calls) == 1, "nothing is sent in the name of somebody else"


async def test_no_message_has_a_token_that_des_refuses(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("pl4nted"))
    errors = {"errors": [{"field": "token", "errors": ["expired: pl4nted"]}]}
    des.post("/users/verify_token").side_effect = [session(), httpx.Response(422, json=errors)]
    des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    with pytest.raises(SessionClosed, match="does not accept the new ID token") as caught:
        await create(mine)

    await anyio.wait_all_tasks_blocked()
    assert "pl4nted" not in str(caught.value) + repr(host.exits) + repr(mine)


async def test_without_a_callback_a_401_ends_the_session_and_says_what_to_register(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    host = Host()
    sdk.register(exit_requested=host.exit_requested)
    des.post("/users/verify_token").mock(return_value=session())
    des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    with pytest.raises(SessionClosed, match=r"register\(id_token_expired=…\)"):
        await create(mine)

    await anyio.wait_all_tasks_blocked()
    assert [request.reason for request in host.exits] == [ExitReason.EXPIRED]


async def test_no_token_renews_a_session_that_activity_renews(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").mock(return_value=session(renewal="activity"))
    des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    with pytest.raises(SessionClosed, match="does not know it any more"):
        await create(mine)

    await anyio.wait_all_tasks_blocked()
    assert (host.asked, [request.reason for request in host.exits]) == ([], [ExitReason.EXPIRED])


async def test_when_des_cannot_be_reached_with_the_token_the_session_ends(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    host = register(sdk, Host("t2"))
    verify = des.post("/users/verify_token")
    verify.side_effect = [session(), *[httpx.ConnectError("refused")] * 8]
    des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    with pytest.raises(SessionClosed, match="DES could not be told"):
        await create(mine)

    await anyio.wait_all_tasks_blocked()
    assert [request.reason for request in host.exits] == [ExitReason.EXPIRED]


async def test_an_error_of_the_hosts_transport_ends_no_other_session(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    host = register(sdk, Host("t2"))
    verify = des.post("/users/verify_token")
    verify.side_effect = [session(), session(cookie="c2"), *[RuntimeError("a proxy's fault")] * 8]
    dreams = des.post("/v1/dreams")
    dreams.side_effect = [refused(), created()]
    mine, other = await sdk.launch("t1"), await sdk.launch("t3")

    with pytest.raises(SessionClosed, match=r"could not be told the new ID token .*a proxy's fault"):
        await create(mine)
    await create(other)

    await anyio.wait_all_tasks_blocked()
    assert [request.reason for request in host.exits] == [ExitReason.EXPIRED]


async def test_a_host_that_is_silent_after_a_401_has_thirty_seconds(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock
) -> None:
    async def be_silent(request: IDTokenExpired) -> str:
        await anyio.sleep_forever()
        return "t2"

    host = Host()
    sdk.register(id_token_expired=be_silent, exit_requested=host.exit_requested)
    des.post("/users/verify_token").mock(return_value=session())
    des.post("/v1/dreams").mock(return_value=refused())
    mine = await sdk.launch("t1")

    async def try_to_create() -> None:
        with pytest.raises(SessionClosed, match="did not answer in time"):
            await create(mine)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(try_to_create)
        await anyio.wait_all_tasks_blocked()
        await clock.jump(timedelta(seconds=29))
        assert host.exits == []
        await clock.jump(timedelta(seconds=1))

    assert [request.reason for request in host.exits] == [ExitReason.TOKEN_MISSING]


async def test_a_callback_that_calls_the_lost_session_does_not_wait_for_itself(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    async def look_first(request: IDTokenExpired) -> str:
        with pytest.raises(Unauthorized):
            await create(mine)
        return "t2"

    sdk.register(id_token_expired=look_first)
    des.post("/users/verify_token").side_effect = [session(), session(cookie="c2")]
    des.post("/v1/dreams").side_effect = [refused(), refused(), created()]
    mine = await sdk.launch("t1")

    await create(mine)


async def test_a_clock_that_fails_when_the_session_is_lost_leaves_no_call_waiting(
    sdk: ImpactSDK, des: respx.MockRouter, clock: HandClock
) -> None:
    host = register(sdk, Host("t2"))
    des.post("/users/verify_token").side_effect = [session(), session(cookie="c2")]
    des.post("/v1/dreams").side_effect = [refused(), refused(), created()]
    mine = await sdk.launch("t1")
    await anyio.wait_all_tasks_blocked()

    clock.moments = [START, None]
    with pytest.raises(ConfigurationError, match=r"clock\.now\(\) is None"):
        await create(mine)
    assert clock.moments == []

    with anyio.fail_after(10):
        await create(mine)
    assert len(host.asked) == 1

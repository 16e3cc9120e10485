"""Setting up the SDK and beginning a session, against answers written by hand."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import orjson
import pytest
import respx

from impact_sdk import (
    AlreadyLaunching,
    APIError,
    ConfigurationError,
    ImpactSDK,
    InvalidCredentials,
    NotSent,
    ServerError,
    UnexpectedResponse,
    Weekly,
)

from .answers import DREAM
from .fixed_clock import FixedClock

BASE = "https://des.example"
VERIFIED = {
    "user": {"type": "User", "id": "u1", "externalId": "ada"},
    "session": {"expiresAt": "2027-01-04T09:00:00Z", "currency": "SEK", "accountSetup": "one"},
}
COOKIE = {"Set-Cookie": "impact_session=c00kie; HttpOnly; Path=/; SameSite=Lax"}


@pytest.fixture
def des() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE, assert_all_called=False) as router:
        yield router


@pytest.fixture
async def sdk() -> AsyncIterator[ImpactSDK]:
    async with ImpactSDK(BASE, client_id="demo-bank", clock=FixedClock()) as sdk:
        yield sdk


@pytest.mark.parametrize(
    ("base_url", "message"),
    [
        ("", "give the address of DES"),
        (None, "give the address of DES"),
        ("des.example", "is not an http or https address"),
        ("ftp://des.example", "is not an http or https address"),
        ("https://", "is not an http or https address"),
        ("http://des.example:port", "is not an address"),
        ("https://des.example?tenant=1", "more than a host and a path"),
        ("https://me:passw0rd@des.example", "more than a host and a path"),
    ],
)
def test_a_base_url_that_cannot_work_is_refused_and_says_why(base_url: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        ImpactSDK(base_url, client_id="demo-bank")

    assert "passw0rd" not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"client_id": ""},
        {"client_id": None},
        {"client_id": "demo-bank", "account_provisioning_timeout": timedelta()},
        {"client_id": "demo-bank", "account_provisioning_timeout": 600},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: Any) -> None:
    with pytest.raises(ConfigurationError):
        ImpactSDK(BASE, **settings)


async def test_a_launch_sends_what_is_documented_and_gives_a_session(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    # docs/des.md 4.1
    route = des.post("/users/verify_token").respond(200, json=VERIFIED, headers=COOKIE)

    session = await sdk.launch("t0ken", locale="sv-SE", location="/dreams", theme="dark", timezone="Europe/Stockholm")

    assert orjson.loads(route.calls.last.request.content) == {
        "token": "t0ken",
        "locale": "sv-SE",
        "client_id": "demo-bank",
        "location": "/dreams",
        "theme": "dark",
        "timezone": "Europe/Stockholm",
    }
    assert (session.user.id, session.user.external_id) == ("u1", "ada")
    assert session.settings.expires_at == datetime(2027, 1, 4, 9, tzinfo=UTC)
    assert session.settings.currency == "SEK"


async def test_the_sessions_cookie_is_its_own(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    """Two sessions of one SDK share a connection and nothing else."""
    verify = des.post("/users/verify_token")
    verify.side_effect = [
        httpx.Response(200, json=VERIFIED, headers={"Set-Cookie": f"impact_session={name}; Path=/"})
        for name in ("first", "second")
    ]
    dreams = des.post("/v1/dreams").respond(201, json={"dream": DREAM}, headers={"Set-Cookie": "other=1"})
    first, second = await sdk.launch("t1"), await sdk.launch("t2")

    await second.create_dream("Bike", target_cents=1)
    await first.create_dream("Bike", target_cents=1)

    assert "cookie" not in verify.calls.last.request.headers
    assert [call.request.headers["cookie"] for call in dreams.calls] == [
        "impact_session=second",
        "impact_session=first",
    ]


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ([b"impact_session=abc; Path=/; Secure; Partitioned"], b"impact_session=abc"),
        ([b'impact_session="a b"; Priority=High'], b'impact_session="a b"'),
        ([b"impact_session=\xc3\xa5\xff{},; HttpOnly"], b"impact_session=\xc3\xa5\xff{},"),
        # Others do no harm, malformed ones neither.
        ([b"nonsense", b"=x", b"impact_session=abc", b"bad=\x01"], b"impact_session=abc"),
        (
            [b"old=; Max-Age=0", b"gone=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", b"impact_session=a"],
            b"impact_session=a",
        ),
        ([b"lb=1; Max-Age=60", b"impact_session=abc"], b"lb=1; impact_session=abc"),
        ([b"impact_session=a; Path=/x", b"impact_session=b"], b"impact_session=b"),
    ],
)
async def test_all_cookies_of_a_session_are_sent_back_unchanged(
    sdk: ImpactSDK, des: respx.MockRouter, headers: list[bytes], sent: bytes
) -> None:
    begun = httpx.Response(200, json=VERIFIED, headers=[(b"Set-Cookie", each) for each in headers])
    des.post("/users/verify_token").mock(return_value=begun)
    dreams = des.post("/v1/dreams").respond(201, json={"dream": DREAM})

    session = await sdk.launch("t0ken")
    await session.create_dream("Bike", target_cents=1)

    assert dict(dreams.calls.last.request.headers.raw)[b"Cookie"] == sent


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        (["impact_session=a; Max-Age=900", "lb=x; Max-Age=60"], 15),
        (["lb=x; Max-Age=60", "impact_session=a"], 60),
        (["impact_session=a; Max-Age=900; Expires=Mon, 04 Jan 2027 08:01:00 GMT"], 15),
        (["impact_session=a; Expires=Mon, 04 Jan 2027 08:20:00 GMT"], 20),
        (["another_name=a; Max-Age=900"], 15),
        # Which of the two is the session's nobody can tell: what DES says of the session holds.
        (["sid=a; Max-Age=900", "lb=x; Max-Age=60"], 60),
        (["impact_session=a; Max-Age=999999999999999"], 400 * 24 * 60),
    ],
)
async def test_a_session_lasts_as_long_as_its_own_cookie(
    sdk: ImpactSDK, des: respx.MockRouter, headers: list[str], minutes: int
) -> None:
    begun = httpx.Response(200, json=VERIFIED, headers=[("Set-Cookie", each) for each in headers])
    des.post("/users/verify_token").mock(return_value=begun)

    session = await sdk.launch("t0ken")

    assert session.expires_at == FixedClock().now() + timedelta(minutes=minutes)


async def test_a_token_that_des_does_not_accept_is_invalid_credentials(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    errors = [{"field": "token", "errors": ["expired: t0ken"]}]
    des.post("/users/verify_token").respond(422, json={"errors": errors})

    with pytest.raises(InvalidCredentials, match="expired") as caught:
        await sdk.launch("t0ken")

    assert "t0ken" not in str(caught.value)


@pytest.mark.parametrize("nothing", ["", None])
async def test_an_empty_token_is_refused_before_anything_is_sent(sdk: ImpactSDK, nothing: Any) -> None:
    with pytest.raises(InvalidCredentials, match="empty"):
        await sdk.launch(nothing)


@pytest.mark.parametrize(("status", "error"), [(404, APIError), (500, ServerError)])
async def test_any_other_refusal_keeps_its_status(
    sdk: ImpactSDK, des: respx.MockRouter, status: int, error: type[APIError]
) -> None:
    des.post("/users/verify_token").respond(status)

    with pytest.raises(error) as caught:
        await sdk.launch("t0ken")

    assert caught.value.status == status


async def test_a_launch_is_sent_again_after_a_lost_answer(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    route = des.post("/users/verify_token")
    route.side_effect = [httpx.ReadError("reset"), httpx.Response(200, json=VERIFIED, headers=COOKIE)]

    assert (await sdk.launch("t0ken")).user.id == "u1"


async def test_a_launch_that_never_gets_through_was_not_sent(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    des.post("/users/verify_token").mock(side_effect=httpx.ConnectError("refused"))

    with pytest.raises(NotSent, match=r"https://des\.example"):
        await sdk.launch("t0ken")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json=VERIFIED),
        httpx.Response(200, json={"user": {}}, headers=COOKIE),
        httpx.Response(303, headers={"Location": "/"}),
    ],
)
async def test_an_answer_that_is_no_session_says_so(
    sdk: ImpactSDK, des: respx.MockRouter, answer: httpx.Response
) -> None:
    des.post("/users/verify_token").mock(return_value=answer)

    with pytest.raises(UnexpectedResponse):
        await sdk.launch("t0ken")


async def test_the_same_token_cannot_be_launched_twice_at_once(sdk: ImpactSDK, des: respx.MockRouter) -> None:
    answered = anyio.Event()

    async def answer_late(request: httpx.Request) -> httpx.Response:
        await answered.wait()
        return httpx.Response(200, json=VERIFIED, headers=COOKIE)

    des.post("/users/verify_token").mock(side_effect=answer_late)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sdk.launch, "t0ken")
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(AlreadyLaunching):
            await sdk.launch("t0ken")
        answered.set()

    assert await sdk.launch("t0ken")


async def test_an_sdk_that_is_not_open_says_how_to_open_it() -> None:
    with pytest.raises(ConfigurationError, match="async with ImpactSDK"):
        await ImpactSDK(BASE, client_id="demo-bank").launch("t0ken")


async def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    """Not in an ExceptionGroup, which no `except` of a host would match."""
    with pytest.raises(LookupError, match="mine"):
        async with ImpactSDK(BASE, client_id="demo-bank"):
            raise LookupError("mine")


async def test_a_host_with_a_task_group_of_its_own_needs_no_block(des: respx.MockRouter) -> None:
    des.post("/users/verify_token").respond(200, json=VERIFIED, headers=COOKIE)
    async with anyio.create_task_group() as tasks:
        sdk = ImpactSDK(BASE, client_id="demo-bank", task_group=tasks)

        assert (await sdk.launch("t0ken")).user.id == "u1"
        await sdk.aclose()


@pytest.mark.parametrize("callback", [None, "open_account", 5])
async def test_a_value_that_cannot_be_called_cannot_be_registered(sdk: ImpactSDK, callback: Any) -> None:
    with pytest.raises(ConfigurationError):
        sdk.register(account_provisioning_requested=callback)


async def test_a_misspelt_callback_is_a_type_error(sdk: ImpactSDK) -> None:
    with pytest.raises(TypeError, match="account_provisoning_requested"):
        sdk.register(account_provisoning_requested=print)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "terms", [{"amount_cents": 0, "weekday": 0}, {"amount_cents": 1, "weekday": 7}, {"amount_cents": 1.5, "weekday": 0}]
)
def test_impossible_terms_are_refused_where_they_are_made(terms: Any) -> None:
    with pytest.raises(ConfigurationError):
        Weekly(**terms)


async def test_a_value_that_is_no_savehack_is_refused_before_anything_is_sent(
    sdk: ImpactSDK, des: respx.MockRouter
) -> None:
    des.post("/users/verify_token").respond(200, json=VERIFIED, headers=COOKIE)
    session = await sdk.launch("t0ken")

    with pytest.raises(ConfigurationError, match="pass one of Autopilot, Daily, Weekly"):
        await session.launch_savehack("d1", "weekly")  # type: ignore[arg-type]

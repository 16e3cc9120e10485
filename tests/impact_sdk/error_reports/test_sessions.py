"""No report of a failed launch or call of a session shows a secret."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from impact_sdk import (
    AccountProvisioningFailed,
    AccountProvisioningRequest,
    ConfigurationError,
    ImpactAPI,
    ImpactError,
    ImpactSDK,
    InvalidCredentials,
    Session,
    SessionClosed,
    Weekly,
)
from impact_sdk.api.sessions import Sessions
from impact_sdk.auth import IDToken

from ..fixed_clock import FixedClock
from ..reports import what_is_told
from .bad_des import (
    BAD,
    CREDENTIALS,
    DES,
    ID_TOKEN,
    NEXT_ID_TOKEN,
    SECRETS,
    Handler,
    in_each_bad_way,
    raised,
    require_no_secret,
    serving,
)


@pytest.mark.thorough
@in_each_bad_way
async def test_a_renewal(bad: Handler) -> None:
    async with serving(DES({"/v1/session": bad})) as url, ImpactAPI(url, auth=CREDENTIALS) as api:
        session = Sessions(api._transport)
        error = await raised(lambda: session.renew(IDToken(NEXT_ID_TOKEN), timeout=0.1, attempts=1))

    require_no_secret(error, ImpactError)


@asynccontextmanager
async def session_at(des: DES, **options: Any) -> AsyncIterator[tuple[ImpactSDK, Session]]:
    options = {"timeout": 0.1, "attempts": 1, **options}
    async with serving(des) as url, ImpactSDK(url, client_id="demo-bank", **options) as sdk:
        yield sdk, await sdk.launch(ID_TOKEN, timeout=30)


@in_each_bad_way
async def test_a_launch(bad: Handler, connection: dict[str, Any]) -> None:
    options = {**connection, "timeout": 0.1, "attempts": 1}
    async with serving(DES({"/verify_token": bad})) as url, ImpactSDK(url, client_id="demo-bank", **options) as sdk:
        error = await raised(lambda: sdk.launch(ID_TOKEN))

    require_no_secret(error, ImpactError)


Call = Callable[[Session], Awaitable[Any]]


CALLS: dict[str, Call] = {
    "/v1/dreams": lambda session: session.create_dream("Bike"),
    "GET /v1/dreams": lambda session: anext(aiter(session.dreams())),
    "/v1/savehack-launches": lambda session: session.launch_savehack("d1", Weekly(amount_cents=5_000, weekday=0)),
    "/v1/session/keep-alive": lambda session: session.keep_alive(),
    "DELETE /v1/session": lambda session: session.sign_out(),
}


LIKE_ANOTHER = {"GET /v1/dreams", "/v1/savehack-launches", "/v1/session/keep-alive"}


@in_each_bad_way
@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=pytest.mark.thorough if path in LIKE_ANOTHER else ()) for path in CALLS]
)
async def test_a_call_of_a_session(bad: Handler, path: str) -> None:
    des = DES()
    async with session_at(des) as (_, session):
        des.bad[path] = bad
        try:
            await CALLS[path](session)
        except Exception as error:
            caught: Exception | None = error
        else:
            caught = None  # to sign out of a session that has ended

        if caught is not None:
            require_no_secret(caught, ImpactError)


async def test_a_callback_that_fails() -> None:
    async def open_account(request: AccountProvisioningRequest) -> None:
        raise RuntimeError("the bank is closed")

    async with session_at(DES()) as (sdk, session):
        sdk.register(account_provisioning_requested=open_account)
        error = await raised(lambda: session.launch_savehack("d1", Weekly(amount_cents=5_000, weekday=0)))

    require_no_secret(error, AccountProvisioningFailed)


@in_each_bad_way
async def test_a_session_that_is_lost_and_cannot_be_had_again(bad: Handler, caplog: pytest.LogCaptureFixture) -> None:
    """The host gives another token, which DES does not take."""

    async def next_token(_question: object) -> str:
        return NEXT_ID_TOKEN

    des = DES()
    caplog.set_level(logging.DEBUG)
    async with session_at(des, clock=FixedClock()) as (sdk, session):
        sdk.register(id_token_expired=next_token)
        des.bad |= {"POST /v1/dreams": BAD["401"], "/users/verify_token": bad}
        error = await raised(lambda: session.create_dream("Bike"))
    require_no_secret(error, SessionClosed)
    for record in caplog.records:
        if record.exc_info and record.exc_info[1]:
            require_no_secret(record.exc_info[1], Exception)


@in_each_bad_way
async def test_a_session_that_is_taken_up(bad: Handler, connection: dict[str, Any]) -> None:
    des = DES()
    async with session_at(des, **connection) as (sdk, session):
        exported = session.export()
        des.bad["/v1/"] = bad
        error = await raised(lambda: sdk.resume(exported.reveal()))

    secrets = {**SECRETS, "exported session": exported.reveal()}
    assert isinstance(error, ImpactError)
    assert what_is_told(error, secrets) == []


@pytest.mark.parametrize("part", [slice(0, -5), slice(5, None), slice(0, 60), slice(0, 0)])
async def test_a_session_that_cannot_be_taken_up(part: slice) -> None:
    async with session_at(DES()) as (sdk, session):
        exported = session.export().reveal()
        error = await raised(lambda: sdk.resume(exported[part]))

    assert isinstance(error, InvalidCredentials)
    assert what_is_told(error, {**SECRETS, "exported session": exported[60:]}) == []


@pytest.mark.parametrize(
    ("token", "options", "kind"),
    [
        (f"{ID_TOKEN}\ud800", {}, InvalidCredentials),
        (ID_TOKEN.encode(), {}, InvalidCredentials),
        ([ID_TOKEN], {}, InvalidCredentials),
        (ID_TOKEN, {"locale": 5}, ConfigurationError),
        (ID_TOKEN, {"locale": None}, ConfigurationError),
        (ID_TOKEN, {"theme": "\ud800"}, ConfigurationError),
    ],
)
async def test_a_launch_that_cannot_be(token: Any, options: dict[str, Any], kind: type[Exception]) -> None:
    async with ImpactSDK("http://127.0.0.1:1", client_id="demo-bank") as sdk:
        error = await raised(lambda: sdk.launch(token, **options))

    require_no_secret(error, kind)


async def test_a_launch_on_an_sdk_that_is_not_open() -> None:
    sdk = ImpactSDK("http://127.0.0.1:1", client_id="demo-bank")

    require_no_secret(await raised(lambda: sdk.launch(ID_TOKEN)), ConfigurationError)
    await sdk.aclose()

"""Every argument of every call of the API and of a session: DES gets it, or our own error names it."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import cached_property, partial
from typing import Any

import httpx
import pytest

from impact_sdk import (
    AccountUpdate,
    APIError,
    ConfigurationError,
    ImpactAPI,
    ImpactSDK,
    Session,
    SessionClosed,
    TransactionUpdate,
    UnknownArgument,
    Weekly,
)

from .arguments import BASE, api, finished, on_one_loop, outcome, refuses, wrong_values
from .operations import A_LAUNCH, SECRET, THEN

# What each argument may be, where it is needed.
VALID: dict[str, Any] = {
    "account_id": "a1",
    "amount_cents": 5,
    "consent_id": "c1",
    "dream": "d1",
    "dream_id": "d1",
    "errors": ["no"],
    "external_id": "x",
    "from_account_id": "a1",
    "from_dream_id": "d1",
    "launch": A_LAUNCH,
    "launch_id": "l1",
    "name": "Bike",
    "savehack_id": "s1",
    "savehack_launch_id": "l1",
    "secret": SECRET,
    "target_cents": 5,
    "temporary_id": "x1",
    "terms": Weekly(amount_cents=5, weekday=0),
    "to_account_id": "a2",
    "transaction_id": "t1",
    "type": "SharedSavings",
    "url": "http://127.0.0.1:1/",
    "user_id": "u1",
}
OPTIONS = ("timeout", "attempts", "deadline", "idempotency_key")
# They begin with something else, or take no argument.
NO_CALLS = {"replies", "aclose", "with_options"}


def calls_of(thing: object) -> Iterator[tuple[str, str]]:
    """Each argument of each public method."""
    for name, method in inspect.getmembers(type(thing), inspect.isfunction):
        if name.startswith("_") or name in NO_CALLS:
            continue
        parameters = list(inspect.signature(method).parameters.values())[1:]
        for parameter in parameters:
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD:
                yield name, parameter.name
            else:
                options = OPTIONS if "Post" in str(parameter.annotation) else OPTIONS[:3]
                yield from ((name, option) for option in options)


def needed(method: Callable[..., Any]) -> dict[str, Any]:
    parameters = inspect.signature(method).parameters.values()
    return {
        parameter.name: VALID[parameter.name]
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }


def groups(client: ImpactAPI) -> Mapping[str, object]:
    return {
        name: getattr(client, name) for name, kind in vars(type(client)).items() if isinstance(kind, cached_property)
    }


API_CALLS = sorted(
    {(group, method, name) for group, thing in groups(api()).items() for method, name in calls_of(thing)}
)


async def judge(call: Callable[[], Any], name: str, value: Any, *, never: bool) -> None:
    """A call with a wrong argument is refused by us, naming it, or gets as far as DES."""
    error = await outcome(call)
    if isinstance(error, ConfigurationError):
        assert name in str(error), f"{error} does not say that it is about {name}"
        assert len(str(error)) < 1_000
        assert str(error).isprintable()
    else:
        assert error is None or (isinstance(error, APIError) and error.status == 418)
        assert not never, f"{name} as {type(value)} was taken"


def may_be_huge(name: str, value: Any) -> bool:
    return name in ("attempts", "timeout", "deadline") and type(value) is int


@pytest.mark.thorough
@on_one_loop
@pytest.mark.parametrize(("group", "method"), sorted({call[:2] for call in API_CALLS}))
async def test_every_argument_of_the_api(group: str, method: str) -> None:
    async with api() as client:
        call = getattr(getattr(client, group), method)
        for name in [name for *called, name in API_CALLS if called == [group, method]]:
            for value, never in wrong_values():
                given = {**needed(call), "attempts": 1, name: value}
                await judge(partial(call, **given), name, value, never=never and not may_be_huge(name, value))


@on_one_loop
@pytest.mark.parametrize(("group", "method"), sorted({call[:2] for call in API_CALLS}))
async def test_every_misspelled_argument_of_the_api(group: str, method: str) -> None:
    async with api() as client:
        call = getattr(getattr(client, group), method)
        names = [name for *called, name in API_CALLS if called == [group, method]]
        foreign = {"query", "body", "form", "conceal", "is_repeatable", "path", "method", "zzz", *OPTIONS}
        for name in [*(f"{name}x" for name in names), *sorted(foreign.difference(names))]:
            error = await outcome(partial(call, **needed(call), **{name: "s3cret"}))
            assert isinstance(error, UnknownArgument)
            assert f"api.{group}.{method}() has no argument '{name}'" in str(error)
            assert not name.endswith("x") or f"did you mean {name[:-1]}?" in str(error)
            assert "s3cret" not in str(error)


@on_one_loop
async def test_a_listing_says_at_once_that_an_argument_is_misspelled() -> None:
    async with api() as client:
        with pytest.raises(UnknownArgument):
            client.dreams.list(tiemout=5)  # type: ignore[call-arg]


SESSION_CALLS = sorted(
    {(method, name) for method, name in calls_of(Session.__new__(Session)) if method not in ("close", "sign_out")}
)


@asynccontextmanager
async def a_session() -> AsyncIterator[Session]:
    async with ImpactSDK(BASE, client_id="demo-bank", transport=httpx.MockTransport(refuses)) as sdk:
        yield await sdk.launch("t0ken")


@on_one_loop
@pytest.mark.parametrize(("method", "name"), SESSION_CALLS)
async def test_every_argument_of_a_session(method: str, name: str) -> None:
    async with a_session() as session:
        call = getattr(session, method)
        for value, never in wrong_values():
            await judge(
                partial(call, **{**needed(call), name: value}),
                name,
                value,
                never=never and not may_be_huge(name, value),
            )


@on_one_loop
@pytest.mark.parametrize("kind", [AccountUpdate, TransactionUpdate])
async def test_every_part_of_an_update(kind: Any) -> None:
    async with api() as client:
        for name in inspect.signature(kind).parameters:
            right = {"id": "i1", **({"failed_at": THEN} if kind is TransactionUpdate and name != "settled_at" else {})}

            async def update(value: Any, name: str = name, right: Mapping[str, Any] = right) -> None:
                changed = kind(**{**right, name: value})
                listed: dict[str, Any] = {"accounts" if kind is AccountUpdate else "transactions": [changed]}
                await client.users.update("u1", attempts=1, **listed)

            for value, never in wrong_values():
                await judge(partial(update, value), name, value, never=never)


async def test_whatever_is_called_after_the_end_says_that_it_has_ended() -> None:
    client = api()
    async with client:
        pass
    await client.aclose()
    for group, method, _ in API_CALLS:
        call = getattr(getattr(client, group), method)
        with pytest.raises(ConfigurationError, match="closed"):
            await finished(call(**needed(call)))
    with pytest.raises(ConfigurationError, match="closed"):
        await client.__aenter__()


async def test_a_session_says_after_the_end_that_it_has_ended() -> None:
    sdk = ImpactSDK(BASE, client_id="demo-bank", transport=httpx.MockTransport(refuses))
    async with sdk:
        session = await sdk.launch("t0ken")
    await sdk.aclose()
    await session.close()
    await session.sign_out()

    for method, _ in SESSION_CALLS:
        call = getattr(session, method)
        with pytest.raises(SessionClosed):
            await finished(call(**needed(call)))
    with pytest.raises(ConfigurationError, match="this ImpactSDK is closed; make another one"):
        await sdk.launch("t0ken")
    with pytest.raises(ConfigurationError, match="closed"):
        await sdk.__aenter__()

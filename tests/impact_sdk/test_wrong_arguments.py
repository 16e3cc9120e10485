"""Whatever a caller gives to whatever is public: it is taken, or one of our own errors says which argument it was."""

import enum
import inspect
import math
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cached_property, partial
from typing import Any

import anyio
import httpx
import pytest

import impact_sdk
from impact_sdk import (
    AccountUpdate,
    APIError,
    Blocking,
    ClientCredentials,
    ClientOptions,
    ConfigurationError,
    ImpactAPI,
    ImpactError,
    ImpactSDK,
    InvalidCredentials,
    MemoryReplayStore,
    OneTime,
    Session,
    SessionClosed,
    SystemClock,
    TransactionUpdate,
    UnknownArgument,
    WebhookVerifier,
    Weekly,
)
from impact_sdk.exports import MODULE_OF
from impact_sdk.mistakes.named import told_by_name
from impact_sdk.models import SAVEHACK_TYPES

from .answers import USER
from .operations import A_LAUNCH, SECRET, THEN

BASE = "https://des.example/sandbox"
LONG = "x" * 70_000


class Odd:
    """Something of somebody else's, which cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


class OddZone(tzinfo):
    def utcoffset(self, at: datetime | None) -> timedelta:
        raise RuntimeError("no")

    def dst(self, at: datetime | None) -> None: ...

    def tzname(self, at: datetime | None) -> None: ...

    def __repr__(self) -> str:
        return "odd"


class OthersFloat(float):
    """As numpy has its own."""


# Right for no argument at all.
NEVER: dict[str, Any] = {
    "half of a character": "a\ud800",
    "bytes": b"x",
    "an object": Odd(),
    "a number that is none": math.nan,
    "an infinity": -math.inf,
    "more than 64 bits": 2**64,
    "more digits than Python writes": 10**5_000,
    "a complex number": 1j,
    "a set": {1},
    "a list of anything": [Odd()],
    "a table": {"a": Odd()},
    "a moment without a zone": datetime(2027, 1, 4),  # noqa: DTZ001
    "a moment of an odd zone": datetime(2027, 1, 4, tzinfo=OddZone()),
    "a moment beyond the calendar": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
    "a function": lambda: None,
    "a class": int,
}
# Right for some, or for DES to judge.
SOMETIMES: dict[str, Any] = {
    "None": None,
    "nothing": "",
    "a blank": " ",
    "NUL": "a\0b",
    "a line": "a\r\nX: y",
    "a long text": LONG,
    "a text in digits": "3",
    "not of ASCII": "é",
    "dots": "..",
    "True": True,
    "nought": 0,
    "less than nothing": -1,
    "a fraction": 1.5,
    "a huge fraction": 1e300,
    "a fraction of another library": OthersFloat(2.5),
    "a day": date(2027, 1, 4),
    "the last moment": datetime.max.replace(tzinfo=UTC),
    "a moment": THEN,
    "no time": timedelta(),
    "all time": timedelta.max,
    "an empty list": [],
    "a list of texts": ["a", "b"],
    "an empty table": {},
}
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


# Nothing is sent.
on_one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])


def refuses(request: httpx.Request) -> httpx.Response:
    """A DES that is asked and says no: whatever gets here could be written."""
    if request.url.path.endswith("/oauth/token"):
        return httpx.Response(200, json={"access_token": "t"})
    if request.url.path.endswith("/savehacks"):
        return httpx.Response(200, json={"savehacks": [{"id": "s1", "type": "Weekly", "translatedName": {}}]})
    if request.url.path.endswith("/users/verify_token"):
        settings = {"expiresAt": "2099-01-04T09:00:00Z"}
        return httpx.Response(
            200, json={"user": USER, "session": settings}, headers={"Set-Cookie": "impact_session=a; Max-Age=900"}
        )
    return httpx.Response(418)


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


async def finished(asked: Any) -> None:
    if isinstance(asked, AsyncIterator):
        await anext(asked)
    elif isinstance(asked, Awaitable):
        await asked


def api() -> ImpactAPI:
    credentials = ClientCredentials("demo-bank", "secret")
    return ImpactAPI(BASE, auth=credentials, transport=httpx.MockTransport(refuses))


def groups(client: ImpactAPI) -> Mapping[str, object]:
    return {
        name: getattr(client, name) for name, kind in vars(type(client)).items() if isinstance(kind, cached_property)
    }


API_CALLS = sorted(
    {(group, method, name) for group, thing in groups(api()).items() for method, name in calls_of(thing)}
)


async def outcome(call: Callable[[], Any]) -> ImpactError | None:
    """What became of a call; whatever is no error of ours fails the test."""
    try:
        await finished(call())
    except ImpactError as error:
        return error
    return None


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


def wrong_values() -> Iterator[tuple[Any, bool]]:
    yield from ((value, True) for value in NEVER.values())
    yield from ((value, False) for value in SOMETIMES.values())


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


async def verify(**given: Any) -> object:
    return await WebhookVerifier(SECRET, replays=None).verify(**{"body": b"{}", "headers": {}, **given})


async def launch(**given: Any) -> object:
    async with ImpactSDK(BASE, client_id="demo-bank", transport=httpx.MockTransport(refuses)) as sdk:
        return await sdk.launch(**{"id_token": "t0ken", **given})


def register(**given: Any) -> object:
    return ImpactSDK(BASE, client_id="demo-bank").register(**given)


CREDENTIALS = ClientCredentials("demo-bank", "secret")
MAKERS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "Blocking": (Blocking, Blocking),
    "ClientCredentials": (
        ClientCredentials,
        lambda **given: ClientCredentials(**{"client_id": "a", "client_secret": "b", **given}),
    ),
    "ImpactAPI": (ImpactAPI, lambda **given: ImpactAPI(**{"base_url": BASE, "auth": CREDENTIALS, **given})),
    "ImpactSDK": (ImpactSDK, lambda **given: ImpactSDK(**{"base_url": BASE, "client_id": "a", **given})),
    "MemoryReplayStore": (MemoryReplayStore, MemoryReplayStore),
    "WebhookVerifier": (
        WebhookVerifier,
        lambda **given: WebhookVerifier(**{"secrets": SECRET, "replays": None, **given}),
    ),
    "launch": (ImpactSDK.launch, launch),
    "register": (ImpactSDK.register, register),
    "verify": (WebhookVerifier.verify, verify),
}


def arguments_of(made: Callable[..., Any]) -> list[str]:
    """The names of what it takes, those of a client's options too."""
    names = [name for name in inspect.signature(made).parameters if name not in ("self", "options")]
    return [*names, *(ClientOptions.__annotations__ if made in (ImpactAPI, ImpactSDK) else ())]


MAKING = [(maker, name) for maker, (made, _) in MAKERS.items() for name in arguments_of(made)]
HUGE = {"more than 64 bits", "more digits than Python writes"}
# What some of NEVER is all the same.
TAKES: dict[tuple[str, str], set[str]] = {
    **{("register", name): {"a function", "a class"} for name in inspect.signature(ImpactSDK.register).parameters},
    **{(maker, name): HUGE for maker in ("ImpactAPI", "ImpactSDK") for name in ("timeout", "attempts", "deadline")},
    ("Blocking", "make"): {"a function", "a class"},
    ("MemoryReplayStore", "capacity"): HUGE,
    ("verify", "body"): {"bytes"},
    ("verify", "headers"): {"a table"},
}


@on_one_loop
@pytest.mark.parametrize(("maker", "name"), MAKING)
async def test_every_argument_of_what_is_made(maker: str, name: str) -> None:
    make = MAKERS[maker][1]
    for label, value in {**NEVER, **SOMETIMES}.items():
        never = label in NEVER and label not in TAKES.get((maker, name), ())
        error = await outcome(partial(make, **{name: value}))
        if isinstance(error, InvalidCredentials):
            assert (name, "ID token" in str(error)) == ("id_token", True)
        elif isinstance(error, ConfigurationError):
            assert name in str(error), f"{error} does not say that it is about {name}"
            assert "secret" not in name or not isinstance(value, str) or not value.strip() or value not in str(error)
        else:
            assert not never, f"{name} as {label} was taken"


@pytest.mark.parametrize(
    ("call", "right"),
    [
        (ImpactAPI, {"base_url": BASE, "auth": CREDENTIALS}),
        (ImpactSDK, {"base_url": BASE, "client_id": "a"}),
        (WebhookVerifier, {"secrets": SECRET, "replays": None}),
    ],
)
def test_a_class_is_not_taken_for_what_is_made_of_it(call: Callable[..., Any], right: dict[str, Any]) -> None:
    kinds: dict[str, type] = {
        "clock": SystemClock,
        "transport": httpx.MockTransport,
        "replays": MemoryReplayStore,
    }
    for name in kinds.keys() & set(arguments_of(call)):
        with pytest.raises(ConfigurationError, match=name):
            call(**{**right, name: kinds[name]})


CALLS_OF_WHAT_IS_MADE: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "sleep": (SystemClock().sleep, {"seconds": 0}),
    "sleep_until": (SystemClock().sleep_until, {"moment": THEN}),
    "seen": (MemoryReplayStore().seen, {"webhook_id": "w1", "until": THEN}),
    "forget": (MemoryReplayStore().forget, {"webhook_id": "w1"}),
}


@on_one_loop
@pytest.mark.parametrize("called", CALLS_OF_WHAT_IS_MADE)
async def test_every_argument_of_a_clock_and_a_store(called: str) -> None:
    call, right = CALLS_OF_WHAT_IS_MADE[called]
    for name in right:
        for value, never in wrong_values():
            error = None
            with anyio.move_on_after(0):  # nobody waits for as long as some of these say
                error = await outcome(partial(call, **{**right, name: value}))
            assert error is None or (isinstance(error, ConfigurationError) and f"{name} is" in str(error))
            assert error or not never or (name == "webhook_id" and isinstance(value, str))


@on_one_loop
@pytest.mark.parametrize("kind", SAVEHACK_TYPES, ids=lambda kind: kind.__name__)
async def test_every_argument_of_a_savehacks_terms(kind: Any) -> None:
    names = list(inspect.signature(kind).parameters)
    right = {name: "Malmö" if name in ("team", "friend") else 5 for name in names}
    for name in names:
        for value, never in wrong_values():
            error = await outcome(partial(kind, **{**right, name: value}))
            assert isinstance(error, ConfigurationError) or not never
            assert error is None or f"{kind.__name__}.{name} is" in str(error)


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


@on_one_loop
@pytest.mark.parametrize(
    "base_url",
    [
        *("http://xn--/", "http://des.example\n", "http://des example", "http://\ud800", "http://a..b/", "http://[::1"),
        *(
            LONG,
            f"http://{LONG}",
            "http://:0",
            "http://x:99999",
            "http://é\0",
            "//x",
            "http:/x",
            "http://?",
            "http://x?",
            "http://x/#",
            "http://@x",
            "http://:@x",
            "file:///x",
        ),
    ],
    ids=lambda text: ascii(text[:20]),
)
async def test_an_address_that_is_none_is_refused_at_once_or_when_it_is_asked(base_url: str) -> None:
    with pytest.raises(ImpactError):
        await ImpactAPI(base_url, auth=CREDENTIALS, transport=httpx.MockTransport(refuses)).dreams.get("d1", attempts=1)


@pytest.mark.parametrize(
    ("call", "given", "said"),
    [
        (register, {"accont_provisioning_requested": print}, "no argument .*; did you mean account_provisioning_requ"),
        (register, {"zzz": print}, "sdk.register() has no argument 'zzz'; it takes account_provisioning_requested, "),
        (Weekly, {"amount": 5, "weekday": 0}, "Weekly() has no argument 'amount'; did you mean amount_cents?"),
        (Weekly, {"amount_cents": 5}, "Weekly() was not given weekday; it takes amount_cents, weekday"),
        (ImpactAPI, {}, "ImpactAPI() was not given base_url and auth; it takes base_url, auth, timeout"),
        (ImpactAPI, {"base_url": BASE}, "ImpactAPI() was not given auth; it takes"),
        (ImpactAPI, {"base_url": BASE, "api_key": "s3cret"}, "no argument 'api_key'; did you mean auth?"),
        (ImpactAPI, {"base_url": BASE, "auth": CREDENTIALS, "max_retries": 4}, "'max_retries'; did you mean attempts?"),
        (ImpactAPI, {"url": BASE, "auth": CREDENTIALS}, "no argument 'url'; did you mean base_url?"),
        (ImpactSDK, {"base_url": BASE}, "ImpactSDK() was not given client_id; it takes"),
        (ImpactSDK, {"base_url": BASE, "client_id": "a", "headers": {}}, "'headers'; did you mean default_headers?"),
        (ClientCredentials, {"client_id": "a", "secret": "s3cret"}, "'secret'; did you mean client_secret?"),
        (WebhookVerifier, {"secret": "s3cret"}, "no argument 'secret'; did you mean secrets?"),
        (TransactionUpdate, {"settled_at": THEN}, "TransactionUpdate() was not given id; it takes"),
        (impact_sdk.AppInfo, {"nam": "x"}, "AppInfo() has no argument 'nam'; did you mean name?"),
        (impact_sdk.RetryBudget, {"sise": 5}, "RetryBudget() has no argument 'sise'; did you mean size?"),
    ],
)
def test_a_name_that_there_is_not_and_one_that_is_missing_are_told(
    call: Callable[..., Any], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UnknownArgument, match=re.escape(said).replace(re.escape(".*"), ".*")) as caught:
        call(**given)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "given", "said"),
    [
        (OneTime, [5], "OneTime() was given 1 without a name; give them by name: amount_cents"),
        (ImpactAPI, [BASE, CREDENTIALS], "ImpactAPI() was given 2 without a name; give them by name: base_url"),
    ],
)
def test_what_has_to_be_given_by_name_says_so(call: Callable[..., Any], given: list[Any], said: str) -> None:
    with pytest.raises(UnknownArgument, match=re.escape(said)):
        call(*given)


def test_a_type_error_from_within_stays_what_it_is() -> None:
    class Made:
        @told_by_name("Made()")
        def __init__(self, given: Any) -> None:
            given()

    with pytest.raises(TypeError, match="not callable"):
        Made(5)


# Modules of what the SDK gives, and nobody makes.
GIVEN_BY_US = (
    "impact_sdk.api.",
    "impact_sdk.models",
    "impact_sdk.callbacks",
    "impact_sdk.attempts",
    "impact_sdk.http.hooks",
)


def test_every_public_name_that_can_be_called_is_walked_through() -> None:
    """Errors, enumerations and values that DES gives are not the caller's to make; protocols and types are no calls."""
    made = {name for name in MODULE_OF if name in MAKERS} | {kind.__name__ for kind in SAVEHACK_TYPES}
    made |= {"AccountUpdate", "AppInfo", "RetryBudget", "TransactionUpdate", "Session", "SystemClock"}
    given = {
        name
        for name in MODULE_OF
        if not inspect.isclass(getattr(impact_sdk, name))
        or issubclass(getattr(impact_sdk, name), (Exception, enum.Enum))
        or getattr(impact_sdk, name).__module__.startswith(GIVEN_BY_US)
        or getattr(getattr(impact_sdk, name), "_is_protocol", False)
    }
    rest = {"CallOptions", "ClientOptions", "FieldError", "PostOptions", "RateLimit", "Receiving", "Reply", "Secret"}

    assert set(MODULE_OF) - made - given == rest

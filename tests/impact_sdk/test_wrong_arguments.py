"""Whatever a caller gives to whatever is public: it is taken, or one of our own errors says which argument it was."""

import enum
import inspect
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import anyio
import httpx
import pytest

import impact_sdk
from impact_sdk import (
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
    SystemClock,
    TransactionUpdate,
    UnknownArgument,
    WebhookVerifier,
    Weekly,
)
from impact_sdk.exports import MODULE_OF
from impact_sdk.mistakes.named import told_by_name
from impact_sdk.models import SAVEHACK_TYPES

from .arguments import BASE, LONG, NEVER, SOMETIMES, launch, on_one_loop, outcome, refuses, wrong_values
from .operations import SECRET, THEN


async def verify(**given: Any) -> object:
    return await WebhookVerifier(SECRET, replays=None).verify(**{"body": b"{}", "headers": {}, **given})


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

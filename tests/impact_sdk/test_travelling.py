"""Whatever the SDK gives and raises can be copied, and be sent to another process: it arrives as it was."""

import copy
import enum
import inspect
import pickle
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from typing import Any

import attrs
import httpx
import pytest

import impact_sdk
from impact_sdk import (
    AccountUpdate,
    APIError,
    FieldError,
    HandoverError,
    ImpactError,
    OutcomeUnknown,
    RateLimit,
    RateLimited,
    Secret,
    UnexpectedResponse,
    errors,
    wire,
)
from impact_sdk.exports import MODULE_OF
from impact_sdk.models import UNSET, OpenEnum

from .answers import DREAM, LAUNCH

A_DREAM = wire.read(impact_sdk.Dream, DREAM)
A_LAUNCH = wire.read(impact_sdk.SavehackLaunch, LAUNCH)
NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)

GIVEN: dict[str, Any] = {
    "status": 429,
    "errors": [FieldError("dream.name", ("is \x1b wrong",))],
    "request_id": "r-1",
    "attempts": 3,
    "rate_limit": RateLimit(limit=5, remaining=0),
    "idempotency_key": "k-1",
    "launches": [A_LAUNCH],
    "dream": A_DREAM,
    "webhook_id": "w-1",
    "is_under_way": True,
}
ERRORS = sorted(
    (kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, ImpactError)),
    key=lambda kind: kind.__name__,
)
Copy = Callable[[Any], Any]


def pickled(protocol: int) -> Copy:
    return lambda value: pickle.loads(pickle.dumps(value, protocol))


COPIES: dict[str, Copy] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {protocol}": pickled(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)},
}
in_each_way = pytest.mark.parametrize("way", COPIES.values(), ids=COPIES)


def made(kind: type[ImpactError]) -> ImpactError:
    """One of a class, with all that it can be told, and more that was put on it later."""
    names = [name for name in inspect.signature(kind).parameters if name in GIVEN]
    error = kind("it is \x1b so", **{name: GIVEN[name] for name in names})
    error.__cause__ = wire.Unreadable(["number for a text @ $.dream.id", "name is missing @ $"])
    error.add_note("seen in the night")
    if isinstance(error, RateLimited):
        error.retry_after = 7.5
    if hasattr(error, "reason"):
        error.reason = "not today"
    return error


def all_of(error: BaseException) -> tuple[Any, ...]:
    return type(error), str(error), error.args, vars(error), error.__suppress_context__


@in_each_way
@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_arrives_as_it_was(kind: type[ImpactError], way: Copy) -> None:
    error = made(kind)

    arrived = way(error)

    assert arrived is not error
    assert all_of(arrived) == all_of(error)
    assert arrived.__notes__ == ["seen in the night"]
    assert type(arrived.__cause__) is wire.Unreadable
    assert arrived.__cause__.problems == error.__cause__.problems  # type: ignore[union-attr]


def test_an_error_tells_of_what_cannot_travel() -> None:
    class Local(Exception):
        """Of no module: pickle cannot find it."""

    class NeedsMore(Exception):
        def __init__(self, *, more: str) -> None:
            super().__init__(f"more: {more}")

    for cause in (Local("why"), NeedsMore(more="why"), OSError(5, "why", lambda: None)):
        error = OutcomeUnknown("no answer", idempotency_key="k-1")
        error.__cause__ = cause

        arrived = pickle.loads(pickle.dumps(error))

        assert all_of(arrived) == all_of(error)
        assert type(cause).__name__ in str(arrived.__cause__)
        assert "why" in str(arrived.__cause__)
        assert copy.copy(error).__cause__ is copy.deepcopy(error).__cause__ is cause


def test_an_error_arrives_with_the_whole_chain_it_came_from() -> None:
    error, between = ImpactError("a"), APIError("b", status=500)
    error.__cause__, between.__cause__ = between, httpx.ConnectError("refused")

    arrived = pickle.loads(pickle.dumps(error))

    assert arrived.__cause__.status == 500
    assert type(arrived.__cause__.__cause__) is httpx.ConnectError


class OfTheHost(HandoverError):
    """A host's own, with a message of its own making."""

    def __init__(self, user: str) -> None:
        super().__init__(f"{user} is away", dream=A_DREAM)
        self.user = user


@in_each_way
def test_an_error_of_the_hosts_own_class_arrives_too(way: Copy) -> None:
    error = OfTheHost("ada")

    assert all_of(way(error)) == all_of(error)


def in_a_worker(name: str) -> None:
    raise made(getattr(errors, name))


@pytest.mark.processes
@pytest.mark.thorough
def test_errors_cross_a_pool_of_processes() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for kind in ERRORS:
            with pytest.raises(ImpactError) as caught:
                pool.submit(in_a_worker, kind.__name__).result(60)
            assert type(caught.value) is kind
            assert str(caught.value) == str(made(kind))


# Values


def value_of(kind: Any) -> Any:
    """A value of a type, with all that it can have."""
    origin, of = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return value_of(next(each for each in of if each is not type(None)))
    if origin in (tuple, list) or kind is Sequence or origin is Sequence:
        return (value_of(of[0]),)
    if inspect.isclass(kind) and attrs.has(kind):
        return filled(kind)
    if inspect.isclass(kind) and issubclass(kind, OpenEnum):
        return kind("brand new")
    if inspect.isclass(kind) and issubclass(kind, enum.Enum):
        return next(iter(kind))
    plain: dict[Any, Any] = {
        str: "x",
        int: 1,
        float: 1.5,
        bool: True,
        datetime: NOW,
        date: NOW.date(),
        bytes: b"\xff",
        Secret: Secret("s3cret"),
    }
    return plain.get(kind, {"a": "b"})


# A reply's own, which does not travel; and of two the one that excludes the other.
LEFT_OUT = {"redaction", "settled_at"}
SPECIAL = {"round_to_cents": 100, "earned": 0.5}


def filled(kind: type[Any]) -> Any:
    fields = attrs.fields(attrs.resolve_types(kind))
    values = {field.alias: value_of(field.type) for field in fields if field.init and field.name not in LEFT_OUT}
    return kind(**{**values, **{name: value for name, value in SPECIAL.items() if name in values}})


# Not values: they do something. So does all that is in `impact_sdk.api`.
DOERS = {"MemoryReplayStore", "Registration"}
VALUES = [
    kind
    for name in MODULE_OF
    if inspect.isclass(kind := getattr(impact_sdk, name)) and attrs.has(kind) and name not in DOERS
    if not kind.__module__.startswith("impact_sdk.api.")
]


@in_each_way
@pytest.mark.parametrize("kind", VALUES)
def test_a_value_arrives_as_it_was(kind: type[Any], way: Copy) -> None:
    value = filled(kind)

    arrived = way(value)

    assert type(arrived) is kind
    assert arrived == value
    assert repr(arrived) == repr(value)


@in_each_way
def test_what_was_left_out_is_still_left_out_when_it_arrives(way: Copy) -> None:
    arrived = way(AccountUpdate(id="a1", external_id=None))

    assert arrived.external_id is None
    assert arrived.balance_cents is UNSET


@in_each_way
@pytest.mark.parametrize("kind", [impact_sdk.ConsentDeclined, impact_sdk.ProvisioningDeclined])
def test_an_answer_of_the_host_arrives(kind: type[Any], way: Copy) -> None:
    assert way(kind("not today")).reason == "not today"


@in_each_way
async def test_a_reply_arrives_without_the_secrets_that_were_sent(way: Copy) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        token = {"access_token": "acc3ss-t0ken-of-the-bank"}
        return httpx.Response(200, json=token if request.url.path == "/oauth/token" else {"dream": DREAM})

    credentials = impact_sdk.ClientCredentials("demo-bank", "cl1ent-s3cret")
    async with impact_sdk.ImpactAPI("http://des", auth=credentials, transport=httpx.MockTransport(answer)) as api:
        with api.replies() as replies:
            await api.dreams.get("d1")
    [reply] = replies

    arrived = way(reply)

    assert arrived == reply
    assert isinstance(arrived.headers, Mapping)
    assert arrived.headers["Content-Type"] == "application/json"
    assert arrived.json() == {"dream": DREAM}
    assert b"acc3ss" not in pickle.dumps(reply)


@in_each_way
async def test_what_an_unreadable_answer_is_raised_as_arrives(way: Copy) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, text="<html>"))
    credentials = impact_sdk.ClientCredentials("demo-bank", "cl1ent-s3cret")
    async with impact_sdk.ImpactAPI("http://des", auth=credentials, transport=transport) as api:
        with pytest.raises(UnexpectedResponse) as caught:
            await api.dreams.get("d1")

    assert all_of(way(caught.value)) == all_of(caught.value)

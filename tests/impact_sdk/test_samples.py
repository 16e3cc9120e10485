"""An old client: answers of every documented shape, older and newer, are read, and nothing documented gets lost.

`samples/` holds one file for each page of the vendor's reference, `PAGE.VARIANT.json`, written by hand after its tables
(docs/des.md 1 to 3) with the contradictions of its section 8.2.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import respx

from impact_sdk import BadRequest, EventBatch, EventType, FieldError, ImpactAPI, SavehackLaunch, Weekly, wire

from .answers import LAUNCH

SAMPLES = {path.stem: orjson.loads(path.read_bytes()) for path in sorted(Path(__file__).parent.glob("samples/*.json"))}
A_LAUNCH = wire.read(SavehackLaunch, LAUNCH)
REPORT: dict[str, Any] = {"user_id": "u1", "external_id": "x", "amount_cents": 1}

Call = Callable[[ImpactAPI], Awaitable[Any] | AsyncIterator[Any]]

# The operation that each page describes, and the call that is it.
PAGES: dict[str, tuple[str, str, Call]] = {
    "get-accounts": ("GET", "/v1/accounts", lambda api: api.accounts.list()),
    "create-account": ("POST", "/v1/accounts", lambda api: api.accounts.create(user_id="u1", type="SharedSavings")),
    "get-account": ("GET", "/v1/accounts/a1", lambda api: api.accounts.get("a1")),
    "patch-account": ("PATCH", "/v1/accounts/a1", lambda api: api.accounts.update("a1", external_id="x")),
    "get-dreams": ("GET", "/v1/dreams", lambda api: api.dreams.list()),
    "create-dream": ("POST", "/v1/dreams", lambda api: api.dreams.create(user_id="u1", name="x", target_cents=1)),
    "get-dream": ("GET", "/v1/dreams/d1", lambda api: api.dreams.get("d1")),
    "patch-dream": ("PATCH", "/v1/dreams/d1", lambda api: api.dreams.update("d1", account_id="a1")),
    "get-transactions": ("GET", "/v1/transactions", lambda api: api.transactions.list()),
    "create-transaction": (
        "POST",
        "/v1/transactions",
        lambda api: api.transactions.create_deposit(**REPORT, to_account_id="a1"),
    ),
    "get-transaction": ("GET", "/v1/transactions/t1", lambda api: api.transactions.get("t1")),
    "patch-transaction": ("PATCH", "/v1/transactions/t1", lambda api: api.transactions.settle("t1")),
    "get-transfer-consent": ("GET", "/v1/transfer-consents", lambda api: api.transfer_consents.get("x1")),
    "patch-transfer-consent": (
        "PATCH",
        "/v1/transfer-consents/c1",
        lambda api: api.transfer_consents.consent("c1"),
    ),
    "get-savehack-launches": ("GET", "/v1/savehack-launches", lambda api: api.savehack_launches.list()),
    "create-savehack-launch": (
        "POST",
        "/v1/savehack-launches",
        lambda api: api.savehack_launches.create(
            dream_id="d1", savehack_id="s1", terms=Weekly(amount_cents=1, weekday=0)
        ),
    ),
    "patch-savehack-launch": (
        "PATCH",
        "/v1/savehack-launches/l1",
        lambda api: api.savehack_launches.pause(A_LAUNCH),
    ),
    "get-events": ("GET", "/v1/events", lambda api: api.events.list()),
}
BATCHES = {name for name in SAMPLES if name.startswith("event-webhooks")}
ANSWERS = set(SAMPLES) - BATCHES - {"error"}


@pytest.mark.parametrize("name", sorted(ANSWERS))
async def test_every_documented_answer_is_read_whole(api: ImpactAPI, des: respx.MockRouter, name: str) -> None:
    method, path, call = PAGES[name.partition(".")[0]]
    des.route(method=method, path=path).respond(200, json=SAMPLES[name])
    (expected,) = (value for key, value in SAMPLES[name].items() if key != "meta")

    asked = call(api)
    if isinstance(asked, AsyncIterator):
        value: Any = [await anext(asked) for _ in expected]
    else:
        value = await asked

    assert lost(expected, wire.plain(value)) == []


@pytest.mark.parametrize("name", sorted(BATCHES))
def test_every_documented_event_is_read_whole(name: str) -> None:
    batch = wire.read(EventBatch, SAMPLES[name])

    assert [event.problem for event in batch.events] == [None] * batch.count
    assert all(event.is_known and not isinstance(event.data, dict) for event in batch.events)
    assert lost(SAMPLES[name], wire.plain(batch)) == []


def test_the_newer_batch_has_all_types() -> None:
    types = {event["type"] for event in SAMPLES["event-webhooks.newer"]["events"]}

    assert types == {each.value for each in EventType}


def test_every_page_has_a_sample() -> None:
    assert {name.partition(".")[0] for name in ANSWERS} == set(PAGES)


async def test_the_documented_error_is_read(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.patch("/v1/transactions/t1").respond(400, json=SAMPLES["error"])

    with pytest.raises(BadRequest) as caught:
        await api.transactions.settle("t1")

    said = ("settledAt and failedAt exclude each other",)
    assert caught.value.errors == (FieldError("transaction.settledAt", said), FieldError("transaction.failedAt", said))


def lost(sample: Any, value: Any, path: str = "$") -> list[str]:
    """What a sample says and the value read from it does not."""
    if isinstance(sample, dict):
        if not isinstance(value, dict):
            return [path]
        if path.endswith(("toDream", "fromDream")):  # three members of it, of the whole Dream as well
            sample = {name: sample[name] for name in ("type", "id", "name")}
        return [each for name in sample for each in lost(sample[name], value.get(name), f"{path}.{name}")]
    if isinstance(sample, list):
        if not isinstance(value, list) or len(value) != len(sample):
            return [path]
        return [each for n, one in enumerate(sample) for each in lost(one, value[n], f"{path}[{n}]")]
    is_same = _comparable(sample, path) == _comparable(value, path) or (sample is None and not value)
    return [] if is_same else [f"{path}: {sample!r} became {value!r}"]


def _comparable(value: Any, path: str) -> Any:
    if path.endswith("durationSeconds"):
        return int(value)
    if path.endswith(".user.type"):
        return str(value).lower()
    if isinstance(value, str) and path.endswith(("At", "From", "timestamp")) and len(value) > 10:
        return datetime.fromisoformat(value)
    return value

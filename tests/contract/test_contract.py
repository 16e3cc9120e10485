"""What the contract notices: each test is a correct exchange with one fault."""

from typing import Any

import attrs
import orjson
import pytest

from bank_app_sim.des.document.document import document
from bank_app_sim.des.watching import Exchange, watched_by

from .contract import Contract
from .coverage import Coverage, table
from .recorder import Recorder

CONTRACT = Contract(document())
BIKE = document()["components"]["examples"]["Bike"]["value"]
HEADERS = {"x-request-id": "1", "idempotency-key-lifetime": "86400", "content-type": "application/json"}
CREATED = Exchange(
    method="POST",
    path="/v1/dreams",
    query="",
    request_headers={"content-type": "application/json", "idempotency-key": "k"},
    request_body=orjson.dumps({"dream": {"name": "Bike", "targetCents": 250_000}}),
    status=201,
    headers=HEADERS,
    body=orjson.dumps(BIKE),
)
SHOWN = attrs.evolve(
    CREATED, method="GET", path=f"/v1/dreams/{BIKE['dream']['id']}", status=200, request_headers={}, request_body=b""
)


def answered(**changed: Any) -> bytes:
    return orjson.dumps({"dream": {**BIKE["dream"], **changed}})


def asked(**changed: Any) -> bytes:
    return orjson.dumps({"dream": {"name": "Bike", "targetCents": 250_000, **changed}})


@pytest.mark.parametrize("exchange", [CREATED, SHOWN, attrs.evolve(SHOWN, query="showImageUrl=true")])
def test_what_is_right_has_no_faults(exchange: Exchange) -> None:
    assert CONTRACT.faults(exchange) == []


@pytest.mark.parametrize(
    ("exchange", "fault"),
    [
        (attrs.evolve(CREATED, body=answered(color="red")), "color"),
        (attrs.evolve(CREATED, body=answered(user={"type": "User", "id": BIKE["dream"]["id"], "age": 3})), "age"),
        (attrs.evolve(CREATED, body=answered(balanceCents="5")), "balanceCents"),
        (attrs.evolve(CREATED, body=answered(balanceCents=-5)), "balanceCents"),
        (attrs.evolve(CREATED, body=answered(achievedAt="yesterday")), "achievedAt"),
        (attrs.evolve(CREATED, body=orjson.dumps({"dream": {"type": "Dream"}})), "is a required property"),
        (attrs.evolve(CREATED, status=202), "202 is no answer"),
        (attrs.evolve(CREATED, headers={**HEADERS, "content-type": "text/plain"}), "text/plain"),
        (attrs.evolve(CREATED, headers={"content-type": "application/json"}), "header X-Request-Id is missing"),
        (attrs.evolve(CREATED, headers={**HEADERS, "idempotency-key-lifetime": "long"}), "Idempotency-Key-Lifetime"),
        (attrs.evolve(CREATED, headers={**HEADERS, "idempotent-replayed": "no"}), "Idempotent-Replayed"),
        (attrs.evolve(CREATED, request_body=asked(color="red")), "color"),
        (attrs.evolve(CREATED, request_body=asked(targetCents=0)), "targetCents"),
        (attrs.evolve(CREATED, request_body=b""), "there is no body"),
        (attrs.evolve(CREATED, request_headers={"content-type": "text/plain"}), "text/plain"),
        (attrs.evolve(CREATED, request_headers={**CREATED.request_headers, "idempotency-key": " "}), "idempotency-key"),
        (attrs.evolve(SHOWN, query="color=red"), "color is no parameter"),
        (attrs.evolve(SHOWN, query="showImageUrl=maybe"), "showImageUrl"),
        (attrs.evolve(SHOWN, path="/v1/dreams/5"), "uuid"),
        (attrs.evolve(SHOWN, path="/v1/cars"), "no path of the document"),
        (attrs.evolve(SHOWN, path="/v1/dreams/5/6"), "no path of the document"),
        (attrs.evolve(SHOWN, method="DELETE"), "405"),
    ],
)
def test_one_fault_is_found(exchange: Exchange, fault: str) -> None:
    found = CONTRACT.faults(exchange)

    assert found
    assert fault in " ".join(found)


def test_a_null_in_an_event_is_found() -> None:
    events = document()["components"]["examples"]["Events"]["value"]
    [dream, *_] = events["events"]
    listed = attrs.evolve(SHOWN, path="/v1/events", body=orjson.dumps(events))
    dream = {**dream, "data": {**dream["data"], "account": None}}

    assert CONTRACT.faults(listed) == []
    assert CONTRACT.faults(attrs.evolve(listed, body=orjson.dumps({**events, "events": [dream]}))) != []


async def test_a_watcher_sees_an_exchange_and_changes_nothing() -> None:
    recorder = Recorder(CONTRACT)
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["body"] == b""
        raw = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
        await send({"type": "http.response.start", "status": 418, "headers": raw})
        await send({"type": "http.response.body", "body": b"{}"})

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/v1/dreams", "query_string": b"", "headers": []}
    await watched_by(app, recorder)(scope, receive, send)

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert recorder.coverage.answers == {("GET", "/v1/dreams", "418")}
    assert "418 is no answer" in recorder.take_faults()[0]
    assert recorder.take_faults() == []


def test_the_table_names_what_was_not_seen() -> None:
    coverage = Coverage()
    coverage.add(
        {"answers": [["GET", "/docs", "200"], ["GET", "/docs", "400"]], "callback_answers": [["asked", "returned"]]}
    )

    lines = {line.name: line for line in table(CONTRACT, coverage, {"asked": ("returned", "declined")})}

    assert lines["GET /docs"].missing == ()
    assert lines["GET /openapi.json"].missing == ("200", "400")
    assert lines["callback asked"].missing == ("declined",)
    assert lines["events sent"].wanted == 19

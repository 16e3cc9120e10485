"""What a server does with a request whatever the route means."""

import logging
import random

import httpx
import orjson
import pytest

from bank_app_sim.server.http.answers import Answer
from bank_app_sim.server.http.operation import Handler, Operation, by_handler
from bank_app_sim.server.http.recording import LARGEST_RECORDED_BYTES, Recorder
from bank_app_sim.server.http.request import HTTPRequest
from bank_app_sim.server.http.service import Service
from bank_app_sim.server.ids import Ids
from bank_app_sim.timeline.trace import Trace
from impact_sdk import SystemClock

pytestmark = pytest.mark.parametrize("anyio_backend", ["asyncio"])


async def echo(request: HTTPRequest) -> Answer:
    return Answer(200, {"body": request.body, "prefix": request.prefix})


def service(respond: Handler = echo) -> tuple[httpx.AsyncClient, Trace]:
    trace = Trace(SystemClock())
    app = Service(
        [Operation("POST", "/things", respond, query=("colour",)), Operation("GET", "/things", respond)],
        by_handler,
        ids=Ids(random.Random(1)),
        recorder=Recorder(trace=trace, participant="des", sender=lambda _headers, _route: "sdk", drawn="sdk"),
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://des"), trace


async def test_a_body_of_any_size_is_told_in_the_trace_and_kept_to_a_limit() -> None:
    http, trace = service()

    await http.post("/things", json={"text": "a" * LARGEST_RECORDED_BYTES})
    await http.post("/things", json={"text": "a"})

    sizes = [len(orjson.dumps(message.detail["body"])) for message in trace]
    assert sizes[2:] == [len(b'{"text":"a"}'), len(b'{"body":{"text":"a"},"prefix":""}')]
    assert all("text" in message.detail["body"]["cut"] for message in list(trace)[:2])
    assert max(sizes) < 2_000


@pytest.mark.parametrize("levels", [33, 255, 600, 1_023])
async def test_what_was_refused_for_its_depth_leaves_a_trace_that_can_be_told(levels: int) -> None:
    http, trace = service()
    content = b'{"a":' * levels + b"1" + b"}" * levels

    answer = await http.post("/things", content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert orjson.dumps(trace.as_json())


async def test_an_answer_that_cannot_be_written_is_a_fault_of_ours_in_a_sentence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def respond(_request: HTTPRequest) -> Answer:
        return Answer(200, {"text": "\ud800"})

    http, _ = service(respond)
    with caplog.at_level(logging.ERROR):
        answer = await http.post("/things", json={}, headers={"X-Request-Id": "r-1"})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (500, "base")
    assert "r-1" in answer.json()["errors"][0]["errors"][0]
    assert "r-1" in caplog.text


async def test_no_answer_is_guessed_at() -> None:
    http, _ = service()

    answers = [await http.post(path, json={}) for path in ("/things", "/nowhere", "/things?size=1")]
    answers += [await http.put("/things"), await http.head("/things")]

    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}


@pytest.mark.parametrize("name", ["Authorization", "Content-Type", "Content-Encoding", "Idempotency-Key"])
async def test_a_header_that_says_one_thing_is_given_once(name: str) -> None:
    http, _ = service()
    plain = {"Content-Type": "application/json"}
    twice = [*(pair for pair in plain.items() if pair[0] != name), (name, "identity"), (name, "gzip")]

    answer = await http.post("/things", content=b"{}", headers=twice)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": name, "errors": ["is given more than once"]}]


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ("/worlds/4f0c/des", "/worlds/4f0c/des"),
        ("/a.b/-_", "/a.b/-_"),
        ("", ""),
        ("/", ""),
        ("/../..", ""),
        ("/a/", ""),
        ("//evil.example", ""),
        ("/a; Domain=example", ""),
        ("/a\u00e9", ""),
    ],
)
async def test_a_prefix_is_a_path_or_it_is_passed_over(sent: str, taken: str) -> None:
    http, _ = service()

    answer = await http.get("/things", headers=[(b"X-Forwarded-Prefix", sent.encode("latin-1"))])

    assert answer.json()["prefix"] == taken


async def test_a_query_of_nothing_but_strangers_is_answered_in_short() -> None:
    http, _ = service()

    answer = await http.get("/things?" + "&".join(f"stranger{n}=1" for n in range(3_000)))

    assert answer.status_code == 400
    assert len(answer.content) < 20_000

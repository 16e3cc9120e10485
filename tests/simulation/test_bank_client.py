"""The app's client of its bank: whatever the bank answers, the app hears of it as one kind of error."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank_app_sim.app.bank_client import LOOK_EVERY_SECONDS_AT_LEAST, BankClient, BankRefused, ConsentForm
from bank_app_sim.simulation import START
from bank_app_sim.simulation.client import Client
from bank_app_sim.timeline.clock import SimulatedClock

Answer = Callable[[httpx.Request], httpx.Response]

CONSENT = {"id": "c", "max_frequency": "week", "max_amount_cents": 500, "state": "SHOWN"}
CALLS: dict[str, Callable[[BankClient], Awaitable[Any]]] = {
    "sign in": lambda bank: bank.sign_in("ada"),
    "sign in silently": lambda bank: bank.sign_in_silently(),
    "order": lambda bank: bank.order_account(request_id="r"),
    "account": lambda bank: bank.account_is_open("o"),
    "consent": lambda bank: bank.fetch_consent("t"),
    "answer": lambda bank: bank.answer_consent("c", signed=True),
}


def bank(answer: Answer, clock: SimulatedClock | None = None) -> BankClient:
    http = Client("http://127.0.0.1:1", httpx.MockTransport(answer))
    return BankClient(http, clock or SimulatedClock(START))


RIGHT = {"order": {"id": "o", "state": "done"}, "consent": CONSENT, "access_token": "a", "id_token": "i"}
WRONG = [
    *(httpx.Response(status) for status in (100, 204, 205, 301, 302, 304, 400, 404, 499, 500, 503, 520, 599, 600, 999)),
    *(httpx.Response(status, json=RIGHT) for status in (302, 404, 500, 600)),
    *(
        httpx.Response(200, content=content, headers={"content-type": "application/json"})
        for content in (b"", b"no json", b"[" * 100_000, b'{"a":' * 100_000, b"\xff", b"null", b"[]", b"5", b"{}")
    ),
    *(
        httpx.Response(200, json=body)
        for body in (
            {"order": None, "consent": None, "access_token": None},
            {"order": [], "consent": "c", "access_token": 5, "id_token": {}},
            {"order": {"id": 1, "state": None}, "consent": {**CONSENT, "max_amount_cents": "5"}, "access_token": "a"},
            {"order": {"id": [], "state": {}}, "consent": {**CONSENT, "state": 1}, "access_token": "a"},
        )
    ),
]


@pytest.mark.parametrize("wrong", WRONG, ids=[f"{each.status_code} {each.content[:12]!r}" for each in WRONG])
async def test_an_answer_that_is_none_is_refused(wrong: httpx.Response) -> None:
    for call in CALLS.values():
        with pytest.raises(BankRefused):
            await call(bank(lambda _request: httpx.Response(wrong.status_code, content=wrong.content)))


async def test_an_answer_that_is_right_is_taken() -> None:
    found = [await call(bank(lambda _request: httpx.Response(200, json=RIGHT))) for call in CALLS.values()]

    form = ConsentForm(id="c", max_frequency="week", max_amount_cents=500, state="SHOWN")
    assert found == ["i", "i", "o", "done", form, form]


async def test_a_plain_httpx_client_will_do() -> None:
    answers = httpx.MockTransport(lambda _request: httpx.Response(200, json=RIGHT))
    async with httpx.AsyncClient(base_url="http://bank.test", transport=answers) as http:
        assert await BankClient(http, SimulatedClock(START)).sign_in("ada") == "i"


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
things = st.dictionaries(st.sampled_from([*CONSENT]), leaves)


@given(st.dictionaries(st.sampled_from(["order", "consent", "access_token", "id_token"]), leaves | things))
@settings(max_examples=50)
def test_any_answer_is_what_it_should_be_or_is_refused(body: dict[str, Any]) -> None:
    async def all_calls() -> None:
        for call in CALLS.values():
            try:
                found = await call(bank(lambda _request: httpx.Response(200, json=body)))
            except BankRefused:
                continue
            assert isinstance(found, str | ConsentForm)

    anyio.run(all_calls)


@pytest.mark.parametrize("error", [httpx.ReadTimeout(""), httpx.DecodingError("bad gzip"), httpx.ReadError("closed")])
async def test_no_answer_is_told_by_what_happened(error: httpx.HTTPError) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(BankRefused, match=r"POST /sign-in was not answered: (ReadTimeout|bad gzip|closed)"):
        await bank(answer).sign_in("ada")


async def test_a_token_that_cannot_be_sent_is_told() -> None:
    client = bank(lambda _request: httpx.Response(200, json={"access_token": "é", "id_token": "i"}))
    await client.sign_in("ada")

    with pytest.raises(BankRefused, match="GET /provisioning-orders/o was not answered"):
        await client.account_is_open("o")


@pytest.mark.parametrize("an_id", ["x" * 70_000, "\ud800", "\x00", ""])
async def test_an_id_that_cannot_be_asked_for_is_told(an_id: str) -> None:
    client = bank(lambda _request: httpx.Response(404))

    for call in (client.account_is_open(an_id), client.answer_consent(an_id, signed=True)):
        with pytest.raises(BankRefused):
            await call


async def test_an_id_stays_in_its_place() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"order": {"state": "done"}})

    await bank(answer).account_is_open("../sign-in?a#b")

    assert asked == ["/provisioning-orders/..%2Fsign-in%3Fa%23b"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 0.5),
        ("60", 60),
        ("Mon, 04 Jan 2027 08:01:00 GMT", 60),
        ("Mon, 04 Jan 2027 07:00:00 GMT", 0.5),
        ("soon", 0.5),
        ("nan", 0.5),
        ("inf", 0.5),
        ("-5", 0.5),
        ("9" * 400, LOOK_EVERY_SECONDS_AT_LEAST),
        ("Wed, 01 Jan 9999 00:00:00 GMT", LOOK_EVERY_SECONDS_AT_LEAST),
        ("Mon, 04 Jan 99999999999999999999 08:00:00 GMT", 0.5),
    ],
)
async def test_the_bank_says_when_to_look_again(header: str, seconds: float) -> None:
    answers = [
        httpx.Response(202, headers={"Retry-After": header}),
        httpx.Response(200, json={"order": {"state": "done"}}),
    ]
    clock = SimulatedClock(START)

    state = await bank(lambda _request: answers.pop(0), clock).account_is_open("o")

    assert state == "done"
    assert clock.now() - START == timedelta(seconds=seconds)


async def test_a_date_of_the_banks_is_by_the_banks_clock() -> None:
    headers = {"Date": "Mon, 04 Jan 2027 09:00:00 GMT", "Retry-After": "Mon, 04 Jan 2027 09:00:05 GMT"}
    answers = [httpx.Response(202, headers=headers), httpx.Response(200, json={"order": {"state": "done"}})]
    clock = SimulatedClock(START)

    await bank(lambda _request: answers.pop(0), clock).account_is_open("o")

    assert clock.now() - START == timedelta(seconds=5)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 520 \r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
async def test_what_is_no_http_is_told_over_tcp(raw: bytes) -> None:
    async def answer(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(raw)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, answer)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with Client(f"http://127.0.0.1:{port}", None) as http:
            with pytest.raises(BankRefused, match="POST /sign-in"):
                await BankClient(http, SimulatedClock(START)).sign_in("ada")
        tasks.cancel_scope.cancel()

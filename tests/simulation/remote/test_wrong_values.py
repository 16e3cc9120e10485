"""What nobody sends who means well, to the plane of worlds and to the bank of one: answered, and the world lives on."""

from typing import Any

import httpx
import orjson
import pytest

from bank_app_sim import Simulation
from bank_app_sim.server.http.answers import Refused
from bank_app_sim.server.http.operation import Operation
from bank_app_sim.simulation.remote.control.command import Command
from bank_app_sim.simulation.remote.fields import values
from bank_app_sim.simulation.remote.operations import OPERATIONS
from bank_app_sim.simulation.remote.settings import FIELDS, arguments
from bank_app_sim.timeline.durations import LONGEST

from ...wrong_values import IN_ADDRESSES, IN_HEADERS, UNREADABLE, VALUES
from .planes import errors, launched, made, of

READABLE = [orjson.loads(written) for written in VALUES if written not in UNREADABLE]

BODIES: dict[str, Any] = {
    "let_time_pass": {
        "to": "2027-01-04T09:00:00Z",
        "sleepers": [[1, "2027-01-04T08:30:00Z"]],
        "in_flight": [],
        "last": 1,
        "turns": False,
        "waiting": [["branch", "name"]],
    },
    "take_messages": {"messages": [{"from": "sdk", "to": "des", "label": "x", "kind": "call", "detail": {"a": [1]}}]},
    "add_fault": {
        "trouble": "late",
        "sender": "sdk",
        "receiver": "des",
        "what": "GET /nothing",
        "times": 1,
        "after": 0,
        "status": 503,
        "delay_seconds": 1,
    },
    "let_die": {"of": "des", "at": None, "stays_down_seconds": 1},
    "change_bank": {"decision_after_seconds": 1, "refuses": ["bo"], "decides_now": True},
}


@pytest.fixture
def http(files_url: str) -> Any:
    with httpx.Client(base_url=files_url, timeout=60) as http:
        yield http


@pytest.mark.parametrize("setting", FIELDS)
def test_any_setting_is_refused_or_makes_a_bank(setting: str) -> None:
    for value in READABLE:
        try:
            Simulation(**arguments(values({setting: value}, FIELDS)))
        except (Refused, ValueError):
            continue


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("start", "to"),
    [("1970-01-01T00:00:00Z", "1970-01-03T00:00:00Z"), ("2999-12-31T23:59:59.999999Z", "3000-01-01T00:00:00Z")],
)
def test_a_world_can_begin_at_either_end_of_the_calendar(http: httpx.Client, start: str, to: str) -> None:
    longest = LONGEST.total_seconds()
    world = made(http, start=start, decision_after_seconds=longest, token_lifetime_seconds=longest, webhooks=True)

    session = launched(http, world)
    clock = http.post(of(world, "/clock"), json={"to": to})

    assert (session.status_code, clock.status_code) == (200, 200), session.text + clock.text
    assert http.get(of(world, "/messages")).status_code == 200


@pytest.mark.thorough
@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+01:00",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "3000-01-01T00:00:01Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_a_moment_beyond_the_calendar_is_refused_with_what_there_is(http: httpx.Client, moment: str) -> None:
    world = made(http)

    answers = [
        http.post("/sandbox/worlds", json={"start": moment}),
        http.post(of(world, "/clock"), json={"to": moment}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    for answer in answers:
        [sentence] = [text for texts in errors(answer).values() for text in texts]
        assert any(words in sentence for words in ("from 1970-01-01T00:00:00Z to", "must be a moment", "hundred years"))
    assert http.get(of(world, "/messages")).status_code == 200


@pytest.mark.thorough
@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.does.fields], ids=lambda each: each.name)
def test_any_value_in_any_field_of_the_plane_is_read_or_refused(operation: Operation[Command]) -> None:
    body = BODIES.get(operation.does.perform.__name__, {})
    for name in operation.does.fields:
        for value in READABLE:
            for item in (value, [value], [[value, value]]):
                try:
                    read = values({**body, name: item}, operation.does.fields)
                except Refused:
                    continue
                assert read.keys() == {*body, name}


@pytest.mark.thorough
def test_a_world_lives_on_whatever_moment_it_is_told(http: httpx.Client) -> None:
    world = made(http, settle_every_seconds=1e9)  # months pass, and nothing is to happen in them
    for moment in [value for value in READABLE if isinstance(value, str) and value[:1].isdigit()]:
        for body in ({"to": moment}, {"to": world["now"], "sleepers": [[1, moment]]}):
            assert http.post(of(world, "/clock"), json=body).status_code < 500, moment
    assert http.get(of(world, "/messages")).status_code == 200


@pytest.mark.thorough
def test_any_address_and_any_header_of_a_world_is_answered_and_the_world_lives_on(http: httpx.Client) -> None:
    world = made(http)
    prefix = httpx.URL(world["backend_url"]).path
    for written in IN_ADDRESSES:
        for path in (of(world, f"/messages?after={written}"), f"{prefix}/consents/{written}", f"{prefix}/{written}"):
            assert http.get(path).status_code < 500, path[:100]
    for name in ("Sandbox-Request", "Sandbox-Sender", "Sandbox-Branch"):
        for value in [value for value in IN_HEADERS if value == value.strip()]:  # no client sends but spaces
            answer = http.get(f"{prefix}/.well-known/jwks.json", headers=[(name.encode(), value)])

            assert answer.status_code < 500, (name, value[:80])
    assert http.get(of(world, "/messages")).status_code == 200

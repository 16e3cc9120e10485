"""The control plane over HTTP: worlds are made, used and refused."""

from typing import Any

import httpx
import pytest

from bank_app_sim.simulation.remote.operations import OPERATIONS
from bank_app_sim.simulation.remote.settings import FIELDS

from .planes import WORLDS, errors, launched, made, of

pytestmark = pytest.mark.thorough  # sandboxes are served, and worlds made there


def test_a_world_is_used_by_its_addresses_and_its_time_passes_when_it_is_told_to(http: httpx.Client) -> None:
    world = made(http, seed=7, start="2027-03-01T12:00:00+01:00")

    session = launched(http, world)
    clock = http.post(of(world, "/clock"), json={"to": "2027-03-04T11:00:00Z"}).json()["clock"]

    assert session.status_code == 200
    assert world["now"] == "2027-03-01T11:00:00.000000Z"
    assert clock["now"] == "2027-03-04T11:00:00.000000Z"
    [user] = http.get(of(world, "/state")).json()["state"]["users"].values()
    assert user["external_id"] == "ada"


def test_a_moment_that_has_passed_moves_no_clock(http: httpx.Client, world: dict[str, Any]) -> None:
    clock = http.post(of(world, "/clock"), json={"to": "2020-01-01T00:00:00Z"}).json()["clock"]

    assert clock["now"] == world["now"]


def test_without_a_moment_time_passes_to_the_next_one_that_anybody_waits_for(
    http: httpx.Client, world: dict[str, Any]
) -> None:
    first = http.post(of(world, "/clock"), json={}).json()["clock"]["now"]
    second = http.post(of(world, "/clock"), json={}).json()["clock"]["now"]

    assert world["now"] < first < second


def test_settings_that_are_wrong_are_all_named_with_the_way_out(http: httpx.Client) -> None:
    answer = http.post(WORLDS, json={"seeds": 1, "webhooks": "yes", "start": "Monday", "account_setup": "shared"})

    assert answer.status_code == 400
    assert errors(answer) == {
        "account_setup": ["must be one SharedSavings per user or one SharedSavings per Dream"],
        "seeds": ["is not known here; did you mean seed?"],
        "start": ["must be a moment in RFC 3339, such as 2027-06-01T12:00:00Z"],
        "webhooks": ["must be true or false"],
    }


SPANS = [name for name in FIELDS if name.endswith("_seconds") and name != "decision_after_seconds"]


OUT_OF_BOUNDS = [
    *((name, seconds, 1) for name in SPANS for seconds in (0, 1e-6, 0.5, 4e9)),
    *(("decision_after_seconds", seconds, 0) for seconds in (-1, 4e9)),
]


def test_a_duration_has_bounds_that_are_stated(http: httpx.Client) -> None:
    """What is done again a million times a day would keep the clock busy for ever."""
    for name, seconds, least in OUT_OF_BOUNDS:
        answer = http.post(WORLDS, json={name: seconds})

        said = f"must be a number of seconds from {least} to 3155760000"
        assert (answer.status_code, errors(answer)) == (400, {name: [said]}), seconds
    assert http.get(WORLDS).json()["worlds"] == []


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        ("seed=1", "application/x-www-form-urlencoded", 415),
        ("seed=1", "text/plain", 415),
        ("[1]", "application/json", 400),
    ],
)
def test_a_body_is_a_json_object(http: httpx.Client, content: str, media_type: str, status: int) -> None:
    answer = http.post(WORLDS, content=content, headers={"Content-Type": media_type})

    assert answer.status_code == status


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_web_page_reaches_the_plane(http: httpx.Client, method: str) -> None:
    answer = http.request(method, WORLDS, headers={"Origin": "http://127.0.0.1:3000"})

    assert answer.status_code == 403
    assert "Origin" in errors(answer)["base"][0]
    assert http.get(WORLDS).json()["worlds"] == []


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if "{id}" in each.path], ids=lambda each: f"{each.method} {each.path}"
)
def test_a_world_that_is_not_here_is_404_for_every_operation(
    http: httpx.Client, world: dict[str, Any], operation: Any
) -> None:
    bodies = {
        "add_fault": {"trouble": "lost"},
        "let_die": {"of": "des"},
        "take_messages": {"messages": []},
    }
    http.delete(of(world))

    answer = http.request(
        operation.method, operation.path.format(id=world["id"]), json=bodies.get(operation.does.perform.__name__, {})
    )

    assert answer.status_code == 404
    assert errors(answer)["id"] == [
        f"there is no world {world['id']!r} here, or it has ended; make one with POST /sandbox/worlds"
    ]


def test_its_actors_are_not_here_either_then(http: httpx.Client, world: dict[str, Any]) -> None:
    http.delete(of(world))

    answer = http.get(f"{world['des_url']}/v1/users")

    assert (answer.status_code, answer.headers["sandbox-world"]) == (404, "over")


def test_its_actors_refuse_as_those_of_the_standing_world_do(http: httpx.Client, world: dict[str, Any]) -> None:
    unknown, too_large = (
        http.get(f"{world['des_url']}/nowhere"),
        http.post(f"{world['des_url']}/oauth/token", content=b"x" * 2**21),
    )

    assert (unknown.status_code, errors(unknown)) == (404, {"base": ["there is no /nowhere here"]})
    assert too_large.status_code == 413


def test_a_world_leads_to_addresses_of_its_own(http: httpx.Client, world: dict[str, Any]) -> None:
    token = http.post(f"{world['backend_url']}/sign-in", json={"customer": "ada"}).json()["id_token"]
    prefix = httpx.URL(world["des_url"]).path

    page = http.post(f"{world['des_url']}/users/verify_token", data={"token": token}, headers={"Accept": "text/html"})
    for name in ("Bike", "Boat"):
        http.post(f"{world['des_url']}/v1/dreams", json={"dream": {"name": name, "targetCents": 1.0}})
    first = http.get(f"{world['des_url']}/v1/dreams", params={"items": 1}).json()
    second = http.get(first["meta"]["next_url"]).json()
    outer = {"X-Forwarded-Prefix": "/outer"}
    behind = http.get(f"{world['des_url']}/v1/dreams", params={"items": 1}, headers=outer).json()

    assert behind["meta"]["next_url"] == f"/outer{first['meta']['next_url']}"
    assert (page.status_code, page.headers["location"]) == (303, f"{prefix}/")
    assert f"Path={prefix}/;" in page.headers["set-cookie"]
    assert [dream["name"] for listed in (first, second) for dream in listed["dreams"]] == ["Bike", "Boat"]


def test_a_moment_that_nobody_would_live_to_see_is_refused(http: httpx.Client, world: dict[str, Any]) -> None:
    answer = http.post(of(world, "/clock"), json={"to": "9999-01-01T00:00:00Z"})

    assert errors(answer) == {"to": ["is more than a hundred years away; it is 2027-01-04T08:00:00.000000Z"]}

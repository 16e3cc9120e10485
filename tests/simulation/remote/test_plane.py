"""The plane, as somebody sees it who has nothing but HTTP."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bank_app_sim.simulation.remote.control.messages import MOST_MESSAGES
from bank_app_sim.simulation.remote.operations import OPERATIONS
from bank_app_sim.simulation.remote.settings import FIELDS

pytestmark = pytest.mark.thorough  # sandboxes are served, and worlds made there

WORLDS = "/sandbox/worlds"


@pytest.fixture
def http(files_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=files_url, timeout=60) as http:
        yield http


@pytest.fixture
def world(http: httpx.Client) -> dict[str, Any]:
    return made(http)


def made(http: httpx.Client, **settings: Any) -> dict[str, Any]:
    answer = http.post(WORLDS, json=settings)
    assert answer.status_code == 201, answer.text
    world: dict[str, Any] = answer.json()["world"]
    return world


def of(world: dict[str, Any], what: str = "") -> str:
    return f"{WORLDS}/{world['id']}{what}"


def errors(answer: httpx.Response) -> dict[str, list[str]]:
    return {error["field"]: error["errors"] for error in answer.json()["errors"]}


def launched(http: httpx.Client, world: dict[str, Any], **headers: str) -> httpx.Response:
    """Ada signs in and opens Impact Finance."""
    token = http.post(f"{world['backend_url']}/sign-in", json={"customer": "ada"}).json()["id_token"]
    headers = {"Accept": "application/json", **headers}
    return http.post(f"{world['des_url']}/users/verify_token", json={"token": token}, headers=headers)


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
        f"there is no world {world['id']!r} here, or no longer; make one with POST /sandbox/worlds"
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


def test_what_the_network_of_a_world_does_to_a_request_is_said_in_a_header(
    http: httpx.Client, world: dict[str, Any]
) -> None:
    for trouble in ("lost", "answer lost"):
        http.post(of(world, "/faults"), json={"trouble": trouble, "what": "POST /users/verify_token"})

    answers = [launched(http, world) for _ in range(3)]

    assert [(answer.status_code, answer.headers.get("sandbox-network")) for answer in answers] == [
        (502, "not sent"),
        (502, "no answer"),
        (200, None),
    ]


def test_a_network_that_is_healed_does_no_more_harm(http: httpx.Client, world: dict[str, Any]) -> None:
    http.post(of(world, "/faults"), json={"trouble": "lost", "sender": "sdk", "times": 9})
    lost = launched(http, world).status_code
    http.delete(of(world, "/faults"))

    assert (lost, launched(http, world).status_code) == (502, 200)


def test_whose_a_request_is_can_be_said(http: httpx.Client, world: dict[str, Any]) -> None:
    http.post(of(world, "/faults"), json={"trouble": "lost", "sender": "bank_backend"})

    assert launched(http, world).status_code == 200
    assert launched(http, world, **{"Sandbox-Sender": "bank_backend"}).status_code == 502


def test_a_process_that_stays_down_does_not_answer_before_its_time(http: httpx.Client, world: dict[str, Any]) -> None:
    assert http.post(of(world, "/deaths"), json={"of": "des", "stays_down_seconds": 3600}).status_code == 204
    down = launched(http, world)
    http.post(of(world, "/clock"), json={"to": "2027-01-04T09:00:00Z"})

    assert (down.status_code, down.headers["sandbox-network"]) == (502, "not sent")
    assert launched(http, world).status_code == 200


def test_a_death_that_cannot_be_is_refused(http: httpx.Client, world: dict[str, Any]) -> None:
    misspelt = http.post(of(world, "/deaths"), json={"of": "bank_backend", "at": "provisioning.REPORT"})
    of_des = http.post(of(world, "/deaths"), json={"of": "des", "at": "transfers.SETTLING: told"})

    assert "did you mean provisioning." in errors(misspelt)["at"][0]
    assert of_des.status_code == 400


def test_messages_are_told_from_a_number_on_and_taken_in_between(http: httpx.Client, world: dict[str, Any]) -> None:
    said = {"from": "bank_app", "to": "sdk", "label": "SDK.launch", "kind": "call", "detail": {"locale": "sv-SE"}}
    http.post(f"{world['backend_url']}/sign-in", json={"customer": "ada"})
    taken = http.post(of(world, "/messages"), json={"messages": [said]})
    launched(http, world)

    [message, *_] = http.get(of(world, "/messages"), params={"after": 2}).json()["messages"]

    assert taken.status_code == 204
    assert message == {"n": 3, "at": world["now"], **said, "user": "", "branch": ""}


def test_messages_are_told_a_thousand_at_once(http: httpx.Client, world: dict[str, Any]) -> None:
    said = {"from": "bank_app", "to": "sdk", "label": "SDK.launch", "kind": "call"}
    http.post(of(world, "/messages"), json={"messages": [said] * (2 * MOST_MESSAGES)})

    told = [http.get(of(world, "/messages"), params={"after": after}).json() for after in (0, 1, MOST_MESSAGES)]

    numbers = [(answer["messages"][0]["n"], answer["messages"][-1]["n"], answer["has_more"]) for answer in told]
    assert numbers == [(1, 1000, True), (2, 1001, True), (1001, 2000, False)]


@pytest.mark.parametrize(
    "messages", [None, {}, [{"from": "ada"}], [{"from": "ada", "to": "sdk", "label": "x", "kind": "call"}]]
)
def test_messages_of_nobody_are_refused(http: httpx.Client, world: dict[str, Any], messages: Any) -> None:
    answer = http.post(of(world, "/messages"), json={"messages": messages})

    assert (answer.status_code, [*errors(answer)]) == (400, ["messages"])


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


@pytest.mark.parametrize("number", ["1" * 5_000, "²", "-1", "one", ""])
def test_a_number_that_nobody_counts_to_is_refused(http: httpx.Client, world: dict[str, Any], number: str) -> None:
    headers = {"Sandbox-Request": number.encode("latin-1")}

    answer = http.get(f"{world['des_url']}/v1/savehacks", headers=headers)  # type: ignore[arg-type]

    assert (answer.status_code, list(errors(answer))) == (400, ["sandbox-request"])


def test_what_is_nested_too_deep_is_refused_and_the_messages_can_still_be_told(
    http: httpx.Client, world: dict[str, Any]
) -> None:
    deep = b'{"customer":' * 600 + b"1" + b"}" * 600
    message = b'{"messages": [{"from": "sdk", "to": "sdk", "label": "x", "kind": "call", "detail": %b}]}' % deep
    headers = {"Content-Type": "application/json"}

    sent = [
        http.post(url, content=content, headers=headers).status_code
        for url, content in ((f"{world['backend_url']}/sign-in", deep), (of(world, "/messages"), message))
    ]

    assert sent == [400, 400]
    assert http.get(of(world, "/messages")).status_code == 200


def test_a_head_of_a_world_is_as_long_as_its_body(http: httpx.Client, world: dict[str, Any]) -> None:
    url = f"{world['backend_url']}/ledger"

    head, whole = http.head(url), http.get(url)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


def test_the_bank_decides_as_it_is_told_to(http: httpx.Client, world: dict[str, Any]) -> None:
    signed_in = http.post(f"{world['backend_url']}/sign-in", json={"customer": "ada"}).json()
    bearer = {"Authorization": f"Bearer {signed_in['access_token']}"}
    http.patch(of(world, "/bank"), json={"decision_after_seconds": 60, "refuses": ["bo"]})
    http.post(f"{world['backend_url']}/provisioning-orders", json={}, headers=bearer)

    http.post(of(world, "/clock"), json={"to": "2027-01-04T08:02:00Z"})

    [order] = http.get(of(world, "/state")).json()["state"]["orders"].values()
    assert (order["customer"], order["state"]) == ("ada", "REPORTED")


def test_a_moment_that_nobody_would_live_to_see_is_refused(http: httpx.Client, world: dict[str, Any]) -> None:
    answer = http.post(of(world, "/clock"), json={"to": "9999-01-01T00:00:00Z"})

    assert errors(answer) == {"to": ["is more than a hundred years away; it is 2027-01-04T08:00:00.000000Z"]}


@pytest.mark.parametrize(
    ("fault", "field", "said"),
    [
        ({"what": "POST /acounts"}, "what", "did you mean 'POST /accounts'?"),
        ({"what": "PUT /accounts"}, "what", "this path has no PUT"),
        ({"what": "POST /accounts", "sender": "sdk"}, "sender", "Impact Finance SDK never sends POST /accounts"),
        ({"what": "POST /accounts", "receiver": "bank_backend"}, "receiver", "Bank Backend never gets POST /accounts"),
        ({"sender": "bank_app", "receiver": "des"}, "receiver", "Bank App never sends a message to DES Backend"),
        ({"sender": "sdkk"}, "sender", "did you mean sdk?"),
        ({"receiver": "dse"}, "receiver", "did you mean des?"),
    ],
)
def test_a_fault_that_could_never_strike_is_refused(
    http: httpx.Client, world: dict[str, Any], fault: dict[str, Any], field: str, said: str
) -> None:
    answer = http.post(of(world, "/faults"), json={"trouble": "lost", **fault})

    assert answer.status_code == 400
    assert said in errors(answer)[field][0]
    assert http.get(of(world, "/faults")).json() == {"faults": [], "deaths": []}


def test_what_has_not_gone_wrong_yet_is_listed(http: httpx.Client, world: dict[str, Any]) -> None:
    http.post(
        of(world, "/faults"), json={"trouble": "lost", "what": "POST /v1/accounts/", "times": None, "name": "mine"}
    )
    http.post(of(world, "/deaths"), json={"of": "bank_backend", "at": "provisioning.ORDERED.due-not-done"})

    left = http.get(of(world, "/faults")).json()

    [fault] = left["faults"]
    assert (fault["name"], fault["what"], fault["times"], fault["struck"]) == ("mine", "POST /v1/accounts", None, 0)
    assert left["deaths"] == ["provisioning.ORDERED.due-not-done"]
    http.delete(of(world, "/faults"))
    assert http.get(of(world, "/faults")).json() == {"faults": [], "deaths": []}

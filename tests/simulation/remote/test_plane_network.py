"""The control plane over HTTP: what goes wrong in a world."""

from typing import Any

import httpx
import pytest

from .planes import errors, launched, of

pytestmark = pytest.mark.thorough  # sandboxes are served, and worlds made there


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


def test_the_bank_decides_as_it_is_told_to(http: httpx.Client, world: dict[str, Any]) -> None:
    signed_in = http.post(f"{world['backend_url']}/sign-in", json={"customer": "ada"}).json()
    bearer = {"Authorization": f"Bearer {signed_in['access_token']}"}
    http.patch(of(world, "/bank"), json={"decision_after_seconds": 60, "refuses": ["bo"]})
    http.post(f"{world['backend_url']}/provisioning-orders", json={}, headers=bearer)

    http.post(of(world, "/clock"), json={"to": "2027-01-04T08:02:00Z"})

    [order] = http.get(of(world, "/state")).json()["state"]["orders"].values()
    assert (order["customer"], order["state"]) == ("ada", "REPORTED")


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

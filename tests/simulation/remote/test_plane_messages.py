"""The control plane over HTTP: the messages of a world."""

from typing import Any

import httpx
import pytest

from bank_app_sim.simulation.remote.control.messages import MOST_MESSAGES

from .planes import errors, launched, of

pytestmark = pytest.mark.thorough  # sandboxes are served, and worlds made there


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


SAID = {"from": "bank_app", "to": "sdk", "label": "x", "kind": "call"}
MEMBERS = "element 0 must be an object with from, to, label, kind, and perhaps detail, user, branch"


@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        (None, "must be a list"),
        ({}, "must be a list"),
        ([5], MEMBERS),
        ([{"from": "ada"}], MEMBERS),
        ([{**SAID, "from": "ada"}], "element 0 has a 'from' that must be bank_app or sdk or des or bank_backend"),
        ([{**SAID, "detail": 5}], "element 0 has a 'detail' that must be an object"),
    ],
)
def test_messages_of_nobody_are_refused(
    http: httpx.Client, world: dict[str, Any], messages: Any, sentence: str
) -> None:
    answer = http.post(of(world, "/messages"), json={"messages": messages})

    assert (answer.status_code, errors(answer)) == (400, {"messages": [sentence]})


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

"""What goes over the network between a player and a sandbox, besides what the actors say."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import orjson
import pytest

from bank_app_sim import Simulation
from bank_app_sim.simulation.remote.crossing import Crossing, InFlight
from bank_app_sim.simulation.remote.served_world import ForwardedRequest, ServedWorld
from bank_app_sim.timeline.traffic import Traffic
from bank_app_sim.timeline.turns import BRANCH

Handler = Callable[[httpx.Request], httpx.Response]


def keeping(requests: list[httpx.Request]) -> Handler:
    """Answers everything, and keeps what it was asked."""

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(204)

    return answer


def crossing(handler: Handler, *, takes_turns: bool = False, events: list[str] | None = None) -> httpx.AsyncClient:
    """A client whose requests cross to a sandbox that the test plays."""
    happened = [] if events is None else events

    async def hand_over() -> None:
        happened.append("handed over")

    def answer(request: httpx.Request) -> httpx.Response:
        happened.append("asked")
        return handler(request)

    way = Crossing(
        sender="bank_app",
        transport=httpx.MockTransport(answer),
        in_flight=InFlight(),
        traffic=Traffic(),
        hand_over=hand_over,
        takes_turns=lambda: takes_turns,
        is_now=lambda moment: happened.append(f"now {moment:%H:%M}"),
    )
    return httpx.AsyncClient(transport=way, base_url="http://sandbox")  # type: ignore[arg-type]  # structurally the same


async def test_what_was_said_here_is_handed_over_before_the_request_and_the_moment_taken_with_the_answer() -> None:
    events: list[str] = []

    async with crossing(
        lambda _: httpx.Response(204, headers={"Sandbox-Now": "2027-01-05T14:00:00Z"}), events=events
    ) as http:
        await http.get("/accounts")

    assert events == ["handed over", "asked", "now 14:00"]


async def test_each_request_says_whose_it_is_and_has_a_number_of_its_own() -> None:
    requests: list[httpx.Request] = []

    async with crossing(keeping(requests)) as http:
        await http.get("/accounts")
        await http.get("/accounts")

    assert [request.headers["sandbox-sender"] for request in requests] == ["bank_app", "bank_app"]
    assert [request.headers["sandbox-request"] for request in requests] == ["1", "2"]
    assert "sandbox-branch" not in requests[0].headers


async def test_while_turns_are_taken_it_says_its_branch() -> None:
    requests: list[httpx.Request] = []
    BRANCH.set("Åsa sparar")

    async with crossing(keeping(requests), takes_turns=True) as http:
        await http.get("/accounts")

    assert requests[0].headers["sandbox-branch"] == "%C3%85sa%20sparar"


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ({"Sandbox-Network": "not sent"}, httpx.ConnectError),
        ({"Sandbox-Network": "no answer"}, httpx.ReadError),
        ({"Sandbox-World": "over"}, httpx.ConnectError),
    ],
)
async def test_no_answer_there_is_no_answer_here(header: dict[str, str], error: type[Exception]) -> None:
    body = orjson.dumps({"errors": [{"field": "base", "errors": ["the network lost it"]}]})

    async with crossing(lambda _: httpx.Response(502, headers=header, content=body)) as http:
        with pytest.raises(error, match="the network lost it"):
            await http.get("/accounts")


async def test_an_answer_comes_when_all_that_the_request_has_set_in_motion_is_at_rest() -> None:
    """Else it would be up to the network whether the next request comes before that."""
    start = datetime(2027, 1, 4, tzinfo=UTC)
    async with ServedWorld(Simulation(webhooks=True, start=start)) as world:

        async def ask(receiver: str, url: str, **body: str) -> httpx.Response:
            headers = [(b"content-type", b"application/json"), (b"accept", b"application/json")]
            sender = "sdk" if receiver == "des" else "bank_app"
            answer = await world.carry(
                ForwardedRequest(
                    sender=sender, receiver=receiver, method="POST", url=url, headers=headers, body=orjson.dumps(body)
                )
            )
            assert isinstance(answer, httpx.Response)
            await answer.aread()
            return answer

        token = (await ask("bank_backend", "/sign-in", customer="ada")).json()["id_token"]
        await ask("des", "/users/verify_token", token=token)

        assert [message.label for message in world.simulation.trace][-2:] == ["POST /webhooks/events", "204 No Content"]

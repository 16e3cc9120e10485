"""What can go wrong on the network of a world: each trouble, whom it befalls, and what everybody sees of it."""

from datetime import timedelta

import anyio
import attrs
import httpx
import pytest

from bank_app_sim import Simulation
from bank_app_sim.simulation.faults import Fault, FaultKind, Pending, is_called
from impact_sdk import ImpactAPI, NotSent, OutcomeUnknown, ServerError, User

DAY = timedelta(days=1)
USERS = "POST /users"


@attrs.define
class World:
    simulation: Simulation

    @property
    def api(self) -> ImpactAPI:
        return self.simulation.api

    async def introduce(self, customer: str) -> User:
        """One attempt, so that what the network does is seen and not mended."""
        return await self.api.users.create(external_id=customer, attempts=1)

    async def users(self) -> list[str]:
        return sorted([str(user.external_id) async for user in self.api.users.list()])

    def labels(self) -> list[str]:
        return [message.label for message in self.simulation.trace]

    def faults(self) -> list[str]:
        return [message.detail["fault"] for message in self.simulation.trace if "fault" in message.detail]


@pytest.mark.parametrize("kind", FaultKind)
def test_each_kind_of_fault_has_a_sentence_and_labels(kind: FaultKind) -> None:
    assert kind.happens
    assert all("POST /users" in label for label in kind.labels("POST /users"))


async def test_a_lost_message_never_arrives() -> None:
    async with Simulation() as simulation:
        world = World(simulation)
        await simulation.fail(Fault(kind=FaultKind.LOST, what=USERS))

        with pytest.raises(NotSent):
            await world.introduce("ada")

        assert await world.users() == []
        assert "POST /users is lost" in world.labels()
        await world.introduce("ada")  # once, and no more
        assert await world.users() == ["ada"]


async def test_a_message_whose_answer_is_lost_has_had_its_effect() -> None:
    async with Simulation() as simulation:
        world = World(simulation)
        await simulation.fail(Fault(kind=FaultKind.ANSWER_LOST, what=USERS))

        with pytest.raises(OutcomeUnknown):
            await world.introduce("ada")

        assert await world.users() == ["ada"]
        assert "the answer to POST /users is lost" in world.labels()


async def test_a_doubled_message_arrives_twice_and_has_its_effect_once() -> None:
    async with Simulation() as simulation:
        world = World(simulation)
        await simulation.fail(Fault(kind=FaultKind.DOUBLED, what=USERS))

        await world.introduce("ada")

        assert world.labels().count("POST /users") == 2
        assert await world.users() == ["ada"]


async def test_a_message_that_is_held_back_arrives_after_the_next_of_its_kind() -> None:
    async with Simulation(webhooks=True) as simulation:
        world = World(simulation)
        await world.introduce("ada")
        await simulation.advance(DAY)
        await simulation.fail(Fault(kind=FaultKind.HELD_BACK, what="POST /webhooks/events", times=1))

        before = len(simulation.trace)
        for customer in ("bo", "cy"):
            await world.introduce(customer)
            await simulation.advance(timedelta(minutes=1))

        webhooks = [each.label for each in list(simulation.trace)[before:] if "/webhooks/events" in each.label]
        assert webhooks == [
            "POST /webhooks/events",
            "POST /webhooks/events is held back",
            "POST /webhooks/events",
            "POST /webhooks/events arrives at last",
        ]
        events = (await simulation.state())["events"].values()
        assert [event["type"] for event in events].count("UserCreated") == 3


async def test_a_late_message_arrives_after_a_while() -> None:
    async with Simulation() as simulation:
        world = World(simulation)
        await simulation.fail(Fault(kind=FaultKind.LATE, what=USERS, delay=timedelta(hours=3)))
        began_at = simulation.clock.now()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(world.introduce, "ada")
            await simulation.advance(timedelta(hours=2))
            assert "POST /users is late" in world.labels()
            assert await world.users() == []
            await simulation.advance(timedelta(hours=2))

        assert await world.users() == ["ada"]
        [arrived] = [message.at for message in simulation.trace if message.label == "POST /users"]
        assert arrived - began_at == timedelta(hours=3)


async def test_somebody_on_the_way_answers_instead() -> None:
    async with Simulation() as simulation:
        world = World(simulation)
        await simulation.fail(Fault(kind=FaultKind.ANSWERED, what=USERS, status=502))

        with pytest.raises(ServerError) as raised:
            await world.introduce("ada")

        assert raised.value.status == 502
        assert await world.users() == []


@pytest.mark.parametrize("status", [400, 401, 404, 409, 418, 429, 500, 502, 503, 520, 599])
@pytest.mark.parametrize(
    ("sender", "receiver", "path"), [("sdk", "des", "/v1/dreams"), ("bank_app", "bank_backend", "/accounts")]
)
async def test_an_answer_of_the_network_has_the_form_of_the_document(
    status: int, sender: str, receiver: str, path: str
) -> None:
    async with Simulation() as simulation:
        await simulation.fail(Fault(kind=FaultKind.ANSWERED, what="GET /accounts", status=status))
        await simulation.fail(Fault(kind=FaultKind.ANSWERED, what="GET /dreams", status=status))
        request = httpx.Request("GET", f"http://{receiver}{path}", headers={"X-Request-Id": "mine"})

        answer = await simulation.way(sender, receiver).handle_async_request(request)

    assert answer.status_code == status
    [error] = answer.json()["errors"]
    assert (error["field"], len(error["errors"])) == ("base", 1)
    assert f"answers {status}" in error["errors"][0]
    assert answer.headers["X-Request-Id"] == "mine"
    assert answer.headers.get("Retry-After") == ("1" if status in (429, 503) else None)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


async def test_the_receiver_dies_after_its_work_and_is_started_again() -> None:
    async with Simulation() as simulation:
        world = World(simulation)
        dead = simulation.des
        await simulation.fail(Fault(kind=FaultKind.RECEIVER_DIES, receiver="des", what=USERS))

        with pytest.raises(OutcomeUnknown):
            await world.introduce("ada")

        assert simulation.des is not dead
        assert simulation.network.deaths == {"des": 1}
        assert await world.users() == ["ada"]


async def test_a_fault_waits_for_its_turn_and_is_used_up() -> None:
    async with Simulation() as simulation:
        world = World(simulation)
        await simulation.fail(Fault(kind=FaultKind.LOST, what=USERS, after=1, times=2))

        await world.introduce("ada")
        for customer in ("bo", "cy"):
            with pytest.raises(NotSent):
                await world.introduce(customer)
        await world.introduce("di")

        assert await world.users() == ["ada", "di"]
        assert world.faults() == ["lost", "lost"]


async def test_a_fault_strikes_only_messages_of_its_kind_and_way() -> None:
    async with Simulation() as simulation:
        world = World(simulation)
        await simulation.fail(Fault(kind=FaultKind.LOST, what="GET /dreams", sender="sdk"))
        await simulation.fail(Fault(kind=FaultKind.LOST, what="DELETE /users/{id}"))

        await world.introduce("ada")
        assert [dream async for dream in world.api.dreams.list()] == []

        assert await world.users() == ["ada"]
        assert world.faults() == []


async def test_pending_faults_can_be_listed() -> None:
    async with Simulation(webhooks=True) as simulation:
        world = World(simulation)
        twice = Fault(kind=FaultKind.LOST, what=USERS, times=2)
        every = Fault(kind=FaultKind.DOUBLED, what="GET /users", times=None)
        held = Fault(kind=FaultKind.HELD_BACK, what="POST /webhooks/events")
        for fault in (twice, every, held):
            await simulation.fail(fault)
        await simulation.crash_backend_at("events.RECEIVED.due-not-done")
        assert (await simulation.pending()) == Pending(
            faults=[twice, every, held], deaths=["events.RECEIVED.due-not-done"]
        )

        with pytest.raises(NotSent):
            await world.introduce("ada")
        await world.users()
        await world.users()

        left = await simulation.pending()
        assert [fault.what for fault in left.faults] == [USERS, "POST /webhooks/events"]
        assert (twice.times, twice.struck, every.times, every.struck) == (1, 1, None, 2)

        await simulation.heal()
        assert await simulation.pending() == Pending(faults=[], deaths=[])


async def test_a_message_that_was_held_back_and_never_arrived_is_pending() -> None:
    async with Simulation(webhooks=True) as simulation:
        world = World(simulation)
        await world.introduce("ada")
        await simulation.advance(timedelta(minutes=1))
        held = Fault(kind=FaultKind.HELD_BACK, what="POST /webhooks/events")
        await simulation.fail(held)

        await world.introduce("bo")
        await simulation.advance(timedelta(minutes=1))
        assert (held.times, held.held_back) == (0, 1)
        assert (await simulation.pending()).faults == [held]

        await world.introduce("cy")
        await simulation.advance(timedelta(minutes=1))
        assert (await simulation.pending()).faults == []


async def test_a_healed_network_has_no_faults() -> None:
    async with Simulation() as simulation:
        world = World(simulation)
        await simulation.fail(Fault(kind=FaultKind.LOST))
        await simulation.heal()

        await world.introduce("ada")

        assert await world.users() == ["ada"]


@pytest.mark.parametrize(
    ("what", "method", "path", "is_it"),
    [
        ("POST /accounts", "POST", "/v1/accounts", True),
        ("post /accounts", "POST", "/v1/accounts", True),
        ("POST /accounts", "GET", "/v1/accounts", False),
        ("POST /accounts", "POST", "/v1/accounts/7", False),
        ("PATCH /transactions/{id}", "PATCH", "/v1/transactions/7-a", True),
        ("PATCH /transactions/{id}", "PATCH", "/v1/transactions/7/8", False),
        ("POST /webhooks/events", "POST", "/webhooks/events", True),
        ("POST /v1/accounts", "POST", "/v1/accounts", True),
        ("GET /accounts", "GET", "/accounts", True),
        ("GET /v1/accounts", "GET", "/accounts", False),
    ],
)
def test_messages_are_called_by_method_and_path(what: str, method: str, path: str, is_it: bool) -> None:
    assert is_called(what, method, path) is is_it


async def test_a_dead_participant_does_not_answer() -> None:
    async with Simulation() as simulation:
        await simulation.kill_backend(stays_down=timedelta(hours=1))

        with pytest.raises(httpx.ConnectError, match="bank_backend is not running"):
            await simulation.ledger()

        await simulation.advance(timedelta(hours=2))
        assert (await simulation.ledger())["sum_cents"] == 0

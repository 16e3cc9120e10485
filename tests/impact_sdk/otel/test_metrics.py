"""What is measured of calls, attempts and handovers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest
import respx

from bank_app_sim import Simulation
from impact_sdk import (
    AccountProvisioningDeclined,
    AccountProvisioningRequest,
    AccountProvisioningTimedOut,
    HandoverError,
    ImpactAPI,
    ProvisioningDeclined,
    Weekly,
)

from ..answers import DREAM
from .seen import ABOUT, Seen


def of(points: list[Any]) -> list[tuple[dict[str, Any], Any]]:
    return [
        (dict(point.attributes), getattr(point, "value", None) or getattr(point, "count", None)) for point in points
    ]


async def test_attempts_and_calls_are_measured(seen: Seen, traced: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").side_effect = [httpx.Response(503), httpx.Response(200, json={"dream": DREAM})]

    async with traced as api:
        await api.dreams.get("d1")

    metrics = seen.metrics()
    about = {name: value for name, value in ABOUT.items() if name != "url.full"}
    durations = of(metrics["http.client.request.duration"])
    assert ({**about, "http.response.status_code": 503, "error.type": "503"}, 1) in durations
    assert ({**about, "http.response.status_code": 200}, 1) in durations
    assert of(metrics["impact.call.duration"]) == [({"impact.call": "dreams.get"}, 1)]
    assert [point.sum for point in metrics["impact.call.attempts"]] == [3]
    assert [point.count for point in metrics["impact.connection.wait"]] == [3]
    assert {point.explicit_bounds[:2] for point in metrics["http.client.request.duration"]} == {(0.005, 0.01)}
    assert "d1" not in repr([point.attributes for points in metrics.values() for point in points])


async def declines(request: AccountProvisioningRequest) -> None:
    raise ProvisioningDeclined("no")


async def fails(request: AccountProvisioningRequest) -> None:
    raise ValueError


async def never_returns(request: AccountProvisioningRequest) -> None:
    await anyio.sleep_forever()


async def answers(request: AccountProvisioningRequest) -> None: ...


@pytest.mark.parametrize(
    ("callback", "outcome", "error"),
    [
        (answers, "answered", None),
        (declines, "declined", AccountProvisioningDeclined),
        (fails, "failed", HandoverError),
        (never_returns, "timed_out", AccountProvisioningTimedOut),
    ],
)
async def test_handovers_are_counted_by_their_outcome(
    seen: Seen, callback: Callable[..., Any], outcome: str, error: type[Exception] | None
) -> None:
    async with Simulation(seed=7) as sim:
        sdk = sim.sdk(hooks=[seen.hook], account_provisioning_timeout=timedelta(minutes=5))
        sdk.register(account_provisioning_requested=callback)
        session = await sdk.launch(sim.id_token("ada"))
        dream = await session.create_dream("Bike")
        raised: list[Exception] = []

        async def launch() -> None:
            try:
                await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
            except HandoverError as failure:
                raised.append(failure)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(launch)
            if callback is never_returns:
                await sim.advance(timedelta(minutes=6))

    assert len(raised) == (0 if error is None else 1)
    assert error is None or isinstance(raised[0], error)
    about = {"impact.callback": "account_provisioning_requested"}
    metrics = seen.metrics()
    assert of(metrics["impact.handovers.asked"]) == [(about, 1)]
    assert of(metrics["impact.handovers.ended"]) == [({**about, "impact.outcome": outcome}, 1)]
    [span] = seen.named("callback account_provisioning_requested")
    assert span.status.status_code.name == ("ERROR" if outcome in ("failed", "timed_out") else "UNSET")

"""A journey in Python: the steps of scripts, on a world in this process and in simulated time.

Each step is a method; amounts are in cents. What is expected is written as in a script, with `_` for a space.

Run it: uv run python examples/journey_in_python.py
"""

from datetime import timedelta

import anyio

from bank_app_sim import Simulation
from bank_app_sim.journeys.given import given
from bank_app_sim.journeys.journey import Journey


async def main() -> None:
    async with Simulation(seed=7, decision_after=timedelta(days=3)) as sim:
        journey = Journey(sim, given(users=("ada", "bo")))
        await journey.launch()
        await journey.create_dream("Bike", target_cents=250_000)
        await journey.user_thinks_for(timedelta(minutes=2))
        await journey.launch_savehack("weekly", amount_cents=5_000)
        await journey.expect(callbacks=1, savehacks={"active": 1}, accounts=0, elapsed_time="2 min")

        async def bo_joins() -> None:
            await journey.launch("bo")
            await journey.create_dream("Boat", by="bo")
            await journey.launch_savehack("one time", amount_cents=20_000, by="bo")

        # Both at once: whose message goes next, the seed decides.
        await journey.meanwhile(bo_joins, lambda: journey.wait(timedelta(days=3)))
        await journey.eventually(within=timedelta(days=2), accounts=2, deposits={"settled": 2})
        await journey.expect(of="bo", saved={"Boat": "200.00"}, books_agree="yes")
        print("asked", sum(message.label.startswith("callback") for message in sim.trace), "times, two accounts")


anyio.run(main)

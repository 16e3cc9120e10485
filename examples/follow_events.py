"""What happens at Impact Finance, as the bank hears of it: sent by webhook, and read by listing.

A webhook can get lost, and come twice; the listing has everything of the last thirty days. A backend that knows an
event by its id may use both.

Run it: uv run python examples/follow_events.py
"""

import anyio

from bank_app_sim import Simulation
from impact_sdk import OneTime, Transaction


async def main() -> None:
    async with Simulation(seed=7) as sim:
        app = sim.bank_app("ada")
        await app.open_account_in_advance()
        session = await app.launch()
        dream = await session.create_dream("Bike", target_cents=5_000)
        await session.launch_savehack(dream, OneTime(amount_cents=5_000))
        async for transaction in sim.api.transactions.drain():
            await sim.api.transactions.settle(transaction.id)

        async for event in sim.api.events.follow():  # for ever; keep event.created_at to go on after a restart
            amount = f" {event.data.amount_cents} cents" if isinstance(event.data, Transaction) else ""
            print(f"{event.type}{amount}")
            if event.type == "DreamAchieved":
                break


anyio.run(main)

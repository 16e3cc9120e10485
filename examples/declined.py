"""The user says no, changes their mind, and says yes: two questions, one account.

Run it: uv run python examples/declined.py
"""

from datetime import timedelta

import anyio

from bank_app_sim import Simulation
from impact_sdk import AccountProvisioningDeclined, Monthly

answers = iter([False, True])


async def main() -> None:
    async with Simulation(seed=7, decision_after=timedelta(days=3)) as sim:
        app = sim.bank_app("ada", answers=lambda question: next(answers))
        session = await app.launch()
        dream = await session.create_dream("Boat", target_cents=9_000_000)
        try:
            await session.launch_savehack(dream, Monthly(amount_cents=100_000, day_of_month=31))
        except AccountProvisioningDeclined as declined:
            print(f"declined: {declined.reason}; {len(declined.launches)} launch stays paused")
        started = await session.resume_paused_launches()
        print(f"asked again and accepted: {started[0].type} is {started[0].state}")
        await sim.advance(timedelta(days=4))
        async for account in session.accounts():
            print(f"one account, with {account.balance_cents} cents on it")


anyio.run(main)

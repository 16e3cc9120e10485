"""The SDK in thirty lines, against a bank that is simulated in this process.

In a bank's own app `ImpactSDK("https://…", client_id="…")` takes the place of `sim.sdk()`, and the bank's sign-in that
of `sim.id_token()`.

Run it: uv run python examples/quickstart.py
"""

import anyio

from bank_app_sim import Simulation
from impact_sdk import AccountProvisioningRequest, Weekly


async def open_account(request: AccountProvisioningRequest) -> None:
    """Take over the screen; start opening an account; return when that is under way."""
    print(f"the bank's app opens an account for {request.external_user_id}")


async def main() -> None:
    async with Simulation(seed=7) as sim:
        sdk = sim.sdk()
        sdk.register(account_provisioning_requested=open_account)
        async with await sdk.launch(sim.id_token("ada"), locale="sv-SE") as session:
            dream = await session.create_dream("Bike", target_cents=250_000)
            launch = await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
            print(f"{launch.type} for {dream.name} is {launch.state}")
            async for deposit in session.transactions():
                print(f"a deposit of {deposit.amount_cents} cents is {deposit.state}")


anyio.run(main)

"""What a bank's backend does: post the account once, however often it is told to, and settle what is requested.

`sim.api` is `ImpactAPI(des_url, auth=ClientCredentials(client_id, client_secret))`, with the credentials of the
simulated bank.

Run it: uv run python examples/bank_backend.py
"""

import anyio

from bank_app_sim import Simulation
from impact_sdk import AccountProvisioningRequest, Conflict, OneTime


async def main() -> None:
    async with Simulation(seed=7) as sim:
        api = sim.api
        orders: list[AccountProvisioningRequest] = []

        async def open_account(request: AccountProvisioningRequest) -> None:
            orders.append(request)  # a real backend writes it down, and works it off days later

        sdk = sim.sdk()
        sdk.register(account_provisioning_requested=open_account)
        session = await sdk.launch(sim.id_token("ada"))
        dream = await session.create_dream("Bike", target_cents=250_000)
        await session.launch_savehack(dream, OneTime(amount_cents=5_000))

        (order,) = orders
        user_id, external_id = order.user_id, order.account_external_id
        account = await api.accounts.create(user_id=user_id, type="SharedSavings", external_id=external_id)
        try:
            await api.accounts.create(user_id=user_id, type="SharedSavings", external_id=external_id)
        except Conflict as conflict:
            print(f"the second time: {conflict.status}")
        same = await api.accounts.ensure(user_id=user_id, type="SharedSavings", external_id=external_id)
        print(f"ensure() returns the one that is there: {same == account}")

        async for transaction in api.transactions.drain():
            if transaction.waits_for_account:
                continue  # other users' accounts may be still to come; drain() lists it again then
            settled = await api.transactions.settle(transaction.id)
            print(f"{settled.type} of {settled.amount_cents} cents: {settled.state}")


anyio.run(main)

"""How a session lasts and how it ends: the host gives new ID tokens, and is told when it is over.

Run it: uv run python examples/keep_sessions.py
"""

from datetime import timedelta

import anyio

from bank_app_sim import Simulation
from impact_sdk import ExitRequest, IDTokenExpired, SessionClosed


async def main() -> None:
    async with Simulation(seed=7, token_lifetime=timedelta(minutes=10)) as sim:

        async def new_id_token(request: IDTokenExpired) -> str:
            print(f"{request.external_user_id}'s session would end at {request.expires_at:%H:%M}; here is a new token")
            return sim.id_token("ada")  # a silent sign-in at the bank

        async def leave(request: ExitRequest) -> None:
            print(f"close Impact Finance: {request.reason}")

        sdk = sim.sdk()
        sdk.register(id_token_expired=new_id_token, exit_requested=leave)
        session = await sdk.launch(sim.id_token("ada"))
        await sim.advance(timedelta(minutes=15))
        await session.create_dream("Bike", target_cents=250_000)  # still there

        await session.sign_out()
        try:
            session.dreams()
        except SessionClosed as closed:
            print(closed)


anyio.run(main)

"""A bank whose users sign for each savehack: the launch is a draft until the bank's backend has told DES.

The app is asked by `transfer_consent_requested`, gets a temporary id that is good for one look, and hands it to its
backend at once. Opening the account belongs to the same experience: nobody is asked for it separately.

Run it: uv run python examples/sign_for_savehacks.py
"""

import anyio

from bank_app_sim import Simulation
from impact_sdk import ConsentDeclined, TransferConsentDeclined, TransferConsentRequest, Weekly


async def main() -> None:
    async with Simulation(seed=7, transfer_consents=True) as sim:
        answers = ["not now", "yes"]

        async def sign(request: TransferConsentRequest) -> None:
            # What the bank's backend does, when the app has handed it the temporary id:
            consent = await sim.api.transfer_consents.get(request.temporary_id)
            print(f"at most {consent.max_amount_cents} cents a {consent.max_frequency}?")
            if answers.pop(0) != "yes":
                await sim.api.transfer_consents.reject(consent.id)
                raise ConsentDeclined("not now")
            await sim.api.transfer_consents.consent(consent.id)

        sdk = sim.sdk()
        sdk.register(transfer_consent_requested=sign)
        session = await sdk.launch(sim.id_token("ada"))
        dream = await session.create_dream("Bike", target_cents=250_000)
        try:
            await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
        except TransferConsentDeclined as declined:
            (draft,) = declined.launches
            print(f"{draft.type} is a {draft.state}: {declined.reason}")

        (launch,) = await session.resume_paused_launches()
        print(f"{launch.type} is {launch.state}")


anyio.run(main)

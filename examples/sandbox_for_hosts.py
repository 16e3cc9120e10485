"""What the examples of hosts run against: a sandbox of DES on loopback, in a thread of this program.

A host finds DES as in production: its address and the bank's credentials are in the environment.

Run it: uv run python examples/sandbox_for_hosts.py
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bank_app_sim import ServedSimulation
from impact_sdk import AccountProvisioningRequest, Blocking, ImpactAPI, OneTime

WEBHOOK_SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgZXhhbXBsZXMsIGxvbmcgZW5vdWdo"


@contextmanager
def sandbox() -> Iterator[Blocking[ServedSimulation]]:
    with tempfile.TemporaryDirectory() as folder:
        # The simulated bank opens accounts at once, and leaves it to the host to settle.
        at_once, later = timedelta(), timedelta(days=1)

        def make() -> ServedSimulation:
            return ServedSimulation(data=Path(folder), decision_after=at_once, settle_every=later)

        with Blocking(make) as sandbox:
            os.environ.update(sandbox.call(environment))
            yield sandbox


async def environment(sim: ServedSimulation) -> dict[str, str]:
    return {
        "IMPACT_BASE_URL": sim.des_url,
        "IMPACT_CLIENT_ID": sim.client_id,
        "IMPACT_CLIENT_SECRET": sim.client_secret,
        "IMPACT_WEBHOOK_SECRET": WEBHOOK_SECRET,
    }


async def send_webhooks_to(sim: ServedSimulation, url: str) -> None:
    await sim.api.sandbox.set_webhook_endpoint(url=url, secret=WEBHOOK_SECRET)


async def save(sim: ServedSimulation, customer: str, amount_cents: int) -> None:
    """A customer saves for a bike; the bank is to move the money."""
    app = sim.bank_app(customer)
    await app.open_account_in_advance()
    session = await app.launch()
    dream = await session.create_dream("Bike", target_cents=250_000)
    await session.launch_savehack(dream, OneTime(amount_cents=amount_cents))


async def save_before_account(sim: ServedSimulation, customer: str, amount_cents: int) -> None:
    """A customer saves while the account is still being opened, which may take days: the deposit waits for it."""

    async def begin_to_open(request: AccountProvisioningRequest) -> None:
        pass

    sdk = sim.sdk()
    sdk.register(account_provisioning_requested=begin_to_open)
    session = await sdk.launch(sim.id_token(customer))
    dream = await session.create_dream("Boat", target_cents=900_000)
    await session.launch_savehack(dream, OneTime(amount_cents=amount_cents))


if __name__ == "__main__":
    with sandbox() as des, Blocking(ImpactAPI.from_env) as impact:
        des.call(save_before_account, "bo", 3_000)
        des.call(save, "ada", 5_000)
        for transaction in impact.each(lambda api: api.transactions.list()):
            waits = ", waits for its account" if transaction.waits_for_account else ""
            print(f"{transaction.type} of {transaction.amount_cents} cents: {transaction.state}{waits}")

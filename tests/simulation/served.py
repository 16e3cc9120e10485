"""`bank-app-sim serve` as a process of its own, and the bank's app on top of it."""

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import attrs
import httpx

from bank_app_sim.app import BankApp, Screen
from bank_app_sim.app.bank_client import BankClient
from bank_app_sim.simulation.client import Client
from impact_sdk import ClientCredentials, ImpactAPI, ImpactSDK, SystemClock

# What a machine that does much else besides needs at the most.
PATIENCE_SECONDS = 60


@attrs.frozen
class Server:
    """A sandbox that runs, and the line it printed when it was ready."""

    process: "subprocess.Popen[str]"
    ready: dict[str, Any]

    def died_of_a_kill(self) -> bool:
        return self.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL

    def api(self) -> ImpactAPI:
        return ImpactAPI(
            self.ready["des_url"], auth=ClientCredentials(self.ready["client_id"], self.ready["client_secret"])
        )

    @asynccontextmanager
    async def bank_app(self, customer: str) -> AsyncIterator[BankApp]:
        """The same app as in a simulation, in front of a server that it knows by its addresses only."""
        clock = SystemClock()
        async with (
            ImpactSDK(self.ready["des_url"], client_id=self.ready["client_id"]) as sdk,
            Client(self.ready["backend_url"], transport=None) as http,
        ):
            bank = BankClient(http, clock)
            yield BankApp(customer=customer, sdk=sdk, bank=bank, screen=Screen())

    async def ledger(self) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=self.ready["backend_url"]) as http:
            books: dict[str, Any] = (await http.get("/ledger")).raise_for_status().json()
            return books


@contextmanager
def served(data: Path, *options: str) -> Iterator[Server]:
    """Start `serve` on free ports with a bank that decides at once; it is ended with the block, if it still runs."""
    command = [sys.executable, "-m", "bank_app_sim", "serve", "--json", "--port", "0", "--data", str(data)]
    command += ["--decision-after", "0s", "--settle-every", "0.1s", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Server(process, json.loads(process.stdout.readline()))
        finally:
            if process.poll() is None:
                process.terminate()

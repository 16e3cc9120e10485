"""Hosts that open the SDK in one task, use it in others, and close it in another one: DES has what was done, once."""

import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import attrs
import pytest

from bank_app_sim import ServedSimulation
from impact_sdk import Blocking, Dream

from .started import PATIENCE_SECONDS, started
from .test_servers import UVICORN

pytestmark = [pytest.mark.processes]

CUSTOMERS = ("ada", "bo", "cleo", "dan", "eve")


@attrs.frozen
class Sandbox:
    """DES on loopback, in a thread of the tests."""

    simulation: Blocking[ServedSimulation]

    @property
    def environment(self) -> dict[str, str]:
        async def environment(sim: ServedSimulation) -> dict[str, str]:
            return {"IMPACT_BASE_URL": sim.des_url, "IMPACT_CLIENT_ID": sim.client_id, "TOKEN": sim.id_token("ada")}

        return self.simulation.call(environment)

    def tokens(self) -> list[str]:
        async def tokens(sim: ServedSimulation) -> list[str]:
            return [sim.id_token(customer) for customer in CUSTOMERS]

        return self.simulation.call(tokens)

    def dreams(self) -> list[Dream]:
        return list(self.simulation.each(lambda sim: sim.api.dreams.list()))


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Blocking(lambda: ServedSimulation(data=tmp_path / "data")) as simulation:
        yield Sandbox(simulation)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_an_asgi_server_without_lifespan(sandbox: Sandbox, loop: str) -> None:
    command = [*UVICORN, "--loop", loop, "--lifespan", "off", "tests.hosts.without_lifespan:app"]
    with started(command, sandbox.environment) as host:

        def create(token: str) -> str:
            with urlopen(f"{host.url}/dreams", token.encode(), timeout=PATIENCE_SECONDS) as answer:
                created: str = json.load(answer)
                return created

        with ThreadPoolExecutor(len(CUSTOMERS)) as threads:
            created = list(threads.map(create, sandbox.tokens()))
        with urlopen(f"{host.url}/close", b"", timeout=PATIENCE_SECONDS):
            pass
        host.end(signal.SIGINT)

    assert sorted(dream.id for dream in sandbox.dreams()) == sorted(created)
    assert host.is_clean


# Each line is a cell. IPython runs each that awaits in a task of its own.
CELLS = """\
import os
from impact_sdk import Blocking, ImpactAPI, ImpactSDK
sdk = await ImpactSDK.from_env().__aenter__()
session = await sdk.launch(os.environ["TOKEN"])
dream = await session.create_dream("Bike", target_cents=250_000)
await sdk.aclose()
print("the Dream is", dream.id)
"""


def test_cells_of_ipython(sandbox: Sandbox, tmp_path: Path) -> None:
    command = ["-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit", "--colors=NoColor"]
    environment = {**sandbox.environment, "IPYTHONDIR": str(tmp_path / "ipython")}
    with started(command, environment, listens=False) as host:
        host.wait(typed=CELLS)

    [dream] = sandbox.dreams()
    assert f"the Dream is {dream.id}" in host.said
    assert host.is_clean

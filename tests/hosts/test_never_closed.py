"""Hosts that open the SDK with `prepare()` and never close it, really started: cells of IPython, requests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..impact_sdk.test_home import SERVER

pytestmark = [pytest.mark.thorough, pytest.mark.processes]

CELLS = """
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.user_ns["address"] = address
for cell in [
    "from impact_sdk import ImpactSDK",
    "sdk = ImpactSDK(address, client_id='demo-bank')",
    "await sdk.prepare()",
    "session = await sdk.launch('t0ken')",
    "dream = await session.create_dream('Bike')",
]:
    shell.run_cell(cell).raise_error()
print(shell.user_ns["dream"].id)
"""

REQUESTS = """
import httpx, uvicorn
from fastapi import FastAPI

app = FastAPI()
sdk = ImpactSDK(address, client_id="demo-bank")
sessions = []

@app.get("/begin")
async def begin():
    await sdk.prepare()
    sessions.append(await sdk.launch("t0ken"))

@app.get("/dream")
async def dream():
    return (await sessions[0].create_dream("Bike")).id

async def main():
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="error"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as browser:
        answers = [await browser.get(path) for path in ("/begin", "/dream")]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    server.should_exit = True
    await serving
    print(answers[1].json())

asyncio.run(main())
"""


@pytest.mark.parametrize("host", [CELLS, REQUESTS], ids=["cells", "requests"])
def test_a_host_that_closes_nothing_ends_quietly(host: str, tmp_path: Path) -> None:
    code = f"{SERVER}\n{host}"
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, env=environment
    )

    assert (done.stdout.strip(), done.stderr) == ("d1", "")

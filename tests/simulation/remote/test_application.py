"""What the application under `/worlds` answers when something goes wrong in it."""

import httpx
import pytest

from bank_app_sim.simulation.remote.application import WorldsApplication
from bank_app_sim.simulation.remote.threads import WorldThread

pytestmark = pytest.mark.parametrize("anyio_backend", ["asyncio"])


async def test_what_nobody_thought_of_is_answered_and_logged_without_what_moves_a_terminal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def find(_id: str) -> WorldThread:
        raise RuntimeError("out of threads")

    http = httpx.AsyncClient(transport=httpx.ASGITransport(WorldsApplication(find)), base_url="http://localhost")

    answer = await http.get("/worlds/4f0c/des/v1/%1B%5B31mred%0Aline")

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["field"] == "base"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "out of threads" in caplog.text
    assert r"\x1b[31mred\nline" in caplog.text

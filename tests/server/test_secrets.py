"""A planted ID token, client secret, cookie or access token shows up nowhere."""

import concurrent.futures
import gc
import logging
import random
import threading
import traceback
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.datastructures import QueryParams

from bank_app_sim import ServedSimulation
from bank_app_sim.cli import main
from bank_app_sim.journeys import evidence
from bank_app_sim.server.http.request import HTTPRequest
from bank_app_sim.server.ids import Ids
from bank_app_sim.simulation.secrets import (
    SECRET_FILE,
    WEBHOOK_SECRET_FILE,
    UnusableSecret,
    client_secret,
    webhook_secret,
)
from impact_sdk import ClientCredentials, ImpactAPI, ImpactError, ImpactSDK, InvalidCredentials, Secret, Session, Weekly

from ..journeys.evidence.page import embedded
from ..journeys.evidence.samples import made

PLANTED = "pl4nted-in-vain"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_no_secret_is_in_a_log_a_repr_an_error_a_trace_or_a_report(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Over TCP, so that the HTTP client's own logging is heard as well."""
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    async with ServedSimulation(
        data=tmp_path, decision_after=timedelta(), settle_every=timedelta(milliseconds=200)
    ) as simulation:
        secrets = {"client secret": simulation.client_secret}
        app = simulation.bank_app("ada")
        session = await app.launch()
        dream = await session.create_dream("Bike", target_cents=250_000)
        await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
        await simulation.until(lambda: "settled" in str(simulation.trace.as_json()), within=timedelta(seconds=20))

        secrets["ID token"] = id_token = simulation.id_token("bo")
        bare = simulation.sdk()
        said += map(repr, (bare, await bare.launch(id_token), session))
        said += await errors_of(simulation, id_token)
        secrets |= held_in_memory(session, simulation.client_secret)
        gc.collect()  # what other tests have left holds things that refuse to be shown
        said += [repr(thing) for thing in gc.get_objects() if is_ours(type(thing))]
        said += reports(simulation, tmp_path / "report")
        said += [simulation.trace.mermaid(), str(simulation.trace.as_json()), *map(repr, simulation.trace)]
    said += [record.getMessage() for record in caplog.records] + [caplog.text]

    heard = "\n".join(said)
    assert len(secrets) >= 4
    assert {name for name, secret in secrets.items() if secret in heard} == set()
    assert PLANTED not in heard
    assert "set-cookie" in heard, "the HTTP client's log was not heard, so its silence proves nothing"


def reports(simulation: ServedSimulation, folder: Path) -> list[str]:
    """All that is written for people and programs; what the page has compressed as well."""
    files = evidence.write(folder, [made(messages=simulation.trace.as_json())])
    (page,) = [file.read_text() for file in files if file.suffix == ".html"]
    (shown,) = embedded(page)
    assert len(shown["messages"]) == len(simulation.trace)
    return [*(file.read_text() for file in files), str(shown)]


def is_ours(kind: type) -> bool:
    return str(kind.__module__).startswith(("impact_sdk", "bank_app_sim"))


async def errors_of(simulation: ServedSimulation, id_token: str) -> list[str]:
    """What is said when something goes wrong with a secret in hand."""
    texts = []
    wrong = ImpactAPI(simulation.des_url, auth=ClientCredentials(simulation.client_id, PLANTED))
    async with wrong, ImpactSDK(simulation.des_url, client_id="another-bank") as sdk:
        for attempt in (
            wrong.users.get("u1"),
            sdk.launch(id_token),
            simulation.sdk().launch(f"{PLANTED}.{PLANTED}.{PLANTED}"),
            simulation.sdk().launch(id_token[:-10]),
        ):
            with pytest.raises((ImpactError, InvalidCredentials)) as caught:
                await attempt
            texts.append("".join(traceback.format_exception(caught.value)))
    return texts


def held_in_memory(session: Session, client_secret: str) -> dict[str, str]:
    """The secrets that nobody shows us, dug out of the objects that hold them; those of other tests are left alone."""
    cookie = Secret(session._lifetime.validity.cookie.headers["Cookie"]).reveal()
    tokens = {
        f"bearer token {n}": thing._token.reveal()
        for n, thing in enumerate(gc.get_objects())
        if type(thing).__name__ == "BearerToken"
        and thing._token
        and thing.credentials.client_secret.reveal() == client_secret
    }
    return {"cookie": cookie.partition("=")[2], **tokens}


def test_processes_that_start_together_have_one_secret(tmp_path: Path) -> None:
    together = threading.Barrier(16)

    def start(_n: int) -> str:
        together.wait(30)
        return client_secret(tmp_path, Ids(random.SystemRandom()))

    for n in range(10):
        (tmp_path / SECRET_FILE).unlink(missing_ok=True)
        with concurrent.futures.ThreadPoolExecutor(16) as processes:
            assert len(set(processes.map(start, range(16)))) == 1, n
    assert [file.name for file in tmp_path.iterdir()] == [SECRET_FILE]
    assert (tmp_path / SECRET_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "\n", "x", "fifteen letters", b"\xff" * 40])
def test_a_file_that_holds_no_secret_is_named_with_the_way_out(content: str | bytes, tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_bytes(content if isinstance(content, bytes) else content.encode())

    result = CliRunner().invoke(main, ["serve", "--port", "0", "--data", str(tmp_path)])

    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert "could be guessed; it must have 16 or more; write another one, or delete the file to get a new one" in said
    assert "fifteen letters" not in said


@pytest.mark.parametrize("content", ["", "whsec_AAAA", "whsec_" + "A" * 200, "A" * 44, "whsec_" + "?" * 44])
def test_a_file_that_holds_no_webhook_secret_is_named_likewise(content: str, tmp_path: Path) -> None:
    (tmp_path / WEBHOOK_SECRET_FILE).write_text(content)

    with pytest.raises(UnusableSecret, match="must be whsec_ and 24 to 64 bytes in base64") as refused:
        webhook_secret(tmp_path, Ids(random.SystemRandom()))

    assert str(tmp_path / WEBHOOK_SECRET_FILE) in str(refused.value)
    assert "AAAA" not in str(refused.value)


def test_a_secret_that_was_written_by_hand_may_end_its_line(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_text("a secret of my own\n")

    assert client_secret(tmp_path, Ids(random.SystemRandom())) == "a secret of my own"


def test_a_request_that_is_worked_on_shows_neither_headers_nor_body() -> None:
    """It is alive for a moment only: whether the test above meets one is a matter of luck."""
    request = HTTPRequest(
        method="POST",
        scheme="http",
        path="/v1/dreams",
        route="/v1/dreams",
        parameters={},
        query=QueryParams(),
        headers={"authorization": f"Bearer {PLANTED}"},
        body={"token": PLANTED},
        raw=PLANTED.encode(),
        request_id="r1",
    )

    assert PLANTED not in repr(request)

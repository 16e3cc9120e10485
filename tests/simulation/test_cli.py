"""What the command line says to people who type something else than it wants."""

import contextlib
import json
import signal
import socket
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bank_app_sim.backend import tables as backend_tables
from bank_app_sim.cli import main
from bank_app_sim.des import tables
from impact_sdk import ImpactAPI, ImpactSDK

from .served import served

OLDER = Path(__file__).parent / "older"


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dmeo"], "No such command 'dmeo'. Did you mean 'demo'?"),
        (["serve", "--port", "99999"], "99999 is not in the range"),
        (["serve", "--port", "no"], "'no' is not a valid integer"),
        (["serve", "--host", "http://sandbox.test"], "write it without scheme and port, as in sandbox.test"),
        (["serve", "--host", "sandbox.test:8700"], "write it without scheme and port, as in sandbox.test"),
        (["serve", "--host", "0.0.0.0"], "it listens on 127.0.0.1 only"),
        (["serve", "--decision-after", "soon"], "write for example 90s, 1.5h or 2 days"),
        (["serve", "--decision-after", "99999999999999w"], "longer than anything here lasts"),
        (["serve", "--decision-after", "3000000 days"], "decision_after must be from 0 seconds to 36525 days"),
        (["serve", "--settle-every", "0.001s"], "settle_every must be from 0.1 seconds to 36525 days: 0.001 seconds"),
        (["serve", "--token-lifetime", "0.5s"], "token_lifetime must be from 1 second to 36525 days: 0.5 seconds"),
        (["serve", "--access-token-lifetime", "3000000 days"], "access_token_lifetime must be from 1 second to"),
        (["serve", "--crash-at", "nowhere"], "provisioning.ORDERED.due-not-done"),
        (["serve", "--refuse", "Ada Lovelace"], "lower-case letters"),
        (["demo", "--seed", "x"], "'x' is not a valid integer"),
    ],
)
def test_a_typing_mistake_gets_a_sentence_and_exit_code_2(words: list[str], said: str) -> None:
    result = typed(*words)

    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = typed("serve", "--port", port, "--data", str(tmp_path))

    assert result.exit_code == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in result.output


def test_a_database_of_another_version_is_named_and_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "des.sqlite3") as other:
        other.execute("CREATE TABLE dreams (name TEXT)")
        other.execute("INSERT INTO dreams VALUES ('Bike')")
        other.execute("PRAGMA user_version = 99")
    other.close()

    result = typed("serve", "--port", "0", "--data", str(tmp_path))

    assert result.exit_code == 2
    said = f"des.sqlite3 has schema 99, this program needs {tables.VERSION}; move the file away"
    assert said in " ".join(result.output.split())
    with sqlite3.connect(tmp_path / "des.sqlite3") as same:
        assert same.execute("SELECT name FROM dreams").fetchall() == [("Bike",)]
    same.close()


def test_a_folder_of_an_older_release_is_named_with_the_way_out_and_left_alone(tmp_path: Path) -> None:
    """Made by a release whose tables were others; what follows when one file is moved away is said as well."""
    for actor in ("des", "backend"):
        with contextlib.closing(sqlite3.connect(tmp_path / f"{actor}.sqlite3")) as older:
            older.execute("PRAGMA journal_mode = WAL")
            older.executescript((OLDER / f"{actor}.sql").read_text(encoding="utf-8"))
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    first = typed("serve", "--port", "0", "--data", str(tmp_path))
    (tmp_path / "backend.sqlite3").rename(tmp_path / "backend.old")
    second = typed("serve", "--port", "0", "--data", str(tmp_path))

    assert (first.exit_code, second.exit_code) == (2, 2)
    for result, file, version, needed in (
        (first, "backend", 5, backend_tables.VERSION),
        (second, "des", 2, tables.VERSION),
    ):
        said = f"{file}.sqlite3 has schema {version}, this program needs {needed}; move the file away"
        assert said in " ".join(result.output.split())
        assert "Traceback" not in result.output
    assert (tmp_path / "des.sqlite3").read_bytes() == before["des.sqlite3"]
    assert (tmp_path / "backend.old").read_bytes() == before["backend.sqlite3"]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "backend.sqlite3").write_text("my notes, which are precious")

    result = typed("serve", "--port", "0", "--data", str(tmp_path))

    assert result.exit_code == 2
    assert "cannot be opened as a database" in result.output
    assert (tmp_path / "backend.sqlite3").read_text() == "my notes, which are precious"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me:passw0rd@127.0.0.1:1/bank", "database 'bank' on 127.0.0.1 cannot be reached"),
        ("sqlite:///passw0rd", "is not an address of a PostgreSQL database"),
        ("//me:passw0rd@host", "cannot be read"),
    ],
)
def test_a_database_that_cannot_be_used_gets_a_sentence_without_the_password(
    tmp_path: Path, url: str, said: str
) -> None:
    result = typed("serve", "--port", "0", "--data", str(tmp_path), "--database", url)

    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert "me:passw0rd" not in result.output


@pytest.mark.parametrize("command", ["demo", "serve", "openapi"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    result = typed(command, "--help")

    assert result.exit_code == 0
    assert f"bank-app-sim {command}" in result.output


def test_the_document_is_printed_as_it_was_written_and_as_json() -> None:
    written, as_json = typed("openapi"), typed("openapi", "--format", "json")

    assert "openapi: 3.1.0" in written.output
    assert json.loads(as_json.output)["openapi"] == "3.1.0"


@pytest.mark.processes
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_serve_prints_is_enough_to_begin(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        ready = server.ready
        token = ready["users"]["ada"]["id_token"]
        async with ImpactSDK(ready["des_url"], client_id=ready["client_id"]) as sdk, server.api() as api:
            assert isinstance(api, ImpactAPI)
            session = await sdk.launch(token)
            assert [user.external_id async for user in api.users.list()] == [session.user.external_id]


@pytest.mark.processes
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_credentials_and_tokens_outlive_a_restart(tmp_path: Path, world_url: str | None) -> None:
    where = ("--database", world_url) if world_url else ()
    with served(tmp_path, *where) as server:
        secret, token = server.ready["client_secret"], server.ready["users"]["ada"]["id_token"]

    with served(tmp_path, *where) as server:
        assert server.ready["client_secret"] == secret
        async with ImpactSDK(server.ready["des_url"], client_id="demo-bank") as sdk:
            assert (await sdk.launch(token)).user.external_id == "ada"


@pytest.mark.processes
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_in_peace_when_it_is_asked_to(tmp_path: Path, sent: signal.Signals) -> None:
    with served(tmp_path) as server:
        server.process.send_signal(sent)

        assert server.process.wait(20) == 0


def test_a_file_of_tenants_that_is_wrong_is_named_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "tenants.toml"
    file.write_text('[mine]\nclient_id = "mine"')

    result = CliRunner().invoke(main, ["serve", "--data", str(tmp_path), "--tenants", str(file)])

    assert result.exit_code == 2
    assert "bank 'mine': client_secret, issuer, audience, jwks_url missing" in " ".join(result.output.split())


def test_the_database_can_be_named_in_the_environment_and_its_password_is_not_shown(tmp_path: Path) -> None:
    """Everybody on a machine can read command lines."""
    url = "postgresql://bank:pl4nted@127.0.0.1:1/nowhere"

    result = CliRunner().invoke(main, ["serve", "--data", str(tmp_path)], env={"BANK_APP_SIM_DATABASE": url})

    assert result.exit_code == 2
    assert "database 'nowhere' on 127.0.0.1 cannot be reached" in " ".join(result.output.split())
    assert "pl4nted" not in result.output

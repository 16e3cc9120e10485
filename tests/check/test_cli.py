"""`bank-app-sim check` as it is typed: what it prints, and how it ends."""

import json
import os
import random
import re
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bank_app_sim.check import RULES
from bank_app_sim.cli import main
from bank_app_sim.server.ids import Ids
from bank_app_sim.simulation.our_bank import CLIENT_ID
from bank_app_sim.simulation.secrets import client_secret
from impact_sdk import environment

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ("IMPACT_BASE_URL", "IMPACT_DES_URL", "IMPACT_CLIENT_ID", "IMPACT_CLIENT_SECRET", "BANK_BACKEND_URL")


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command puts things into this process that it ends with; here it does not end."""
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, "as it was")
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.chdir(tmp_path)


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["check", *words])


def a_module(name: str, source: str) -> str:
    """A bank's module in the current folder."""
    Path(f"{name}.py").write_text(textwrap.dedent(source))
    return name


def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bank_app_sim", "check", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing argument 'MODULE:CALLABLE'"),
        (
            ["mybank"],
            "'mybank' does not name a callback; write MODULE:CALLABLE, for example mybank.callbacks:open_account",
        ),
        (["mybank/app.py:open_account"], "'mybank/app.py' is a file; name the module, as in mybank.app:open_account"),
        (["tehbank_app:open_account"], "there is no module 'tehbank_app'"),
        (["thebank_ap:open_account"], "did you mean 'thebank_app'?"),
        (["thebank_app:open_acount"], "thebank_app has no 'open_acount'; did you mean 'open_account'?"),
        (["thebank_app:host.open_accont"], "thebank_app.host has no 'open_accont'; did you mean 'open_account'?"),
        (["thebank_app:LIMIT"], "thebank_app:LIMIT is of type int, which cannot be called"),
        (
            ["thebank_app:open_account", "--only", "twise"],
            "'twise' is not a rule; the rules are awaitable, returns, loop",
        ),
        (["thebank_app:open_account", "--declines", "Cleo X"], "--declines must be a name of 1 to 64 lower-case"),
        (["thebank_app:open_account", "--time-limit", "soon"], "write for example 90s"),
        (["thebank_app:open_account", "--event-loop", "curio"], "is not one of"),
        (["thebank_app:open_account", "--port", "99999"], "not in the range"),
        (["thebank_app:open_account", "--backend", "http://127.0.0.1:1"], "--backend needs --port and --data"),
    ],
)
def test_a_typing_mistake_gets_a_sentence_and_exit_code_2(words: list[str], said: str) -> None:
    a_module(
        "thebank_app",
        """
        LIMIT = 3
        async def open_account(request): ...
        class Host:
            async def open_account(self, request): ...
        host = Host()
        """,
    )

    result = typed(*words)

    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        (
            "bank_without_url",
            "import os\nURL = os.environ['BANK_URL']",
            "KeyError: 'BANK_URL' (bank_without_url.py, line 2)",
        ),
        (
            "bank_with_typo",
            "async def open_account(request:",
            "SyntaxError: '(' was never closed (bank_with_typo.py, line 1)",
        ),
        ("bank_with_needs", "import nobody_has_this", "No module named 'nobody_has_this' (bank_with_needs.py, line 1)"),
        ("bank_that_exits", "import sys\nsys.exit('no')", "SystemExit: no (bank_that_exits.py, line 2)"),
    ],
)
def test_a_mistake_in_their_module_is_shown_in_one_line(name: str, source: str, said: str) -> None:
    result = typed(f"{a_module(name, source)}:open_account")

    assert result.exit_code == 2
    assert f"{name} cannot be imported: " in result.output
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_an_import_that_fails_with_the_secret_does_not_show_it(tmp_path: Path) -> None:
    name = a_module("bank_that_tells", "import os\nraise ValueError(os.environ['IMPACT_CLIENT_SECRET'])")

    result = typed(f"{name}:open_account", "--data", str(tmp_path / "data"))

    assert "ValueError: [client secret]" in result.output
    assert (tmp_path / "data" / "client_secret").read_text() not in result.output


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = typed("thebank:open_account", "--port", port)

    assert result.exit_code == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in result.output


def test_a_backend_that_does_not_answer_gets_a_hint_on_its_configuration(tmp_path: Path) -> None:
    port = free_port()
    silent = f"http://127.0.0.1:{free_port()}"

    result = typed("thebank:open_account", "--backend", silent, "--port", port, "--data", str(tmp_path / "data"))

    said = " ".join(result.output.split())
    assert result.exit_code == 2
    assert f"nothing answers at --backend {silent}" in said
    assert f"IMPACT_BASE_URL=http://127.0.0.1:{port}, IMPACT_CLIENT_ID=demo-bank" in said
    assert (tmp_path / "data" / "client_secret").exists()


def test_from_env_finds_the_sandbox_and_no_variable_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (environment.BASE_URL, environment.CLIENT_ID, environment.CLIENT_SECRET):
        monkeypatch.setenv(name, "https://production.example")
    source = """
        from pathlib import Path
        from impact_sdk import ImpactAPI, ImpactSDK

        Path("made").write_text(f"{ImpactAPI.from_env()} {ImpactSDK.from_env()}")
    """

    typed(f"{a_module('from_env_bank', source)}:open_account", "--port", port := free_port())

    here = f"http://127.0.0.1:{port}"
    assert Path("made").read_text() == f"<ImpactAPI {here}> <ImpactSDK {here} client_id={CLIENT_ID!r}>"
    assert os.environ[environment.CLIENT_SECRET] != "https://production.example"


def test_a_wrong_address_and_a_backend_that_is_down_get_different_messages(tmp_path: Path) -> None:
    result = typed("thebank:open_account", "--backend", "8080", "--port", free_port(), "--data", str(tmp_path))

    assert result.exit_code == 2
    assert "'8080' is no address" in result.output


@pytest.mark.thorough
def test_a_bank_that_keeps_all_rules_ends_with_0() -> None:
    result = run("examples.banks.good:open_account", "--declines", "cleo")

    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(RULES)} passed, 0 failed, 0 could not be told" in result.stdout
    assert result.stderr == ""


@pytest.mark.thorough
def test_a_failure_comes_with_what_was_seen_the_remedy_the_messages_and_how_to_repeat_it() -> None:
    words = ("examples.banks.new_number:open_account", "--patience", "2s")
    result = run(*words, "--only", "twice", "--only", "declines")

    assert result.returncode == 1
    for said in (
        "twice failed. Asked twice with the same request, it leads to one account.",
        "seen: there are 2 accounts in the end",
        "remedy: Make externalId from the request",
        "callback: Account Provisioning Requested",
        "0 passed, 1 failed, 1 could not be told",
        "name one with --declines",
    ):
        assert said in " ".join(result.stdout.replace("│", "").split())
    # In one line, to be copied; where the program is depends on what started the tests.
    assert re.search(rf"^  again: \S*bank-app-sim check {' '.join(words)} --only twice$", result.stdout, re.MULTILINE)
    assert result.stdout.count("POST /accounts") == 2


@pytest.mark.thorough
def test_json_has_everything_and_no_secret(tmp_path: Path) -> None:
    words = ("--only", "secrets", "--only", "external-id", "--data", str(tmp_path), "--json")
    result = run("examples.banks.logs_requests:open_account", *words)

    document = json.loads(result.stdout)
    external_id, secrets = document["rules"]
    assert (document["pass"], document["fail"], document["could_not_tell"]) == (1, 1, 0)
    assert external_id["id"] == "external-id"
    assert set(external_id) == {"id", "statement", "result", "seen"}
    assert secrets["result"] == "fail"
    assert secrets["messages"]
    assert "[bearer token]" in secrets["seen"]
    assert document["output"] == {"characters": 0}
    assert (tmp_path / "client_secret").read_text() not in result.stdout
    assert result.returncode == 1


@pytest.mark.thorough
def test_printed_output_is_shown_only_on_request() -> None:
    source = """
        import os
        print("imported")
        async def open_account(request):
            print("I am", os.environ["IMPACT_CLIENT_SECRET"])
        """
    words = (f"{a_module('bank_that_prints', source)}:open_account", "--patience", "0.1s", "--only", "returns")

    held_back, shown = typed(*words), typed(*words, "--show-output")

    assert "I am" not in held_back.output
    assert "characters: see them with --show-output" in " ".join(held_back.output.split())
    assert "I am [client secret]" in shown.output


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@contextmanager
def bank_program(environment: dict[str, str]) -> Iterator[str]:
    """A backend that runs, and its address."""
    command = [sys.executable, str(Path(__file__).with_name("bank_program.py")), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


@pytest.mark.processes
def test_a_backend_of_their_own_is_checked_over_tcp(tmp_path: Path) -> None:
    port, secret = free_port(), client_secret(tmp_path, Ids(random.SystemRandom()))
    credentials = {"IMPACT_CLIENT_ID": CLIENT_ID, "IMPACT_CLIENT_SECRET": secret}
    with bank_program({"IMPACT_DES_URL": f"http://127.0.0.1:{port}", **credentials}) as backend:
        result = run(
            "tests.check.app_of_bank_program:order_account",
            *("--backend", backend, "--port", port, "--data", str(tmp_path), "--declines", "cleo", "--json"),
        )

    results = {rule["id"]: rule["result"] for rule in json.loads(result.stdout)["rules"]}
    assert result.returncode == 0
    assert results.pop("loop") == "could not tell"
    assert set(results.values()) == {"pass"}

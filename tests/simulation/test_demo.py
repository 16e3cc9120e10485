"""Both journeys of the starting page, by their traces."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bank_app_sim import Simulation
from bank_app_sim.cli import main
from bank_app_sim.journeys.demo import account_in_advance, account_while_saving

from ..journeys.evidence.page import embedded

Messages = list[dict[str, Any]]

# The labels of the two diagrams (docs/des.md 5.2), in their order.
FIRST = [
    "SDK.launch",
    "Create Dream",
    "Dream Created",
    "Launch Savehack",
    "Savehack Launched",
    "callback: Account Provisioning Requested",
    "Initiate account provisioning",
    "return from callback",
    "POST /accounts",
    "201 Created",
    "Create Dream",
    "Dream Created",
]
SECOND = [
    "Initiate (async) account provisioning",
    "POST /users",
    "201 Created",
    "POST /accounts",
    "201 Created",
    "done",
    "SDK.launch",
    "Create Dream",
    "Dream Created",
]


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bank_app_sim", "demo", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def messages(folder: Path) -> Messages:
    (journey,) = json.loads((folder / "trace.json").read_text())["journeys"]
    found: Messages = journey["messages"]
    assert [message["n"] for message in found] == list(range(1, len(found) + 1))
    return found


def after(found: Messages, *labels: str) -> Messages:
    """What comes after the labels, which are there in this order."""
    for label in labels:
        position = next((n for n, message in enumerate(found) if message["label"] == label), None)
        assert position is not None, f"{label} is missing, or not in its place"
        found = found[position + 1 :]
    return found


def answers(found: Messages, root: str) -> list[Any]:
    """What the answers say below a root key, in order."""
    return [
        message["detail"]["body"][root]
        for message in found
        if message["kind"] == "response" and root in message["detail"].get("body", {})
    ]


@pytest.fixture(scope="module", params=["in process", pytest.param("over TCP", marks=pytest.mark.processes)])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a demo, played once in each of its two ways."""
    folder = tmp_path_factory.mktemp("demo")
    ended = demo("--output", str(folder), *(["--in-process"] if request.param == "in process" else []))
    assert ended.returncode == 0, ended.stderr
    return folder


def test_the_first_journey_has_the_messages_of_its_diagram_in_order(played: Path) -> None:
    after(messages(played), *FIRST)


def test_the_second_journey_has_the_messages_of_its_diagram_in_order(played: Path) -> None:
    second = after(messages(played), *FIRST)

    rest = after(second, *SECOND)
    assert "callback: Account Provisioning Requested" not in [message["label"] for message in second]
    assert answers(second, "dream")[-1]["account"] is not None
    assert rest == [] or "Create Dream" not in [message["label"] for message in rest]


def test_deposits_wait_while_no_account_exists_and_settle_when_it_does(played: Path) -> None:
    returned = after(messages(played), *FIRST[:8])
    posting = next(n for n, message in enumerate(returned) if message["label"] == "POST /accounts")
    before, afterwards = returned[:posting], after(returned, "POST /accounts", "201 Created")

    assert answers(before, "accounts") == [[]]
    (launch,) = answers(before, "savehackLaunches")[-1]
    (pending,) = answers(before, "transactions")[-1]
    assert (launch["pausedAt"], pending["state"], pending["toAccount"]) == (None, "requested", None)
    assert answers(afterwards, "transaction")[0]["state"] == "settled"
    (settled,) = answers(afterwards, "transactions")[1]
    assert (settled["state"], settled["id"]) == ("settled", pending["id"])


def test_all_dreams_are_linked_and_the_next_one_at_once(played: Path) -> None:
    afterwards = after(messages(played), *FIRST[:10])
    account = answers(messages(played), "account")[0]["id"]

    assert [dream["account"]["id"] for dream in answers(afterwards, "dreams")[0]] == [account]
    assert answers(afterwards, "dream")[0]["account"]["id"] == account


def test_the_report_is_one_page_that_needs_nothing_else(played: Path) -> None:
    page = (played / "report.html").read_text()

    (shown,) = embedded(page)
    assert "callback: Account Provisioning Requested" in [message["label"] for message in shown["messages"]]
    assert {"user": "ada", "dream": "Bike", "amount_cents": 5_000, "state": "settled"}.items() <= (
        shown["states"][-1]["deposits"]["1"].items()
    )
    for elsewhere in ('src="', "url(http", "@import", "<link", "https://", "fetch("):
        assert elsewhere not in page


def test_the_sequence_is_mermaid(played: Path) -> None:
    first, *rest = (played / "mermaid" / "demo.mmd").read_text().splitlines()

    assert first == "sequenceDiagram"
    assert rest[:4] == [
        "    participant bank_app as Bank App",
        "    participant sdk as Impact Finance SDK",
        "    participant des as DES Backend",
        "    participant bank_backend as Bank Backend",
    ]
    assert "    sdk ->> bank_app: callback: Account Provisioning Requested" in rest


def test_the_same_seed_writes_the_same_trace_and_another_seed_another(tmp_path: Path) -> None:
    traces = []
    for n, seed in enumerate(("7", "7", "8")):
        result = CliRunner().invoke(main, ["demo", "--in-process", "--seed", seed, "--output", str(tmp_path / str(n))])
        assert result.exit_code == 0, result.output
        traces.append((tmp_path / str(n) / "trace.json").read_bytes())

    assert traces[0] == traces[1] != traces[2]


async def test_the_same_journeys_run_on_both_event_loops() -> None:
    async with Simulation(seed=3) as simulation:
        await account_while_saving(simulation, patience=timedelta(days=3))
        await account_in_advance(simulation)

        books = await simulation.ledger()
    assert books["sum_cents"] == 0


def test_the_messages_can_be_had_as_json_lines(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "--in-process", "--json", "--output", str(tmp_path)])

    printed = [json.loads(line) for line in result.output.splitlines()]
    assert printed == messages(tmp_path)


def test_a_demo_that_does_not_come_to_its_end_leaves_no_older_report(tmp_path: Path) -> None:
    for name in ("junit.xml", "report.html", "trace.json"):
        (tmp_path / name).write_text("of another run")
    (tmp_path / "mermaid").write_text("in the way of the drawings")

    result = CliRunner().invoke(main, ["demo", "--in-process", "--output", str(tmp_path)])

    assert result.exit_code == 2
    assert [file.name for file in tmp_path.iterdir()] == ["mermaid"]

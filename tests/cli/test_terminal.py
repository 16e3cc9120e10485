"""Output fits the terminal, its commands can be pasted, and no foreign text controls the terminal."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.cli import main
from bank_app_sim.cli.paragraphs import counted, fitted
from bank_app_sim.invocation import again, pasted

ESCAPE = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"


def typed(*words: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, list(words))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_line_that_is_broken_keeps_its_indent(columns: int) -> None:
    told = "    expected   " + "deposits: {settled: 2}; " * 8

    first, *others = fitted(told, columns).splitlines()

    assert first.startswith("    expected   deposits")
    assert others
    assert all(line.startswith(" " * 15) and line[15] != " " for line in others)
    assert all(len(line) <= columns for line in [first, *others])


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
@pytest.mark.parametrize("column", [6, 30, 55, 90, 118])
def test_a_sign_below_a_line_stays_below_its_place(columns: int, column: int) -> None:
    line = "    - expect: {" + "".join(chr(0x4E00 + n) for n in range(105))
    below = " " * column + "^"

    shown, sign = fitted(f"{line}\n{below}", columns).split("\n")

    assert max(len(shown), len(sign)) <= columns
    assert shown[sign.index("^")] == line[column]
    assert shown.startswith("    ")


def test_a_title_of_the_list_goes_on_below_its_beginning(folder: Path) -> None:
    lines = typed("run", "--list", COLUMNS="80").output.splitlines()

    titles = min(len(line) - len(line.lstrip()) for line in lines if line.startswith(" "))
    assert max(map(len, lines)) <= 80
    assert all(line[titles - 2 : titles] == "  " for line in lines)


@given(st.lists(st.text("ab- ", min_size=1, max_size=12), min_size=1, max_size=20), st.integers(24, 120))
def test_breaking_a_line_loses_and_adds_no_word(words: list[str], columns: int) -> None:
    line = "    " + " ".join(words)

    assert fitted(line, columns).split() == line.split()


@pytest.mark.parametrize(("columns", "indent"), [(60, 8), (80, 32)])
def test_a_message_goes_on_below_whom_it_is_from_where_there_is_room(columns: int, indent: int) -> None:
    message = "      Mon 04 Jan 2027 08:00:00  Bank App ──▶ Impact Finance SDK  " + "callback raised it " * 4

    _, *others = fitted(message, columns).splitlines()

    assert {len(line) - len(line.lstrip()) for line in others} == {indent}


def test_what_is_to_be_copied_is_never_broken() -> None:
    line = "    repeat it  bank-app-sim run " + "folder/" * 30

    assert fitted(line, 60) == line


@pytest.mark.parametrize("columns", ["40", "60", "80"])
def test_a_failure_fits_the_terminal(folder: Path, columns: str) -> None:
    Path("x.journey.yaml").write_text(
        "journey: x\nsteps:\n  - launch\n  - create a Dream: Bike\n"
        "  - expect: {accounts: 1, callbacks: 4, balance: 50.00, linked Dreams: 4, deposits: 3, Dreams: 9}\n"
    )

    lines = typed("run", "x.journey.yaml", COLUMNS=columns).output.splitlines()

    wide = [line for line in lines if len(line) > int(columns) and "repeat it" not in line]
    assert wide == []
    below = lines[lines.index(next(line for line in lines if line.startswith("    expected   "))) + 1]
    assert below.startswith(" " * 15)


@pytest.mark.parametrize(("number", "text"), [(0, "0 steps"), (1, "1 step"), (2, "2 steps"), (1234, "1,234 steps")])
def test_one_is_one(number: int, text: str) -> None:
    assert counted(number, "step") == text


def test_lines_and_the_sum_of_them_count_the_same(folder: Path) -> None:
    Path("a.journey.yaml").write_text("journey: a\nsteps: [launch]\n")
    Path("b.journey.yaml").write_text(
        "journey: b\nsteps:\n  - launch\n  - expect: {accounts: 1}\n  - launch\n  - launch\n"
    )

    output = typed("run", ".", "--workers", "1").output

    assert "passed  a  1 step, " in output
    assert "FAILED  b  2 of 4 steps, " in output
    assert "1 passed, 1 failed; 3 steps in " in output


@pytest.mark.parametrize(
    ("environment", "has_colours"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_colours_are_as_the_environment_wants_them(
    folder: Path, environment: dict[str, str], has_colours: bool
) -> None:
    Path("a.journey.yaml").write_text("journey: a\nsteps: [launch]\n")
    plain = {"NO_COLOR": "", "FORCE_COLOR": ""}

    output = typed("run", "a.journey.yaml", **plain | environment).output

    assert ("\x1b[" in output) == has_colours


def test_nothing_that_others_have_written_reaches_the_terminal_as_it_is(folder: Path) -> None:
    name = f"e{ESCAPE}vil.journey.yaml"
    steps = "steps:\n  - launch\n  - create a Dream: <dream>\n  - expect: {Dreams: {<dream>: 2}}\n"
    row = f'rows: [{{dream: "{ESCAPE}"}}]\n'.replace("\x1b", "\\e").replace("\x07", "\\a").replace("\x9b", "\\x9b")
    Path(name).write_text(f"journey: 'Title'\n{row}{steps}", encoding="utf-8")
    Path("broken.journey.yaml").write_text(f'journey: "{"x" * 5}"\nsteps:\n  - lanch: "\\e[2J"\n')

    for words in (["run", ".", "--workers", "1"], ["run", ".", "--list"], ["run", f"nothing{ESCAPE}"]):
        result = typed(*words)
        shown = [sign for sign in result.output if not sign.isprintable() and sign != "\n"]
        assert shown == [], (words, result.output)


@given(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=8), min_size=1, max_size=4))
def test_a_command_is_one_line_that_can_be_seen_and_a_shell_reads_its_words(words: list[str]) -> None:
    words = [os.fsdecode(word.encode("utf-8", "surrogateescape" if _is_low(word) else "replace")) for word in words]

    line = pasted(words)

    assert line.isprintable() or all(word.isprintable() for word in words) is not False
    if all(word.isprintable() for word in words):
        assert shlex.split(line) == words


def _is_low(word: str) -> bool:
    return all(not "\ud800" <= sign <= "\udfff" or "\udc80" <= sign <= "\udcff" for sign in word)


def test_a_shell_reads_what_cannot_be_seen() -> None:
    words = ["a\x1bb", "it's\n", "\u202ex", "back\\slash\t", "\udc80", "$HOME `id`", ""]

    line = pasted(["printf", "%s|", *words])
    said = subprocess.run(["bash", "-c", line], capture_output=True, timeout=30).stdout

    assert line.isprintable()
    assert said == b"".join(os.fsencode(word) + b"|" for word in words)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project with its own environment, as README sets it up."""
    programs = tmp_path / "project" / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("bank-app-sim", "python"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    return tmp_path / "project"


@pytest.mark.parametrize(
    ("script", "path", "uv", "here", "words"),
    [
        ("{bin}/bank-app-sim", "/usr/bin", "", "{project}", (".venv/bin/bank-app-sim",)),
        ("{bin}/bank-app-sim", "/usr/bin", "", "/usr", ("{bin}/bank-app-sim",)),
        ("{bin}/bank-app-sim", "{bin}:/usr/bin", "", "{project}", ("bank-app-sim",)),
        ("{bin}/bank-app-sim", "{bin}:/usr/bin", "1", "{project}", (".venv/bin/bank-app-sim",)),
        ("/lib/bank_app_sim/__main__.py", "/usr/bin", "", "{project}", (".venv/bin/bank-app-sim",)),
        ("/usr/bin/pytest", "{bin}", "", "/", ("bank-app-sim",)),
    ],
)
def test_what_repeats_it_works_where_it_was_started(
    place: Path, script: str, path: str, uv: str, here: str, words: tuple[str, ...]
) -> None:
    names = {"project": str(place), "bin": str(place / ".venv" / "bin")}
    environment = {"PATH": path.format(**names), **({"UV_RUN_RECURSION_DEPTH": uv} if uv else {})}

    found = again(
        script.format(**names), str(place / ".venv" / "bin" / "python"), environment, Path(here.format(**names))
    )

    assert found == tuple(word.format(**names) for word in words)


def test_without_the_program_python_repeats_it(place: Path) -> None:
    (place / ".venv" / "bin" / "bank-app-sim").unlink()

    found = again("/lib/bank_app_sim/__main__.py", str(place / ".venv" / "bin" / "python"), {"PATH": "/bin"}, place)

    assert found == (".venv/bin/python", "-m", "bank_app_sim")


LONG = "journey: Long\nsteps:\n  - launch\n  - wait: 300 days\n"


@pytest.mark.processes
@pytest.mark.parametrize(
    "words",
    [
        ["run", "--list"],
        ["run", "long.journey.yaml", "--repeat", "12", "--workers", "1"],
        ["run", "long.journey.yaml", "--repeat", "12", "--workers", "2"],
        ["demo", "--in-process", "--output", "out"],
        ["trace", "diff", "--help"],
    ],
    ids=" ".join,
)
def test_nobody_who_stops_reading_is_told_of_it(folder: Path, words: list[str]) -> None:
    Path("long.journey.yaml").write_text(LONG)
    command = [sys.executable, "-m", "bank_app_sim", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read().decode()
        process.wait(timeout=60)

    assert err == ""
    assert process.returncode in (0, 141)


@pytest.mark.processes
def test_a_report_is_written_although_nobody_reads_the_lines(folder: Path) -> None:
    Path("long.journey.yaml").write_text(LONG)
    command = [sys.executable, "-m", "bank_app_sim", "run", "long.journey.yaml", "--repeat", "12", "--report", "out"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        process.stdout.close()
        process.wait(timeout=60)

    assert process.returncode == 141
    assert 'message="nobody read the output any more"' in Path("out/junit.xml").read_text()


@pytest.mark.processes
def test_ctrl_c_while_all_is_being_loaded_shows_no_traceback(folder: Path) -> None:
    """A module that is loaded with ours sends the signal while it is loaded."""
    Path("orjson.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\n")

    done = subprocess.run(
        [sys.executable, "-m", "bank_app_sim", "run", "--list"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Aborted!\n")

"""The folder of a report: what is in it, what is replaced, what is left alone."""

from pathlib import Path

import attrs
import pytest

from bank_app_sim.journeys import evidence
from bank_app_sim.journeys.results import JourneyResult, Outcome

from .page import embedded
from .samples import HOSTILE, made, message, step


def test_all_that_is_written_is_named(failing: JourneyResult, tmp_path: Path) -> None:
    files = evidence.write(tmp_path / "new" / "report", [failing, made(row="amount=5")])

    assert [str(file.relative_to(tmp_path / "new" / "report")) for file in files] == [
        "junit.xml",
        "trace.json",
        "report.html",
        "mermaid/account-while-saving.mmd",
        "mermaid/saves--amount=5.mmd",
    ]
    assert all(file.stat().st_size > 0 for file in files)


def test_a_drawing_is_mermaid_with_repeats_folded(failing: JourneyResult, tmp_path: Path) -> None:
    *_, file = evidence.write(tmp_path, [failing])

    lines = file.read_text().splitlines()
    assert lines[0] == "sequenceDiagram"
    assert "    sdk ->> bank_app: callback: Account Provisioning Requested" in lines
    assert "    bank_backend ->> des: GET /transactions (x24)" in lines
    assert lines[-1] == "%% drawn by bank-app-sim: account-while-saving, seed 7"


def test_the_next_report_replaces_the_one_before(failing: JourneyResult, tmp_path: Path) -> None:
    evidence.write(tmp_path, [failing, made("gone")])
    files = evidence.write(tmp_path, [made("stays")])

    assert sorted(tmp_path.rglob("*.*")) == sorted(files)
    assert "account-while-saving" not in "".join(file.read_text() for file in files)


def test_the_drawings_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mermaid").mkdir()
    mine = tmp_path / "mermaid" / "mine.mmd"
    mine.write_text("sequenceDiagram\n")

    evidence.write(tmp_path, [made()])

    assert mine.read_text() == "sequenceDiagram\n"


def test_a_folder_without_drawings_does_not_stay(tmp_path: Path) -> None:
    evidence.write(tmp_path, [])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["junit.xml", "report.html", "trace.json"]

    evidence.write(tmp_path, [made()])
    evidence.clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_journeys_make_an_empty_report(tmp_path: Path) -> None:
    *_, page = evidence.write(tmp_path, [])

    assert "No journey was played" in page.read_text()


@pytest.mark.parametrize("taken", [".", "mermaid"])
def test_a_folder_that_is_a_file_is_named(taken: str, tmp_path: Path) -> None:
    blocked = tmp_path / "report" / taken
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("mine")

    with pytest.raises(FileExistsError) as refused:
        evidence.write(tmp_path / "report", [made()])

    assert refused.value.filename == str(blocked)
    assert blocked.read_text() == "mine"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "trace.json"
    blocked.mkdir()

    with pytest.raises(IsADirectoryError) as refused:
        evidence.write(tmp_path, [made()])

    assert refused.value.filename == str(blocked)


def test_texts_that_are_no_unicode_are_written_by_number(tmp_path: Path) -> None:
    """The name of a file on disk can be bytes that are no text; Python keeps them as half of a pair."""
    files = evidence.write(tmp_path, [made("half\udc80", file="half\udc80.yaml", outcome=Outcome.FAILED)])

    assert ["udc80" in file.read_text().lower() or "xdc80" in file.read_text().lower() for file in files] == [True] * 4


def test_repeats_are_not_folded_across_steps(tmp_path: Path) -> None:
    messages = [message(n, kind="request" if n % 2 else "response") for n in range(1, 13)]
    steps = [step("1", 1, 6), step("2", 7, 12)]

    page = evidence.write(tmp_path, [made(messages=messages, steps=steps)])[2].read_text()

    (shown,) = embedded(page)
    assert shown["rows"] == [[1, 3], [2, 3], [7, 3], [8, 3]]


def test_hostile_names_are_text_in_the_page(tmp_path: Path) -> None:
    hostile = made(HOSTILE, title=HOSTILE, row=HOSTILE, world=HOSTILE, command=HOSTILE, outcome=Outcome.FAILED)
    hostile = attrs.evolve(hostile, messages=[message(1, HOSTILE)], states=[{HOSTILE: {HOSTILE: {HOSTILE: HOSTILE}}}])

    page = evidence.write(tmp_path, [hostile])[2].read_text()

    assert "<img" not in page
    assert page.count("<script") == page.count("</script>") == 3
    (shown,) = embedded(page)
    assert (shown["title"], shown["states"]) == (HOSTILE, [{HOSTILE: {HOSTILE: {HOSTILE: HOSTILE}}}])


def test_the_page_lets_no_script_run_but_its_own_and_asks_nobody(failing: JourneyResult, tmp_path: Path) -> None:
    page = evidence.write(tmp_path, [failing])[2].read_text()

    assert "default-src 'none'" in page
    assert "script-src 'sha256-" in page
    for elsewhere in ("src=", "url(", "@import", "<link", "http://", "https://", "fetch(", "import("):
        assert elsewhere not in page.replace("http://www.w3.org/2000/svg", "")

"""What a journey is known by stays the same, and no two share it."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.cli import main
from bank_app_sim.journeys.scripts.identity import names_of, row_text, slugs
from bank_app_sim.journeys.scripts.reader import read
from bank_app_sim.journeys.scripts.selection import selected

STEPS = "steps:\n  - launch\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for country in ("se", "no"):
        (tmp_path / country).mkdir()
        (tmp_path / country / "open.journey.yaml").write_text(f"journey: In {country}\n{STEPS}")
    (tmp_path / "close.journey.yaml").write_text(f"journey: Closing\n{STEPS}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_name_has_as_many_folders_as_it_needs() -> None:
    paths = [
        "/x/se/open.journey.yaml",
        "/x/no/open.journey.yaml",
        "/y/no/open.journey.yaml",
        "/x/no/close.journey.yaml",
    ]

    assert list(names_of(map(Path, paths)).values()) == ["se/open", "x/no/open", "y/no/open", "close"]


words = st.text("ab", min_size=1, max_size=2)
files = st.builds(
    lambda folders, name, ending: Path("/", *folders, f"{name}{ending}"),
    st.lists(words, max_size=3),
    words,
    st.sampled_from([".journey.yaml", ".journey.yml", ".yaml"]),
)


@given(st.lists(files, unique=True, max_size=8))
def test_no_two_files_have_one_name(paths: list[Path]) -> None:
    assert len(set(names_of(paths).values())) == len(paths)


def test_the_list_has_a_line_for_each_file(folder: Path) -> None:
    listed = CliRunner().invoke(main, ["run", ".", "--list"]).output.splitlines()

    assert sorted(listed) == ["close    Closing", "no/open  In no", "se/open  In se"]


def test_a_file_is_one_journey_by_whatever_names_it_was_asked_for(folder: Path) -> None:
    wanted = ["close.journey.yaml", ".", str(folder / "close.journey.yaml"), "no/../close.journey.yaml"]

    assert [script.name for script in selected(wanted).scripts] == ["close", "no/open", "se/open"]


@pytest.mark.thorough
@given(
    st.lists(
        st.dictionaries(st.text('ab=, "[]\n', min_size=1, max_size=3), st.text('ab=, "[]\n\\', max_size=4), min_size=1),
        unique_by=lambda row: tuple(row.items()),
        max_size=5,
    )
)
def test_no_two_rows_have_one_text_and_each_is_one_line(rows: list[dict[str, str]]) -> None:
    texts = [row_text(row) for row in rows]

    assert len(set(texts)) == len(texts)
    assert all(len(text.splitlines()) == 1 for text in texts)


def test_a_row_that_is_plain_reads_as_it_is_written() -> None:
    assert row_text({"external ID": "the user's ID", "amount": "50.00"}) == "external ID=the user's ID, amount=50.00"
    assert row_text({"a": "1, b=2", "b": "3"}) == 'a="1, b=2", b=3'


@pytest.mark.thorough
@pytest.mark.parametrize("value", ["1, b=2", "x]", "[x", 'say "x"', "two\nlines", "a=b", " x ", "\\", "$HOME `x` 'y'"])
def test_a_row_with_any_value_can_be_asked_for_by_its_text(tmp_path: Path, value: str) -> None:
    path = tmp_path / "folder [1]" / "rows.journey.yaml"
    path.parent.mkdir()
    path.write_text(f"journey: x\nabout: <a> <b>\nrows:\n  - {row_of(value)}\n  - {{a: other, b: other}}\n{STEPS}")
    meant = read(path.read_text(), path)[0]

    (script,) = selected([f"{path}[{meant.row}]"]).scripts

    assert script.row == meant.row


def row_of(value: str) -> str:
    import json

    return json.dumps({"a": value, "b": "3"})


identities = st.lists(st.tuples(st.text(max_size=100), st.text(max_size=5)), max_size=8)


@given(identities)
def test_every_slug_is_short_and_safe_and_its_own(found: list[tuple[str, str]]) -> None:
    names = slugs(found)

    assert len({name.casefold() for name in names}) == len(found)
    for name in names:
        assert not set(name) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=")

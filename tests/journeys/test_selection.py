"""Which journeys are meant by what somebody typed."""

from pathlib import Path

import pytest

from bank_app_sim.journeys.scripts.selection import NothingFound, library, selected

ROWS = "journey: Who saves what\nabout: <savehack>\nrows:\n  - {who: ada, savehack: daily}\n"
ROWS += "  - {who: bo, savehack: weekly}\ngiven:\n  users: [ada, bo]\nsteps:\n  - launch: <who>\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "rows.journey.yaml").write_text(ROWS)
    (tmp_path / "webhook_lost.journey.yaml").write_text("journey: A webhook is lost\nsteps: [launch]\n")
    (tmp_path / "notes.yaml").write_text("not a journey")
    return tmp_path


def names(*wanted: str, keyword: str | None = None) -> list[str]:
    return [script.full_name for script in selected(wanted, keyword=keyword).scripts]


def test_nothing_is_the_library() -> None:
    assert {script.name for script in selected([]).scripts} == {path.name.split(".")[0] for path in library()}


def test_a_folder_is_all_that_is_in_it_and_below(folder: Path) -> None:
    assert names(str(folder)) == ["rows[who=ada, savehack=daily]", "rows[who=bo, savehack=weekly]", "webhook_lost"]


def test_a_file_is_meant_by_its_path_and_a_journey_of_the_library_by_its_name(folder: Path) -> None:
    assert names(str(folder / "webhook_lost.journey.yaml"), "declined_then_accepted") == [
        "webhook_lost",
        "declined_then_accepted",
    ]


def test_a_row_is_meant_by_its_values(folder: Path) -> None:
    path = folder / "deep" / "rows.journey.yaml"

    assert names(f"{path}[who=bo, savehack=weekly]") == ["rows[who=bo, savehack=weekly]"]
    with pytest.raises(NothingFound, match=r"has no row 'who=cy'; there is \[who=ada, savehack=daily\], \[who=bo, "):
        names(f"{path}[who=cy]")


@pytest.mark.parametrize(
    ("keyword", "found"),
    [
        ("webhook", {"webhook_lost"}),
        ("WEBHOOK is", {"webhook_lost"}),
        ("webhook not lost", set()),
        ("saves and not bo", {"rows[who=ada, savehack=daily]"}),
        ("deep", {"rows[who=ada, savehack=daily]", "rows[who=bo, savehack=weekly]"}),
        ("savehack=weekly", {"rows[who=bo, savehack=weekly]"}),
    ],
)
def test_words_choose_by_name_title_file_and_row(
    folder: Path, keyword: str, found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)  # what the folder itself is called is nobody's business

    if found:
        assert set(names(".", keyword=keyword)) == found
    else:
        with pytest.raises(NothingFound, match="no journey has"):
            names(".", keyword=keyword)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("declined_then_acepted", "did you mean 'declined_then_accepted'"),
        ("xyzzy", "run --list shows what comes with the package"),
        ("webhook_lots.journey.yaml", "did you mean 'webhook_lost.journey.yaml'"),
        ("a" * 5000, "is neither a file"),
        ("a" * 5000 + "[b]", "is neither a file"),
    ],
)
def test_a_name_that_is_none_gets_the_nearest(
    folder: Path, typed: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)

    with pytest.raises(NothingFound, match=said):
        names(typed)


@pytest.fixture
def countries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("all/se", "all/no", "all/.old"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "open.journey.yaml").write_text(ROWS)
    (tmp_path / "all" / "no" / "close[d].journey.yaml").write_text(ROWS)
    (tmp_path / "all" / "webhook_lost.journey.yaml").write_text(ROWS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("listed", [["all/se", "all/no"], ["all", "webhook_lost"]])
def test_what_a_list_calls_a_journey_means_it(countries: Path, listed: list[str]) -> None:
    there = {script.full_name: (script.file, script.row) for script in selected(listed).scripts}

    for name, what in there.items():
        [script] = selected([name]).scripts
        assert (script.file, script.row) == what
    assert {script.file for script in selected(["no/open"]).scripts} == {str(Path("all/no/open.journey.yaml"))}


def test_a_name_of_several_is_refused_with_their_files(countries: Path) -> None:
    with pytest.raises(NothingFound, match=r"'open' is the name of 2 journeys.*all/no/open.*, all/se/open\.j"):
        names("open")


def test_a_folder_without_journeys_is_told(tmp_path: Path) -> None:
    with pytest.raises(NothingFound, match=r"there is no file \*\.journey\.yaml in"):
        names(str(tmp_path))

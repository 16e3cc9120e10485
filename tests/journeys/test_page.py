"""The page on journeys: all words are the ones there are, and every example does what the page says."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bank_app_sim.cli import main
from bank_app_sim.invocation import command
from bank_app_sim.journeys.journey import STEPS
from bank_app_sim.journeys.scripts.reference import BEGINS, PAGE, page

TEXT = PAGE.read_text(encoding="utf-8")
TUTORIAL = TEXT.partition(BEGINS)[0]
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TUTORIAL, flags=re.DOTALL)
(FAILURE,) = re.findall(r"```text\n(.*?)```", TUTORIAL, flags=re.DOTALL)
(PROGRAM,) = re.findall(r"```python\n(.*?)```", TUTORIAL, flags=re.DOTALL)

FAILING = "journey: The money is there on the second day"


def title(example: str) -> str:
    return example.partition("journey: ")[2].splitlines()[0]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["run", *arguments])


def test_all_words_on_the_page_are_those_that_are_read() -> None:
    # Made again by: python -m bank_app_sim.journeys.scripts.reference
    assert page(TEXT) == TEXT


def test_every_verb_stands_there_and_says_what_it_means() -> None:
    for words in STEPS.values():
        assert f"#### `{words.name}`\n\n{words.doc}" in TEXT
        assert all(argument.doc for argument in words.arguments), words.name


def test_every_example_of_the_page_is_looked_at() -> None:
    assert len(EXAMPLES) == TUTORIAL.count("```yaml") > 10


@pytest.mark.parametrize("example", [each for each in EXAMPLES if FAILING not in each], ids=title)
def test_an_example_passes(example: str, tmp_path: Path) -> None:
    script = tmp_path / "mine.journey.yaml"
    script.write_text(example, encoding="utf-8")
    if "expect as recorded" in example:
        assert run(str(script), "--update").exit_code == 0
        assert (tmp_path / "mine.recorded.json").exists()

    result = run(str(script))

    assert result.exit_code == 0, result.output


def test_the_example_that_fails_fails_as_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = [each for each in EXAMPLES if FAILING in each]
    monkeypatch.chdir(tmp_path)
    Path("second_day.journey.yaml").write_text(example, encoding="utf-8")

    result = run("second_day.journey.yaml")

    assert result.exit_code == 1
    shown = [line.strip() for line in FAILURE.splitlines() if line.strip() not in ("", "…")]
    output = result.output.replace(command("run"), "bank-app-sim run")
    said = [line.strip() for line in output.splitlines()]
    assert [line for line in shown[1:] if line not in said] == []  # the first has a figure that no two runs share


def test_the_first_journey_is_the_example_beside_the_code() -> None:
    example = PAGE.parents[2] / "examples" / "declined.journey.yaml"

    assert EXAMPLES[0] == example.read_text(encoding="utf-8")
    assert len(EXAMPLES[0].splitlines()) < 10


def test_what_the_first_journey_says_can_fail(tmp_path: Path) -> None:
    script = tmp_path / "mine.journey.yaml"
    for old, new in (("3 days}", "5 days}"), ("[no, yes]", "yes"), ("callbacks: 2", "callbacks: 1")):
        assert old in EXAMPLES[0]
        script.write_text(EXAMPLES[0].replace(old, new), encoding="utf-8")
        assert run(str(script)).exit_code == 1


def test_the_program_runs() -> None:
    exec(compile(PROGRAM, str(PAGE), "exec"), {"__name__": "__main__"})

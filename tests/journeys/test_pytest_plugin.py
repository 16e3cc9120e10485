"""Whoever installs the package has worlds in their tests, and their journeys as tests."""

import json
import re
from pathlib import Path

import pytest

import bank_app_sim
from bank_app_sim.journeys.playing.job import Job, Plan
from bank_app_sim.journeys.playing.runner import play_jobs
from bank_app_sim.journeys.results import Outcome

from .written import written

pytest_plugins = ["pytester"]

JOURNEY = """\
journey: A Dream is saved for
rows:
  - {how: weekly, deposits: 1}
  - {how: daily, deposits: 3}
steps:
  - launch
  - create a Dream: Bike
  - launch a savehack: <how> 50.00
  - wait: 60 hours
  - expect: {deposits: <deposits>, books agree: yes}
"""

WRONG = JOURNEY.replace("{how: daily, deposits: 3}", "{how: daily, deposits: 9}")

TESTS = """\
import socket
from datetime import timedelta

import pytest


@pytest.mark.anyio
@pytest.mark.simulation(seed=7, decision_after=timedelta(days=3))
async def test_saves(journey, simulation, bank_app):
    await journey.launch()
    await journey.create_dream("Bike")
    await journey.launch_savehack("weekly", amount_cents=5_000)
    await journey.wait(timedelta(days=4))
    await journey.expect(accounts=1, balance="50.00", screen="We are opening your account")
    assert simulation.bank_app("ada") is bank_app


@pytest.mark.anyio
async def test_expects_too_much(journey):
    await journey.launch()
    await journey.expect(accounts=1)


@pytest.mark.anyio
async def test_asks_for_a_fault_that_never_strikes(journey):
    await journey.network_loses("DELETE /session")
    await journey.launch()
"""


@pytest.fixture(scope="module", autouse=True)
def _all_is_loaded() -> None:
    """pytester forgets the modules that a run of its own has loaded; those of libraries cannot be loaded twice."""
    (result,) = play_jobs(
        [Job(written("- launch\n- create a Dream: Bike\n- launch a savehack: weekly 50.00"), 0)], Plan()
    )
    assert result.outcome is Outcome.PASSED


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A bank's own tests: some in Python, some journeys."""
    pytester.makepyfile(test_bank=TESTS)
    (pytester.path / "saves.journey.yaml").write_text(JOURNEY)
    (pytester.path / "pytest.ini").write_text("[pytest]\nanyio_mode = auto\nfilterwarnings = error\n")
    (pytester.path / "conftest.py").write_text(
        "import pytest\n\n@pytest.fixture(params=['asyncio', 'trio'])\ndef anyio_backend(request):\n"
        "    return request.param\n"
    )
    return pytester


def ran(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    """In this process: what takes long is to start another, and to load all of the package there."""
    return project.runpytest_inprocess("-p", "no:randomly", *options)


def test_journeys_are_tests_and_worlds_are_fixtures(project: pytest.Pytester) -> None:
    result = ran(project)

    # One in Python with a fault that never strikes passes, and its fixture ends with an error, on each event loop.
    result.assert_outcomes(passed=6, failed=2, errors=2)
    result.stdout.fnmatch_lines(["*expected DELETE /session is lost, before the journey ends; there was it has not*"])
    result.stdout.fnmatch_lines(["*expected accounts: 1; there was accounts: 0*"])


@pytest.mark.thorough
def test_the_project_that_the_page_on_installing_shows_passes(pytester: pytest.Pytester) -> None:
    page = (Path(bank_app_sim.__file__).parent / "docs" / "install.md").read_text()
    (tests,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (settings,) = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    journey, _ci = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    pytester.makepyfile(test_bank=tests)
    pytester.makepyprojecttoml(settings)
    pytester.makeconftest("import pytest\n\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n")
    (pytester.path / "first.journey.yaml").write_text(journey)

    ran(pytester).assert_outcomes(passed=3)


@pytest.mark.processes
@pytest.mark.thorough
def test_journeys_are_tests_under_xdist_as_well(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2")

    result.assert_outcomes(passed=6, failed=2, errors=2)


@pytest.mark.thorough
def test_a_failing_journey_says_what_it_expected_and_how_to_repeat_it(project: pytest.Pytester) -> None:
    project.path.joinpath("saves.journey.yaml").write_text(WRONG)

    result = ran(project, "-k", "saves.journey", "--journey-seed", "5")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*expected deposits: 9; there was deposits: 3*",
            "*step 5, *saves.journey.yaml:10*",
            "*the last * of * messages*",
            "*repeat it  *bank-app-sim run '*saves.journey.yaml[[]how=daily, deposits=9]' --seed 5*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.thorough
def test_a_broken_script_is_an_error_with_its_line_and_the_others_run(project: pytest.Pytester) -> None:
    (project.path / "broken.journey.yaml").write_text("journey: broken\nsteps:\n  - lanch\n")

    result = ran(project, "--continue-on-collection-errors", "-k", "journey")

    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*broken.journey.yaml:3:5: unknown step 'lanch'; did you mean 'launch'?*"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.thorough
def test_what_could_not_be_played_says_why(project: pytest.Pytester) -> None:
    result = ran(project, "-k", "journey", "--journey-against", "http://127.0.0.1:9")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*http://127.0.0.1:9*"])
    result.stdout.no_fnmatch_line("*it has failed*")


ROWS = "journey: Any value\nabout: <value>\nrows:\n{rows}steps:\n  - launch\n  - expect: {{accounts: <n>}}\n"
HARD = ["a, b", "x]", "[x", "a::b", "two\nlines", "'", "ä", "a b", "/", "-k"]


@pytest.fixture
def hard(pytester: pytest.Pytester) -> pytest.Pytester:
    """Rows with any values; all but the first and the last fail."""
    rows = "".join(
        f"  - {{n: {int(0 < n < len(HARD) - 1)}, value: {json.dumps(value)}}}\n" for n, value in enumerate(HARD)
    )
    (pytester.path / "hard.journey.yaml").write_text(ROWS.format(rows=rows))
    (pytester.path / "other.journey.yaml").write_text("journey: Another\nsteps:\n  - launch\n")
    (pytester.path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    return pytester


@pytest.mark.thorough
def test_the_failures_of_the_last_time_are_run_again(hard: pytest.Pytester) -> None:
    failing = len(HARD) - 2
    ran(hard).assert_outcomes(passed=3, failed=failing)

    ran(hard, "--lf").assert_outcomes(failed=failing)
    first = ran(hard, "--ff", "-v")
    first.assert_outcomes(passed=3, failed=failing)
    outcomes = [line.split()[1] for line in first.outlines if "::" in line and ("PASSED" in line or "FAILED" in line)]
    assert outcomes[:failing] == ["FAILED"] * failing, outcomes


@pytest.mark.thorough
def test_stepwise_goes_on_where_it_stopped(hard: pytest.Pytester) -> None:
    ran(hard, "--sw").assert_outcomes(passed=1, failed=1)
    ran(hard, "--sw").assert_outcomes(failed=1, deselected=1)
    ran(hard, "--sw", "--sw-skip").assert_outcomes(failed=2, deselected=1)


@pytest.mark.thorough
def test_every_node_id_can_be_pasted(hard: pytest.Pytester) -> None:
    told = ran(hard, "--collect-only", "-q").outlines
    ids = [line for line in told if "::" in line]

    assert len(set(ids)) == len(HARD) + 1
    for node_id in (ids[0], ids[-1]):
        assert [line for line in ran(hard, "--collect-only", "-q", node_id).outlines if "::" in line] == [node_id]
    pasted = [line for line in ran(hard, "--collect-only", "-q", *ids).outlines if "::" in line]
    assert pasted == ids


@pytest.mark.processes
def test_who_does_not_use_it_does_not_pay_for_it(pytester: pytest.Pytester) -> None:
    """The plugin is loaded with every pytest there; the simulator is not."""
    pytester.makepyfile("import sys\n\ndef test_it():\n    assert 'sqlalchemy' not in sys.modules\n")

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=1)

"""Whoever installs the package has worlds in their tests, and their journeys as tests."""

import pytest

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


@pytest.mark.thorough
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "under xdist"])
def test_journeys_are_tests_and_worlds_are_fixtures(project: pytest.Pytester, options: tuple[str, ...]) -> None:
    result = project.runpytest_subprocess("-p", "no:cacheprovider", *options)

    # One in Python with a fault that never strikes passes, and its fixture ends with an error, on each event loop.
    result.assert_outcomes(passed=6, failed=2, errors=2)
    result.stdout.fnmatch_lines(["*expected accounts: 1; there was accounts: 0*"])
    result.stdout.fnmatch_lines(["*expected DELETE /session is lost, before the journey ends; there was it has not*"])


@pytest.mark.thorough
def test_a_failing_journey_says_what_it_expected_and_how_to_repeat_it(project: pytest.Pytester) -> None:
    wrong = JOURNEY.replace("{how: daily, deposits: 3}", "{how: daily, deposits: 9}")
    (project.path / "saves.journey.yaml").write_text(wrong)

    result = project.runpytest_subprocess("-p", "no:cacheprovider", "-k", "saves.journey", "--journey-seed", "5")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*expected deposits: 9; there was deposits: 3*",
            "*step 5, *saves.journey.yaml:10*",
            "*the last 12 of * messages*",
            "*repeat it  bank-app-sim run '*saves.journey.yaml[[]how=daily, deposits=9]' --seed 5*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.thorough
def test_a_broken_script_is_an_error_with_its_line_and_the_others_run(project: pytest.Pytester) -> None:
    (project.path / "broken.journey.yaml").write_text("journey: broken\nsteps:\n  - lanch\n")

    result = project.runpytest_subprocess("-p", "no:cacheprovider", "--continue-on-collection-errors", "-k", "journey")

    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*broken.journey.yaml:3:5: 'lanch' is no step; did you mean 'launch'?*"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.thorough
def test_who_does_not_use_it_does_not_pay_for_it(pytester: pytest.Pytester) -> None:
    """The plugin is loaded with every pytest there; the simulator is not."""
    pytester.makepyfile("import sys\n\ndef test_it():\n    assert 'sqlalchemy' not in sys.modules\n")

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=1)

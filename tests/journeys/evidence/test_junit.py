"""`junit.xml` is read by others as it is meant."""

from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

import attrs
import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.journeys.evidence import junit
from bank_app_sim.journeys.results import Failure, JourneyResult, Outcome, StepResult

from .samples import HOSTILE, made

# What may be where: the structure of Jenkins' own schema (xunit plugin, junit-10.xsd), as far as it is used here.
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "property": set(),
    "testcase": {"failure", "error", "skipped"},
    "error": set(),
    "failure": set(),
    "skipped": set(),
}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"classname", "name", "time", "file"},
    "failure": {"type", "message"},
    "skipped": {"message"},
    "error": {"type", "message"},
}
OPTIONAL = {"file"}


def read(*results: JourneyResult) -> ElementTree.Element:
    return ElementTree.fromstring(junit.document(results))


def case_of(result: JourneyResult) -> ElementTree.Element:
    case = read(result).find("testsuite/testcase")
    assert case is not None
    return case


def failed(failure: Failure | None = None, **others: Any) -> JourneyResult:
    step = StepResult(number="2", text="expect a balance", line=7, outcome=Outcome.FAILED, failure=failure)
    return made(outcome=Outcome.FAILED, steps=[step], **others)


def test_the_structure_is_that_of_the_schema(failing: JourneyResult) -> None:
    document = read(
        failing,
        made(outcome=Outcome.SKIPPED, reason="--fail-fast, and other had failed"),
        failed(file="a.journey.yaml"),
    )

    for element in document.iter():
        assert {child.tag for child in element} <= CHILDREN[element.tag]
        assert ATTRIBUTES[element.tag] - OPTIONAL <= set(element.attrib) <= ATTRIBUTES[element.tag]
    for suite in document:
        assert next(child.tag for child in suite) == "properties"


def test_a_library_that_reads_junit_finds_what_came_of_the_journeys(failing: JourneyResult) -> None:
    text = junit.document(
        [failing, made(outcome=Outcome.SKIPPED, reason="--fail-fast, and other had failed"), made("other")]
    )

    report = junitparser.JUnitXml.fromstring(text.encode())

    assert (report.tests, report.failures, report.errors, report.skipped) == (3, 1, 0, 1)
    assert report.time == pytest.approx(1.042)
    assert [suite.name for suite in report] == ["account-while-saving", "saves", "other"]
    suite = next(iter(report))
    properties = {prop.name: prop.value for prop in suite.properties()}  # type: ignore[no-untyped-call]
    assert properties == {"seed": "7", "world": "in process, asyncio", "title": failing.title}
    (case,) = suite
    assert (case.classname, case.name) == ("journeys.account-while-saving", "account-while-saving")
    (failure,) = case.result
    where = "step 5, journeys/account-while-saving.journey.yaml:9"
    assert failure.message == f"{where}: expected balance of SharedSavings of ada is 100.00; found 50.00"


def test_the_text_of_a_failure_is_all_that_is_needed(failing: JourneyResult) -> None:
    failure = case_of(failing).find("failure")

    assert failure is not None
    assert failure.text is not None
    for needed in (
        "expected: balance of SharedSavings of ada is 100.00",
        "found:    50.00",
        "way out:  one deposit was settled by then",
        "repeat:   bank-app-sim run account-while-saving --seed 7",
        "PATCH /transactions/{id}",
        "and the same again, 23 times, until Thu 07 Jan 2027 08:00:00",
    ):
        assert needed in failure.text
    assert len(failure.text.splitlines()) < 30


def test_the_last_messages_end_where_the_step_failed(failing: JourneyResult) -> None:
    """A branch that runs beside it goes on."""
    *before, step, last = failing.steps
    earlier = attrs.evolve(failing, steps=[*before, attrs.evolve(step, last_message=9), last])

    failure = case_of(earlier).find("failure")

    assert failure is not None
    assert failure.text is not None
    assert "     9  Mon 04 Jan 2027 08:00:00" in failure.text
    assert "    10  Mon 04 Jan 2027 08:00:00" not in failure.text


def test_a_journey_that_was_not_begun_is_skipped_and_says_why() -> None:
    skipped = case_of(made(outcome=Outcome.SKIPPED, reason="--fail-fast, and other had failed")).find("skipped")

    assert skipped is not None
    assert skipped.get("message") == "--fail-fast, and other had failed"


def test_the_file_of_a_script_is_named_and_there_is_none_for_python() -> None:
    assert case_of(made(file="saves.journey.yaml")).get("file") == "saves.journey.yaml"
    assert "file" not in case_of(made()).attrib


def test_the_rows_of_a_table_are_cases_of_one_suite() -> None:
    document = read(made(row="amount=1"), made(row="amount=2", outcome=Outcome.FAILED))

    (suite,) = document
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite.iter("testcase")] == [
        "amount=1",
        "amount=2",
    ]


def test_a_journey_that_is_repeated_with_other_seeds_has_a_name_for_each() -> None:
    document = read(made(seed=1), made(seed=2), made("other", seed=1))

    cases = [(case.get("classname"), case.get("name")) for case in document.iter("testcase")]
    assert cases == [
        ("journeys.saves", "saves (seed 1)"),
        ("journeys.saves", "saves (seed 2)"),
        ("journeys.other", "other"),
    ]


def test_a_step_that_holds_others_leaves_the_word_to_the_one_that_failed() -> None:
    outer = StepResult(number="4", text="meanwhile", line=9, outcome=Outcome.FAILED)
    inner = StepResult(
        number="4.2.1", text="expect", line=12, outcome=Outcome.FAILED, failure=Failure(expected="1", found="2")
    )
    failure = case_of(made(outcome=Outcome.FAILED, steps=[outer, inner])).find("failure")

    assert failure is not None
    assert failure.get("message") == "step 4.2.1, line 12: expected 1; found 2"


def test_a_journey_can_fail_without_a_step_that_did() -> None:
    failure = case_of(made(outcome=Outcome.FAILED)).find("failure")

    assert failure is not None
    assert failure.get("message") == "the journey failed, but none of its steps did"


def test_what_xml_cannot_hold_is_shown_by_its_number() -> None:
    case = case_of(failed(Failure(expected="\x1b[31mred\x00", found="\ud800\uffff"), name=HOSTILE))

    assert case.get("name") == HOSTILE
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "step 2, line 7: expected #x1B[31mred#x00; found #xD800#xFFFF"


@given(st.text(), st.text())
def test_any_text_makes_xml_that_can_be_read(name: str, expected: str) -> None:
    text = junit.document([failed(Failure(expected=expected, found=""), name=name)])

    ElementTree.fromstring(text.encode())


def test_a_journey_that_could_not_be_played_is_an_error_with_all_that_is_wrong() -> None:
    reason = "a.journey.yaml:3:5: 'lanch' is no step\n    - lanch\n      ^\na.journey.yaml:4:5: 'wiat' is no step"

    document = read(made("a", outcome=Outcome.ERROR, reason=reason), made())

    assert (document.get("errors"), document.get("tests")) == ("1", "2")
    error = document.find("testsuite/testcase/error")
    assert error is not None
    assert error.get("message") == "a.journey.yaml:3:5: 'lanch' is no step"
    assert "'wiat' is no step" in (error.text or "")


def test_a_title_that_is_reworded_changes_no_address() -> None:
    one, other = (addresses(made(title=title, row=row) for row in ("", "a=1")) for title in ("As it was", "As it is"))

    assert one == other


def test_a_failure_names_the_file_that_holds_the_step() -> None:
    step = StepResult(
        number="2",
        text="expect",
        line=7,
        file="begun.journey.yaml",
        outcome=Outcome.FAILED,
        failure=Failure(expected="1", found="2"),
    )
    failure = case_of(made(file="outer.journey.yaml", outcome=Outcome.FAILED, steps=[step])).find("failure")

    assert failure is not None
    assert failure.get("message") == "step 2, begun.journey.yaml:7: expected 1; found 2"
    assert "where:    begun.journey.yaml:7" in (failure.text or "")


def addresses(results: Iterable[JourneyResult]) -> list[tuple[str | None, str | None]]:
    root = ElementTree.fromstring(junit.document(list(results)))
    return [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b/a", "a (seed 1)"]), st.sampled_from(["", "x=1", "x=1 (seed 1)"]), st.integers(0, 2)
        ),
        max_size=12,
    )
)
def test_no_two_cases_have_one_address(identities: list[tuple[str, str, int]]) -> None:
    found = addresses(made(name, row=row, seed=seed) for name, row, seed in identities)

    assert len(set(found)) == len(found) == len(identities)

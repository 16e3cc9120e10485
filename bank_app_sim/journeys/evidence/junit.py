"""`junit.xml`: journeys as Jenkins, GitLab and every other CI reads test results."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from ...trace import PARTICIPANTS, Message, folded
from ..results import JourneyResult, Outcome

# As many as fit on a screen together with the failure.
LAST_MESSAGES = 12

# XML 1.0 cannot hold these, not even escaped. https://www.w3.org/TR/xml/#charsets
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(results: Sequence[JourneyResult]) -> str:
    """The whole file: journeys with the same name, seed and world are one suite, each of its rows a case."""
    root = ElementTree.Element("testsuites", {"name": "bank-app-sim", **_totals(results)})
    for (name, seed, world), suite in _suites(results).items():
        element = _child(root, "testsuite", name=name, **_totals(suite))
        properties = _child(element, "properties")
        _child(properties, "property", name="seed", value=str(seed))
        _child(properties, "property", name="world", value=world)
        for name_of_case, result in zip(_case_names(suite, results), suite, strict=True):
            _case(element, name_of_case, result)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suites(results: Iterable[JourneyResult]) -> dict[tuple[str, int, str], list[JourneyResult]]:
    suites: dict[tuple[str, int, str], list[JourneyResult]] = {}
    for result in results:
        suites.setdefault((result.name, result.seed, result.world), []).append(result)
    return suites


def _totals(results: Sequence[JourneyResult]) -> dict[str, str]:
    outcomes = Counter(result.outcome for result in results)
    return {
        "tests": str(len(results)),
        "failures": str(outcomes[Outcome.FAILED]),
        "errors": "0",
        "skipped": str(outcomes[Outcome.NOT_REACHED]),
        "time": _seconds(sum(result.seconds for result in results)),
    }


def _case_names(suite: Sequence[JourneyResult], results: Sequence[JourneyResult]) -> list[str]:
    """A CI knows a test by its class and its name: the seed is part of it where a journey was played with several."""
    seeds = {result.seed for result in results if result.name == suite[0].name}
    names = []
    for result in suite:
        name = f"{result.title} [{result.row}]" if result.row else result.title
        names.append(f"{name} (seed {result.seed})" if len(seeds) > 1 else name)
    return names


def _case(suite: ElementTree.Element, name: str, result: JourneyResult) -> None:
    case = _child(suite, "testcase", classname=f"journeys.{result.name}", name=name, time=_seconds(result.seconds))
    if result.file:
        case.set("file", _legal(result.file))
    if result.outcome is Outcome.FAILED:
        failure = _child(case, "failure", type="expectation", message=_headline(result))
        failure.text = _legal(_account(result))
    elif result.outcome is Outcome.NOT_REACHED:
        _child(case, "skipped", message="not reached")


def _headline(result: JourneyResult) -> str:
    step = result.failed_step
    if step is None:
        return "the journey failed, but none of its steps did"
    where = f"step {step.number}" + (f", line {step.line}" if step.line else "")
    if step.failure is None:
        return f"{where}: {step.text}"
    return f"{where}: expected {step.failure.expected}; found {step.failure.found}"


def _account(result: JourneyResult) -> str:
    """All that somebody needs who sees nothing but this text."""
    step, failure = result.failed_step, result.failed_step and result.failed_step.failure
    facts = [
        ("journey", result.name + (f" [{result.row}]" if result.row else "")),
        ("seed", str(result.seed)),
        ("world", result.world),
        ("step", f"{step.number}  {step.text}" if step else ""),
        ("at", step.ended_at if step else ""),
        ("expected", failure.expected if failure else ""),
        ("found", failure.found if failure else ""),
        ("way out", failure.way_out if failure else ""),
        ("repeat", result.command),
    ]
    lines = [f"{name + ':':<10}{text}" for name, text in facts if text]
    messages = _last_messages(result)
    return "\n".join([*lines, *(["", "the last messages:", *messages] if messages else [])])


def _last_messages(result: JourneyResult) -> list[str]:
    """Up to the end of the step that failed; a journey goes on in branches that run beside it."""
    end = (result.failed_step and result.failed_step.last_message) or None
    messages = map(Message.from_json, result.messages)
    shown = folded(message for message in messages if end is None or message.n <= end)[-LAST_MESSAGES:]
    widest = max(map(len, PARTICIPANTS.values()))
    return [
        f"{message.n:>6}  {message.at:%a %H:%M:%S}  {PARTICIPANTS[message.sender]:>{widest}} -> "
        f"{PARTICIPANTS[message.receiver]:<{widest}}  {message.label}{f' (x{times})' if times > 1 else ''}"
        for message, times in shown
    ]


def _child(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, {name: _legal(value) for name, value in attributes.items()})


def _legal(text: str) -> str:
    r"""Illegal characters by their number, as pytest shows them: `#x1B`."""
    return ILLEGAL.sub(lambda found: f"#x{ord(found[0]):02X}", text)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"

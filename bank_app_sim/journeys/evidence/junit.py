"""`junit.xml`: the results of journeys, as every CI reads test results."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from ...timeline.trace import Message
from ..playing import last_messages
from ..results import JourneyResult, Outcome, StepResult

# XML 1.0 cannot hold these, not even escaped. https://www.w3.org/TR/xml/#charsets
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(results: Sequence[JourneyResult]) -> str:
    """The whole file. Journeys with one name, seed and world are a suite; each row is a case."""
    root = ElementTree.Element("testsuites", {"name": "bank-app-sim", **_totals(results)})
    names = iter(_case_names(results))
    named = [(next(names), result) for result in results]
    for (name, seed, world), suite in _suites(named).items():
        element = _child(root, "testsuite", name=name, **_totals([result for _, result in suite]))
        properties = _child(element, "properties")
        facts = {"seed": str(seed), "world": world, "title": suite[0][1].title}
        for fact, value in facts.items():
            _child(properties, "property", name=fact, value=value)
        for name_of_case, result in suite:
            _case(element, name_of_case, result)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


Named = tuple[str, JourneyResult]


def _suites(named: Iterable[Named]) -> dict[tuple[str, int, str], list[Named]]:
    suites: dict[tuple[str, int, str], list[Named]] = {}
    for name, result in named:
        suites.setdefault((result.name, result.seed, result.world), []).append((name, result))
    return suites


def _totals(results: Sequence[JourneyResult]) -> dict[str, str]:
    outcomes = Counter(result.outcome for result in results)
    return {
        "tests": str(len(results)),
        "failures": str(outcomes[Outcome.FAILED]),
        "errors": str(outcomes[Outcome.ERROR]),
        "skipped": str(outcomes[Outcome.SKIPPED]),
        "time": _seconds(sum(result.seconds for result in results)),
    }


def _case_names(results: Sequence[JourneyResult]) -> list[str]:
    """A CI identifies a test by its class and name only, so titles may change.

    The seed is part of the name if a journey was played with several seeds. A number tells apart equal names.
    """
    seeds: dict[str, set[int]] = {}
    for result in results:
        seeds.setdefault(result.name, set()).add(result.seed)
    taken: Counter[tuple[str, str]] = Counter()
    names = []
    for result in results:
        name = result.row or result.name
        name += f" (seed {result.seed})" if len(seeds[result.name]) > 1 else ""
        taken[result.name, name] += 1
        names.append(name if taken[result.name, name] == 1 else f"{name} #{taken[result.name, name]}")
    return names


def _case(suite: ElementTree.Element, name: str, result: JourneyResult) -> None:
    case = _child(suite, "testcase", classname=f"journeys.{result.name}", name=name, time=_seconds(result.seconds))
    if result.file:
        case.set("file", _legal(result.file))
    if result.outcome is Outcome.FAILED:
        failure = _child(case, "failure", type="expectation", message=_headline(result))
        failure.text = _legal(_account(result))
    elif result.outcome is Outcome.ERROR:
        error = _child(case, "error", type="not played", message=result.reason.partition("\n")[0])
        error.text = _legal(_account(result))
    elif result.outcome is Outcome.SKIPPED:
        _child(case, "skipped", message=result.reason)


def _headline(result: JourneyResult) -> str:
    step = result.failed_step
    if step is None:
        return "the journey failed, but none of its steps did"
    where = f"step {step.number}" + (f", {_place(step)}" if step.line else "")
    if step.failure is None:
        return f"{where}: {step.text}"
    return f"{where}: expected {step.failure.expected}; found {step.failure.found}"


def _place(step: StepResult | None) -> str:
    """The file and line of a step."""
    if step is None or not step.line:
        return ""
    return f"{step.file}:{step.line}" if step.file else f"line {step.line}"


def _account(result: JourneyResult) -> str:
    """Everything about a failure: a reader may see only this text."""
    step, failure = result.failed_step, result.failed_step and result.failed_step.failure
    facts = [
        ("journey", result.full_name),
        ("title", result.title),
        ("seed", str(result.seed)),
        ("world", result.world),
        ("why", result.reason),
        ("step", f"{step.number}  {step.text}" if step else ""),
        ("branch", step.branch if step else ""),
        ("where", _place(step)),
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
    """The last messages before the failed step ended: other branches of the journey may go on after it."""
    end = (result.failed_step and result.failed_step.last_message) or None
    messages = [message for message in map(Message.from_json, result.messages) if end is None or message.n <= end]
    lines: list[str] = []
    for each in last_messages.last_rounds(messages) if messages else ():
        lines += [f"{message.n:>6}  {last_messages.line(message)}" for message in each.messages]
        lines += [f"{'':>6}  {last_messages.again(each)}"] if each.times > 1 else []
    return lines


def _child(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, {name: _legal(value) for name, value in attributes.items()})


def _legal(text: str) -> str:
    r"""Illegal characters by their number, as pytest shows them: `#x1B`."""
    return ILLEGAL.sub(lambda found: f"#x{ord(found[0]):02X}", text)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"

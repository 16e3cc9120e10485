"""`report.html`: the whole report in one file, which opens from disk and loads nothing.

The page holds each journey compressed, and the browser unpacks it when somebody opens that journey. So a page with
hundreds of journeys stays small and opens at once.
"""

import base64
import functools
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from importlib import resources

import attrs
import jinja2
from markupsafe import Markup

from ...timeline.trace import PARTICIPANTS, Message, folded
from ..results import JourneyResult, Outcome, as_json
from .circumstances import Circumstances

TEMPLATES = resources.files(__package__) / "templates"

# In the order of the page: each uses only those before it.
STYLES = ("page", "overview", "journey", "sequence")
SCRIPTS = ("elements", "moments", "values", "state", "sequence", "timeline", "steps", "script", "journey", "overview")

# The outcomes that the page lists first.
UNWELL = (Outcome.FAILED, Outcome.ERROR)


@attrs.frozen(kw_only=True)
class Entry:
    """A journey in the list.

    Attributes:
        name: Of its files; also its address in the page.
        simulated: Its duration in simulated time.
        payload: The whole result as compressed JSON in base64.
    """

    name: str
    result: JourneyResult
    simulated: timedelta
    payload: str


@attrs.frozen(kw_only=True)
class Group:
    """A journey, or all rows of its table.

    Attributes:
        is_table: Whether there are several entries below one heading.
    """

    name: str
    title: str
    entries: Sequence[Entry]

    @property
    def is_table(self) -> bool:
        return len(self.entries) > 1

    @property
    def is_unwell(self) -> bool:
        return any(entry.result.outcome in UNWELL for entry in self.entries)

    def number(self, *outcomes: str) -> int:
        """The number of entries with these outcomes."""
        return sum(entry.result.outcome in outcomes for entry in self.entries)


@attrs.frozen(kw_only=True)
class Summary:
    """The figures at the top of the page."""

    total: int
    passed: int
    failed: int
    errors: int
    skipped: int
    seeds: str
    worlds: str
    messages: int
    seconds: float
    simulated: str


def document(results: Sequence[JourneyResult], names: Sequence[str], made: Circumstances) -> str:
    """The whole page.

    Args:
        names: The address of each result in the page.
        made: How the report was made.
    """
    script = _script()
    entries = [
        Entry(name=name, result=result, simulated=_simulated(result), payload=_payload(result))
        for name, result in zip(names, results, strict=True)
    ]
    return _page().render(
        summary=_summary(entries),
        entries=entries,
        groups=_groups(entries),
        made=made,
        participants=list(PARTICIPANTS.items()),
        styles=Markup("\n".join(_template(f"{name}.css") for name in STYLES)),
        script=Markup(script),
        # The browser runs this script and no other.
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


@functools.cache
def _page() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters["period"] = period
    return environment.get_template("report.html.j2")


def _script() -> str:
    parts = "\n".join(_template(f"{name}.js") for name in SCRIPTS)
    return f"(() => {{\n'use strict';\n{parts}}})();\n"


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _payload(result: JourneyResult) -> str:
    """Compressed JSON in base64, so that no text of a journey is read as HTML."""
    values = {**as_json(result), "recorded": None, "rows": _rows(result)}
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return base64.b64encode(zlib.compress(text, level=6)).decode("ascii")


def _rows(result: JourneyResult) -> list[tuple[int, int]]:
    """The rows of the drawing: the number of a message, and how often its exchange was repeated.

    An exchange is not folded across the beginning or the end of a step.
    """
    messages = [Message.from_json(values) for values in result.messages]
    ends = {step.first_message for step in result.steps} | {step.last_message + 1 for step in result.steps}
    parts: list[list[Message]] = [[]]
    for message in messages:
        if message.n in ends:
            parts.append([])
        parts[-1].append(message)
    return [(message.n, times) for part in parts for message, times in folded(part)]


def _simulated(result: JourneyResult) -> timedelta:
    moments = [datetime.fromisoformat(at) for step in result.steps for at in (step.began_at, step.ended_at) if at]
    return max(moments) - min(moments) if moments else timedelta()


def _groups(entries: Sequence[Entry]) -> list[Group]:
    """The entries by journey: those that did not pass come first, otherwise in the order of the run."""
    together: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        result = entry.result
        alone = () if result.row else (entry.name,)
        together.setdefault((result.name, *alone), []).append(entry)
    groups = [
        Group(
            name=each[0].result.name,
            # Titles of rows may differ: they can contain the row's values.
            title=each[0].result.title if len({entry.result.title for entry in each}) == 1 else each[0].result.name,
            entries=sorted(each, key=lambda entry: entry.result.outcome not in UNWELL),
        )
        for each in together.values()
    ]
    return sorted(groups, key=lambda group: not group.is_unwell)


def _summary(entries: Sequence[Entry]) -> Summary:
    results = [entry.result for entry in entries]
    outcomes = Counter(result.outcome for result in results)
    return Summary(
        total=len(results),
        passed=outcomes[Outcome.PASSED],
        failed=outcomes[Outcome.FAILED],
        errors=outcomes[Outcome.ERROR],
        skipped=outcomes[Outcome.SKIPPED],
        seeds=_ranges(result.seed for result in results),
        worlds="; ".join(dict.fromkeys(result.world for result in results if result.world)),
        messages=sum(len(result.messages) for result in results),
        seconds=sum(result.seconds for result in results),
        simulated=period(sum((entry.simulated for entry in entries), timedelta())),
    )


def _ranges(numbers: Iterable[int]) -> str:
    """`0 to 299, 1000`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join(" to ".join(map(str, run)) for run in runs)


def period(duration: timedelta) -> str:
    """A duration in its two largest units: `2 d 4 h`, `350 ms`."""
    milliseconds = round(duration / timedelta(milliseconds=1))
    parts: list[tuple[int, str]] = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)):
        count, milliseconds = divmod(milliseconds, size)
        if count or parts:
            parts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count) or "0 s"

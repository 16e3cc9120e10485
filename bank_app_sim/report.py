"""A trace as files: JSON for programs, Mermaid for documents, a page with a drawing that opens offline."""

import json
from collections.abc import Sequence
from pathlib import Path

import attrs
import jinja2

from .trace import PARTICIPANTS, Message, Trace

# Pixels of the drawing.
LANE_WIDTH = 250
ROW_HEIGHT = 34
HEAD_HEIGHT = 52


@attrs.frozen(kw_only=True)
class Table:
    """One part of a world's state, for people."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@attrs.frozen(kw_only=True)
class Arrow:
    """One message of the drawing, or several alike that follow each other."""

    message: Message
    times: int
    y: int
    x_from: int
    x_to: int

    @property
    def label(self) -> str:
        return self.message.label if self.times == 1 else f"{self.message.label}  (x{self.times})"

    @property
    def is_answer(self) -> bool:
        return self.message.kind in ("return", "response")

    @property
    def detail(self) -> str:
        return json.dumps(self.message.as_json(), indent=2, ensure_ascii=False)


def arrows(trace: Trace) -> list[Arrow]:
    """The messages with their places in the drawing; exchanges that repeat are one arrow there and one back."""
    lanes = {name: LANE_WIDTH // 2 + n * LANE_WIDTH for n, name in enumerate(PARTICIPANTS)}
    drawn: list[Arrow] = []
    for message, times in trace.folded():
        drawn.append(
            Arrow(
                message=message,
                times=times,
                y=HEAD_HEIGHT + (len(drawn) + 1) * ROW_HEIGHT,
                x_from=lanes[message.sender],
                x_to=lanes[message.receiver],
            )
        )
    return drawn


def html(trace: Trace, title: str, state: Sequence[Table] = ()) -> str:
    """One page with everything in it: no script or picture is fetched from anywhere."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bank_app_sim"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    drawn = arrows(trace)
    return environment.get_template("report.html.j2").render(
        title=title,
        lanes=[(LANE_WIDTH // 2 + n * LANE_WIDTH, name) for n, name in enumerate(PARTICIPANTS.values())],
        arrows=drawn,
        width=LANE_WIDTH * len(PARTICIPANTS),
        height=HEAD_HEIGHT + (len(drawn) + 1) * ROW_HEIGHT + HEAD_HEIGHT,
        row_height=ROW_HEIGHT,
        tables=state,
    )


def write(folder: Path, trace: Trace, title: str, state: Sequence[Table] = ()) -> list[Path]:
    """Write `trace.json`, `sequence.mmd` and `report.html` into a folder; returns where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "trace.json": json.dumps(trace.as_json(), indent=2, ensure_ascii=False) + "\n",
        "sequence.mmd": trace.mermaid(),
        "report.html": html(trace, title, state),
    }
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in contents]

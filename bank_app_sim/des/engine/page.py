"""The table of savehacks as a page for people.

    python -m bank_app_sim.des.engine.page > bank_app_sim/docs/savehacks.md

A test checks that the file is up to date.
"""

import sys

from .feed import NEEDED
from .launch import LARGEST_CENTS
from .rule import Kind, OwnField, Savehack
from .savehacks import SAVEHACKS

_BEFORE = """\
# Savehacks

What each of the sixteen savehacks saves, and when. The vendor's public pages name the types and describe a few of their
fields; they say neither what these fields are called nor how the rules work. So the names of fields and all rules below
are ours, but for what the column *from the vendor* holds. Amounts are in the smallest subunit of the currency (cents).

Made from `des/engine/savehacks.py` by `des/engine/page.py`; a test holds this page to it.
"""

_AFTER = """\
## What holds for all

* **Time of day and time zone.** Steps keep the time of day of the start, on the clock on the wall in the launch's time
  zone, across daylight saving. Where clocks are put forward over that time: the first moment after. Where they show it
  twice: the first of the two. Every step is reckoned from the calendar, so none of this moves the ones behind it.
* **Chance** is a function of the launch's seed and of what it decides (the number of the occurrence; the week or the
  month): the same seed gives the same deposits, in whatever order anybody asks.
* **Starting and resuming.** A launch that waited for an account starts when there is one, and saves at once if its
  type does. One that the user paused and resumes goes on with the next moment of its schedule; what fell due in the
  pause is left out, and Rocket and Everest go on where they were.
* **Limits.** No deposit is above 10^15 cents, nor above what the transfer consent of its launch covers.
* **Transfer consents.** The amount is the most that one deposit is. The frequency is the longest of the vendor's words
  whose day, week or month by the calendar never brings two deposits, apart from the one at the start. A busy day
  can bring several to types that live on a feed, which the vendor's words cannot say.
* **Full moons** follow the main terms of the series in Meeus, *Astronomical Algorithms*, chapter 49.

## The feed

Some types live on what happens outside. The control plane takes such events (`POST /sandbox/feed`); one that happened
before a launch started brings it nothing.

"""


def as_markdown() -> str:
    rows = "".join(_row(savehack) for savehack in SAVEHACKS)
    table = "| type | own fields | rule | from the vendor | consent |\n| --- | --- | --- | --- | --- |\n" + rows
    return f"{_BEFORE}\n{table}\n{_AFTER}{_feed()}"


def _row(savehack: Savehack) -> str:
    fields = "; ".join([_field(field) for field in savehack.own_fields]) or "none"
    if savehack.in_order:
        by_name = {field.name: field.wire_name for field in savehack.own_fields}
        fields += f"; `{by_name[savehack.in_order[0]]}` ≤ `{by_name[savehack.in_order[1]]}`"
    cells = (f"`{savehack.type}`", fields, savehack.rule, savehack.vendor, savehack.max_frequency)
    return f"| {' | '.join(cells)} |\n"


def _field(field: OwnField) -> str:
    match field.kind:
        case Kind.TEXT:
            return f"`{field.wire_name}` text"
        case Kind.CENTS:
            return f"`{field.wire_name}` cents, {field.least} to {_bound(field.most)}"
        case Kind.INTEGER:
            return f"`{field.wire_name}` {field.least} to {field.most}"


def _bound(most: int) -> str:
    return "10^15" if most == LARGEST_CENTS else str(most)


def _feed() -> str:
    rows = "".join(
        f"| `{event}` | {', '.join(f'`{_wire(name)}`' for name in needed)} | "
        f"{', '.join(savehack.type for savehack in SAVEHACKS if savehack.feed_type == event)} |\n"
        for event, needed in NEEDED.items()
    )
    return "| event | needs | heard by |\n| --- | --- | --- |\n" + rows


def _wire(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


if __name__ == "__main__":
    sys.stdout.write(as_markdown())

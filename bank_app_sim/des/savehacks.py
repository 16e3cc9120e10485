"""Savehacks: the automatic saving rules that can be launched, as a table."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from ..service import Answer
from . import schedule
from .fields import Fields
from .request import Request

# The same in every sandbox: a script may write a savehack's id down.
_NAMESPACE = uuid.UUID("6f1d3c1e-5a0b-5c52-9d0c-6a54c9a0f0de")


@attrs.frozen(kw_only=True)
class Savehack:
    """One automatic saving rule.

    Attributes:
        translated_name: By locale.
        own_fields: What a launch of it carries beyond the fields of all launches: the name on the wire and the bounds.
        next_due: When the deposit after this moment is due, by the launch's own fields; None where it is the last one.
    """

    type: str
    translated_name: Mapping[str, str]
    own_fields: tuple["OwnField", ...] = ()
    next_due: Callable[[datetime, Mapping[str, Any]], datetime | None]

    @property
    def id(self) -> str:
        return str(uuid.uuid5(_NAMESPACE, self.type))

    @property
    def launch_type(self) -> str:
        return f"{self.type}Launch"


@attrs.frozen
class OwnField:
    name: str
    least: int
    most: int

    def read(self, fields: Fields) -> int:
        return fields.integer(self.name, least=self.least, most=self.most)


SAVEHACKS = (
    Savehack(
        type="OneTime",
        translated_name={"en": "One-time deposit", "sv": "Engångssparande"},
        next_due=lambda after, terms: None,
    ),
    Savehack(
        type="Daily",
        translated_name={"en": "Every day", "sv": "Varje dag"},
        next_due=lambda after, terms: schedule.next_day(after),
    ),
    Savehack(
        type="Weekly",
        translated_name={"en": "Every week", "sv": "Varje vecka"},
        own_fields=(OwnField("weekday", 0, 6),),
        next_due=lambda after, terms: schedule.next_weekday(after, terms["weekday"]),
    ),
    Savehack(
        type="Monthly",
        translated_name={"en": "Every month", "sv": "Varje månad"},
        own_fields=(OwnField("dayOfMonth", 1, 31),),
        next_due=lambda after, terms: schedule.next_day_of_month(after, terms["dayOfMonth"]),
    ),
)

BY_LAUNCH_TYPE = {savehack.launch_type: savehack for savehack in SAVEHACKS}


def as_json(savehack: Savehack) -> dict[str, Any]:
    return {"type": savehack.type, "id": savehack.id, "translatedName": dict(savehack.translated_name)}


def list_all(request: Request) -> Answer:
    things = [as_json(savehack) for savehack in SAVEHACKS]
    meta = {"count": len(things), "items": len(things), "pages": 1, "from": 1, "to": len(things), "next_url": None}
    return Answer(200, {"savehacks": things, "meta": meta})

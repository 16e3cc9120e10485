"""Savehacks: the automatic saving rules that can be launched. What they do, the engine knows."""

from typing import Any

from ..service import Answer
from .engine import SAVEHACKS, Savehack
from .request import Request


def as_json(savehack: Savehack) -> dict[str, Any]:
    return {"type": savehack.type, "id": savehack.id, "translatedName": dict(savehack.translated_name)}


def list_all(request: Request) -> Answer:
    things = [as_json(savehack) for savehack in SAVEHACKS]
    meta = {"count": len(things), "items": len(things), "pages": 1, "from": 1, "to": len(things), "next_url": None}
    return Answer(200, {"savehacks": things, "meta": meta})

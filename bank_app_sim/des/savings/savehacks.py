"""Lists the savehacks: automatic saving rules that users can launch. The engine knows what they do."""

from typing import Any

from ...server.http.answers import Answer
from .. import paging
from ..engine import SAVEHACKS, Savehack
from ..request import Request


def as_json(savehack: Savehack) -> dict[str, Any]:
    return {"type": savehack.type, "id": savehack.id, "translatedName": dict(savehack.translated_name)}


_ALL = [as_json(savehack) for savehack in SAVEHACKS]


def list_all(request: Request) -> Answer:
    page = paging.asked_for(request.http.query)
    shown = _ALL[page.before :][: page.items]
    is_last = page.before + page.items >= len(_ALL)
    following = None if is_last else {"page": str(page.number + 1)}
    return paging.Found(request.http, "savehacks", page, following, len(_ALL)).answer(shown)

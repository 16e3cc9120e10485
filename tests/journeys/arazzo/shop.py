"""A small API that answers what a test tells it to, and documents that call it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import httpx
import yaml

from bank_app_sim.journeys.arazzo import run_document
from bank_app_sim.journeys.results import JourneyResult, Outcome
from bank_app_sim.simulation import START
from bank_app_sim.timeline.clock import SimulatedClock

OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "servers": [{"url": "/"}],
    "paths": {
        "/items": {
            "get": {"operationId": "listItems", "parameters": [{"$ref": "#/components/parameters/Page"}]},
            "post": {
                "operationId": "createItem",
                "requestBody": {"content": {"application/json": {}, "application/x-www-form-urlencoded": {}}},
            },
        },
        "/items/{id}": {
            "parameters": [{"name": "id", "in": "path"}],
            "get": {"operationId": "getItem"},
            "delete": {},
        },
    },
    "components": {"parameters": {"Page": {"name": "page", "in": "query"}}},
}

ADDRESS = "http://127.0.0.1:9"
POST = "{$sourceDescriptions.shop.url}#/paths/~1items/post"

# What to answer: a status, a body, and headers.
Reply = tuple[int, Any] | tuple[int, Any, Mapping[str, str]]


@attrs.define
class Shop:
    """Answers in the order of `replies`, the last one for ever; keeps what it was asked."""

    replies: Sequence[Reply] = ((200, {}),)
    asked: list[httpx.Request] = attrs.field(factory=list)
    openapi: Mapping[str, Any] = attrs.field(factory=lambda: OPENAPI)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=self.openapi)
        self.asked.append(request)
        status, body, *headers = self.replies[min(len(self.asked), len(self.replies)) - 1]
        content = b"" if body is None else json.dumps(body).encode()
        return httpx.Response(
            status, content=content, headers={"content-type": "application/json", **(headers[0] if headers else {})}
        )

    @property
    def called(self) -> list[str]:
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.asked]

    @property
    def bodies(self) -> list[Any]:
        """Of the requests; of a form, its text."""
        is_form = "application/x-www-form-urlencoded"
        return [
            request.content.decode() if request.headers.get("content-type") == is_form else json.loads(request.content)
            for request in self.asked
            if request.content
        ]


def document(*steps: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A document of one workflow; `more` are further members of it, `root` of the document."""
    root = more.pop("root", {})
    return {
        "arazzo": "1.1.0",
        "info": {"title": "A shop", "version": "1"},
        "sourceDescriptions": [{"name": "shop", "url": f"{ADDRESS}/openapi.json", "type": "openapi"}],
        "workflows": [{"workflowId": "buy", "steps": list(steps), **more}, *root.pop("workflows", ())],
        **root,
    }


def step(name: str = "list", **more: Any) -> dict[str, Any]:
    target = {} if {"workflowId", "operationPath"} & set(more) else {"operationId": "listItems"}
    return {"stepId": name, **target, **more}


@attrs.frozen
class Runner:
    """Runs documents against a shop, on a clock that stands still but for what waits."""

    folder: Path
    clock: SimulatedClock = attrs.field(factory=lambda: SimulatedClock(START))

    async def all(self, shop: Shop, document: Mapping[str, Any] | str, **options: Any) -> list[JourneyResult]:
        file = self.folder / "shop.arazzo.yaml"
        file.write_text(document if isinstance(document, str) else yaml.safe_dump(document, sort_keys=False))
        return await run_document(file, transport=httpx.MockTransport(shop), clock=self.clock, **options)

    async def one(self, shop: Shop, document: Mapping[str, Any] | str, **options: Any) -> JourneyResult:
        [result] = await self.all(shop, document, **options)
        return result


def outcomes(result: JourneyResult) -> list[tuple[str, str]]:
    """What came of each step, by its number."""
    return [(step.number, step.outcome.value) for step in result.steps]


def found(result: JourneyResult) -> str:
    """What was there instead of what the last failed step expected."""
    assert result.outcome is Outcome.FAILED
    return [step.failure.found for step in result.steps if step.failure is not None][-1]

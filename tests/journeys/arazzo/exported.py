"""A recording as a document, for tests."""

import re
from typing import Any

import yaml

from bank_app_sim.journeys.arazzo import export

PREFIX = "x-bank-app-sim-"


UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def written(messages: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    settings = {"name": "a journey", "title": "A journey", "id_tokens": {"ada": "token-of-ada"}, **more}
    document: dict[str, Any] = yaml.safe_load(export(messages, client_secret="s3cr3t", **settings))
    return document


def workflow(document: dict[str, Any]) -> dict[str, Any]:
    [only] = document["workflows"]
    assert isinstance(only, dict)
    return only


def step_of(document: dict[str, Any], step_id: str) -> dict[str, Any]:
    return next(step for step in workflow(document)["steps"] if step["stepId"] == step_id)


def left_out(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(call["label"], call["reason"]) for call in workflow(document).get(f"{PREFIX}left-out", ())]

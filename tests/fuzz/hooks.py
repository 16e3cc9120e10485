"""Who schemathesis is, and the few values that no schema can tell it."""

import json
import os
import uuid
from typing import Any

import httpx
import schemathesis

# What `bank-app-sim serve --json` printed, and which principal to be.
SANDBOX = json.loads(os.environ["FUZZ_SANDBOX"])
PRINCIPAL = os.environ["FUZZ_PRINCIPAL"]

HTTP = httpx.Client(base_url=SANDBOX["des_url"])

# Nobody listens there. What schemathesis makes up may be somebody's.
NOBODYS_ADDRESS = "http://127.0.0.1:9/"


def bank() -> dict[str, str]:
    """Headers of the bank's backend."""
    body = {
        "grant_type": "client_credentials",
        "client_id": SANDBOX["client_id"],
        "client_secret": SANDBOX["client_secret"],
    }
    granted = HTTP.post("/oauth/token", data=body).raise_for_status().json()
    return {"Authorization": f"Bearer {granted['access_token']}"}


def user() -> dict[str, str]:
    """Headers of a user, in a session of its own: some operations end it."""
    opened = HTTP.post("/users/verify_token", json={"token": SANDBOX["users"]["ada"]["id_token"]}).raise_for_status()
    HTTP.cookies.clear()
    return {"Cookie": f"impact_session={opened.cookies['impact_session']}"}


HEADERS = {"bank": bank, "user": user}[PRINCIPAL]
SAVEHACKS = {
    f"{savehack['type']}Launch": savehack["id"]
    for savehack in HTTP.get("/v1/savehacks", headers=HEADERS()).raise_for_status().json()["savehacks"]
}


@schemathesis.auth(refresh_interval=60 if PRINCIPAL == "bank" else None)
class Principal:
    def get(self, case: "schemathesis.Case[Any]", context: schemathesis.AuthContext) -> dict[str, str]:
        return HEADERS()

    def set(self, case: "schemathesis.Case[Any]", data: dict[str, str], context: schemathesis.AuthContext) -> None:
        case.headers.update(data)


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: "schemathesis.Case[Any]", kwargs: dict[str, Any]) -> None:
    """Make what is right work: a launch names the savehack of its type. What is wrong stays wrong."""
    body = case.body if isinstance(case.body, dict) else {}
    launch, endpoint = body.get("savehackLaunch"), body.get("webhookEndpoint")
    if isinstance(launch, dict) and _is_uuid(launch.get("savehackId")):
        launch["savehackId"] = SAVEHACKS.get(str(launch.get("type")), launch["savehackId"])
    if isinstance(endpoint, dict):
        for name in ("url", "transactionsUrl"):
            if _is_address(endpoint.get(name)):
                endpoint[name] = NOBODYS_ADDRESS


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://")) and len(value) <= 2000

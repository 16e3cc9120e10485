"""Who schemathesis is, and the few values that no schema can tell it."""

import json
import os
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import schemathesis

from .known import Known

# What `bank-app-sim serve --json` printed, and which principal to be.
SANDBOX = json.loads(os.environ["FUZZ_SANDBOX"])
PRINCIPAL = os.environ["FUZZ_PRINCIPAL"]

HTTP = httpx.Client(base_url=SANDBOX["des_url"])


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
    """Make what is right work: ids exist, a launch names the savehack of its type. What is wrong stays wrong."""
    collection = case.path.split("/")[2:3]
    case.path_parameters = KNOWN.in_place_of(case.path_parameters, "", *collection)
    case.query = KNOWN.in_place_of(case.query, "")
    if isinstance(case.body, dict):
        body: dict[str, Any] = KNOWN.in_place_of(case.body, "")
        for root, name, right in ROOTS:
            thing = body.get(root)
            if isinstance(thing, dict) and name in thing:
                thing[name] = right(thing)
        case.body = body


@schemathesis.hook
def after_call(
    context: schemathesis.HookContext, case: "schemathesis.Case[Any]", response: schemathesis.Response
) -> None:
    if response.status_code < 300 and "application/json" in response.headers.get("content-type", [""])[0]:
        KNOWN.learn(response.json())


def savehack_of(launch: dict[str, Any]) -> Any:
    """The id that belongs to the type, where there is an id."""
    try:
        uuid.UUID(launch["savehackId"])
    except (ValueError, AttributeError, TypeError):
        return launch["savehackId"]
    return SAVEHACKS.get(str(launch.get("type")), launch["savehackId"])


def nobodys(name: str) -> Callable[[dict[str, Any]], Any]:
    """An address where nobody listens, in place of one that may be somebody's."""

    def address(endpoint: dict[str, Any]) -> Any:
        made_up = endpoint[name]
        is_address = isinstance(made_up, str) and made_up.startswith(("http://", "https://")) and len(made_up) <= 2000
        return "http://127.0.0.1:9/" if is_address else made_up

    return address


# What no schema can say: the root key, the field, and what is right for the thing.
ROOTS: tuple[tuple[str, str, Callable[[dict[str, Any]], Any]], ...] = (
    ("savehackLaunch", "savehackId", savehack_of),
    ("webhookEndpoint", "url", nobodys("url")),
    ("webhookEndpoint", "transactionsUrl", nobodys("transactionsUrl")),
)


def populate() -> Known:
    """A user with a thing of each kind, to begin with."""
    as_bank, as_user = bank(), user()
    known = Known()

    def posted(path: str, headers: dict[str, str], body: dict[str, Any]) -> Any:
        answer = HTTP.post(path, headers=headers, json=body).raise_for_status().json()
        known.learn(answer)
        [thing] = answer.values()
        return thing

    dream = posted("/v1/dreams", as_user, {"dream": {"name": "Bike", "targetCents": 250_000}})
    user_id = dream["user"]["id"]
    account = posted("/v1/accounts", as_bank, {"account": {"type": "SharedSavings", "userId": user_id}})
    launch = {"type": "DailyLaunch", "dreamId": dream["id"], "amountCents": 500, "savehackId": SAVEHACKS["DailyLaunch"]}
    posted("/v1/savehack-launches", as_user, {"savehackLaunch": launch})
    money = {"type": "Deposit", "userId": user_id, "externalId": str(uuid.uuid4()), "amountCents": 1_000_000_000}
    to = {"toAccountId": account["id"], "toDreamId": dream["id"]}
    posted("/v1/transactions", as_bank, {"transaction": {**money, **to}})
    return known


KNOWN = populate()

"""Every operation of DES, in one table: who may do it, and which function does it."""

from ..server.http.operation import Operation
from .access import sessions
from .events import control, events
from .savings import (
    accounts,
    consents,
    dream_changes,
    dreams,
    feed,
    launch_changes,
    launches,
    savehacks,
    transaction_requests,
    transactions,
    user_changes,
    users,
)
from .unit_of_work import BANK_ONLY, USER_ONLY, UnitOfWork

# Query parameters that several operations have.
PAGE = ("page", "items")
PAGE_OR_PLACE = (*PAGE, "after")
OF_DREAMS = ("showImageUrl", "showActiveSavehacks")

WEBHOOK_ENDPOINT = "/sandbox/webhook-endpoint"


# Routes are tried in this order: the busiest first.
OPERATIONS: tuple[Operation[UnitOfWork], ...] = (
    Operation(
        "GET",
        "/v1/dreams",
        UnitOfWork(dreams.list_all),
        query=(*PAGE_OR_PLACE, *OF_DREAMS, "state", "userId", "externalUserId"),
    ),
    Operation("POST", "/v1/dreams", UnitOfWork(dreams.create), asked="Create Dream", answered="Dream Created"),
    Operation("GET", "/v1/dreams/{id}", UnitOfWork(dreams.get), query=OF_DREAMS),
    Operation("PATCH", "/v1/dreams/{id}", UnitOfWork(dream_changes.change, starts_savings=True)),
    Operation("GET", "/v1/users", UnitOfWork(users.list_all, BANK_ONLY), query=(*PAGE_OR_PLACE, "externalId")),
    Operation("POST", "/v1/users", UnitOfWork(users.create, BANK_ONLY)),
    Operation("GET", "/v1/users/{id}", UnitOfWork(users.get)),
    Operation(
        "PATCH",
        "/v1/users/{id}",
        UnitOfWork(user_changes.change, starts_savings=True),
        asked="Account provisioning initiated",
        answered="Paused savehack launches started",
    ),
    Operation("DELETE", "/v1/users/{id}", UnitOfWork(user_changes.delete, BANK_ONLY)),
    Operation("GET", "/v1/accounts", UnitOfWork(accounts.list_all), query=(*PAGE_OR_PLACE, "userId", "externalId")),
    Operation("POST", "/v1/accounts", UnitOfWork(accounts.create, BANK_ONLY, starts_savings=True)),
    Operation("GET", "/v1/accounts/{id}", UnitOfWork(accounts.get)),
    Operation("PATCH", "/v1/accounts/{id}", UnitOfWork(accounts.change, BANK_ONLY)),
    Operation("GET", "/v1/savehacks", UnitOfWork(savehacks.list_all), query=PAGE),
    Operation(
        "GET",
        "/v1/savehack-launches",
        UnitOfWork(launches.list_all),
        query=(*PAGE_OR_PLACE, "dreamId", "userId", "externalUserId"),
    ),
    Operation(
        "POST",
        "/v1/savehack-launches",
        UnitOfWork(launches.create, starts_savings=True),
        asked="Launch Savehack",
        answered="Savehack Launched",
    ),
    Operation("GET", "/v1/savehack-launches/{id}", UnitOfWork(launches.get)),
    Operation("PATCH", "/v1/savehack-launches/{id}", UnitOfWork(launch_changes.change, starts_savings=True)),
    Operation(
        "GET",
        "/v1/transactions",
        UnitOfWork(transactions.list_all),
        query=(*PAGE, "after_id", "state", "externalId", "externalUserId"),
    ),
    Operation("POST", "/v1/transactions", UnitOfWork(transaction_requests.create)),
    Operation("GET", "/v1/transactions/{id}", UnitOfWork(transactions.get)),
    Operation("PATCH", "/v1/transactions/{id}", UnitOfWork(transactions.change, BANK_ONLY)),
    Operation(
        "GET", "/v1/transfer-consents", UnitOfWork(consents.fetch, BANK_ONLY, writes=True), query=("temporaryId",)
    ),
    Operation("POST", "/v1/transfer-consents", UnitOfWork(consents.ask, USER_ONLY)),
    Operation("PATCH", "/v1/transfer-consents/{id}", UnitOfWork(consents.answer, BANK_ONLY, starts_savings=True)),
    Operation("GET", "/v1/session", UnitOfWork(sessions.get, USER_ONLY, is_activity=False)),
    Operation(
        "PATCH",
        "/v1/session",
        UnitOfWork(sessions.renew, USER_ONLY, is_activity=False, takes_id_token=True),
        is_private=True,
    ),
    Operation("DELETE", "/v1/session", UnitOfWork(sessions.sign_out, USER_ONLY, is_activity=False)),
    Operation("POST", "/v1/session/keep-alive", UnitOfWork(sessions.keep_alive, USER_ONLY), takes_body=False),
    Operation("GET", "/v1/events", UnitOfWork(events.list_all, BANK_ONLY), query=(*PAGE, "createdAfter")),
    Operation("POST", "/sandbox/feed", UnitOfWork(feed.take, BANK_ONLY)),
    Operation("GET", WEBHOOK_ENDPOINT, UnitOfWork(control.show_endpoint, BANK_ONLY)),
    Operation("PUT", WEBHOOK_ENDPOINT, UnitOfWork(control.put_endpoint, BANK_ONLY), is_private=True),
    Operation("DELETE", WEBHOOK_ENDPOINT, UnitOfWork(control.delete_endpoint, BANK_ONLY)),
)

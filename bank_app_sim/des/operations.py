"""Every operation of DES, in one table: who may do it, and which function does it."""

from collections.abc import Callable

import attrs

from ..server.answers import Answer
from ..server.service import WITHOUT_BODY
from . import (
    accounts,
    consents,
    control,
    dream_changes,
    dreams,
    events,
    feed,
    launch_changes,
    launches,
    savehacks,
    sessions,
    transaction_requests,
    transactions,
    user_changes,
    users,
)
from .request import Bank, Request, User

EVERYBODY = (User, Bank)
BANK_ONLY = (Bank,)
USER_ONLY = (User,)

# What the queries of several have.
PAGE = ("page", "items")
PAGE_OR_PLACE = (*PAGE, "after")
OF_DREAMS = ("showImageUrl", "showActiveSavehacks")

WEBHOOK_ENDPOINT = "/sandbox/webhook-endpoint"


@attrs.frozen
class Operation:
    """One thing that can be done, in one transaction.

    Attributes:
        principals: Who may do it at all. What each of them reaches, the operation itself knows.
        asked: What the sequence diagrams call it when the SDK does it.
        answered: What they call its success.
        starts_savings: It may write down a deposit that is due sooner than all others.
        reads_only: It writes nothing, as is usual for a GET.
        is_private: Its bodies hold secrets: they stay out of the trace.
        is_activity: It shows that the user is there, which renews a session that is renewed by activity.
        takes_id_token: The body holds an ID token; it is checked before the transaction, and stays out of the trace.
        query: The parameters that its query may have.
        takes_body: What comes in the body is looked at; where it is not, it is passed over.
    """

    method: str
    path: str
    perform: Callable[[Request], Answer]
    principals: tuple[type[User | Bank], ...] = EVERYBODY
    asked: str | None = attrs.field(default=None, kw_only=True)
    answered: str | None = attrs.field(default=None, kw_only=True)
    starts_savings: bool = attrs.field(default=False, kw_only=True)
    is_private: bool = attrs.field(default=False, kw_only=True)
    is_activity: bool = attrs.field(default=True, kw_only=True)
    takes_id_token: bool = attrs.field(default=False, kw_only=True)
    query: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    reads_only: bool = attrs.field(kw_only=True)
    takes_body: bool = attrs.field(kw_only=True)

    @reads_only.default
    def _reads_only(self) -> bool:
        return self.method == "GET"

    @takes_body.default
    def _takes_body(self) -> bool:
        return self.method not in WITHOUT_BODY


# Routes are tried in this order: the busiest first.
OPERATIONS = (
    Operation(
        "GET",
        "/v1/dreams",
        dreams.list_all,
        query=(*PAGE_OR_PLACE, *OF_DREAMS, "state", "userId", "externalUserId"),
    ),
    Operation("POST", "/v1/dreams", dreams.create, asked="Create Dream", answered="Dream Created"),
    Operation("GET", "/v1/dreams/{id}", dreams.get, query=OF_DREAMS),
    Operation("PATCH", "/v1/dreams/{id}", dream_changes.change, starts_savings=True),
    Operation("GET", "/v1/users", users.list_all, BANK_ONLY, query=(*PAGE_OR_PLACE, "externalId")),
    Operation("POST", "/v1/users", users.create, BANK_ONLY),
    Operation("GET", "/v1/users/{id}", users.get),
    Operation(
        "PATCH",
        "/v1/users/{id}",
        user_changes.change,
        asked="Account provisioning initiated",
        answered="Paused savehack launches started",
        starts_savings=True,
    ),
    Operation("DELETE", "/v1/users/{id}", user_changes.delete, BANK_ONLY),
    Operation("GET", "/v1/accounts", accounts.list_all, query=(*PAGE_OR_PLACE, "userId", "externalId")),
    Operation("POST", "/v1/accounts", accounts.create, BANK_ONLY, starts_savings=True),
    Operation("GET", "/v1/accounts/{id}", accounts.get),
    Operation("PATCH", "/v1/accounts/{id}", accounts.change, BANK_ONLY),
    Operation("GET", "/v1/savehacks", savehacks.list_all, query=PAGE),
    Operation(
        "GET",
        "/v1/savehack-launches",
        launches.list_all,
        query=(*PAGE_OR_PLACE, "dreamId", "userId", "externalUserId"),
    ),
    Operation(
        "POST",
        "/v1/savehack-launches",
        launches.create,
        asked="Launch Savehack",
        answered="Savehack Launched",
        starts_savings=True,
    ),
    Operation("GET", "/v1/savehack-launches/{id}", launches.get),
    Operation("PATCH", "/v1/savehack-launches/{id}", launch_changes.change, starts_savings=True),
    Operation(
        "GET",
        "/v1/transactions",
        transactions.list_all,
        query=(*PAGE, "after_id", "state", "externalId", "externalUserId"),
    ),
    Operation("POST", "/v1/transactions", transaction_requests.create),
    Operation("GET", "/v1/transactions/{id}", transactions.get),
    Operation("PATCH", "/v1/transactions/{id}", transactions.change, BANK_ONLY),
    Operation("GET", "/v1/transfer-consents", consents.fetch, BANK_ONLY, reads_only=False, query=("temporaryId",)),
    Operation("POST", "/v1/transfer-consents", consents.ask, USER_ONLY),
    Operation("PATCH", "/v1/transfer-consents/{id}", consents.answer, BANK_ONLY, starts_savings=True),
    Operation("GET", "/v1/session", sessions.get, USER_ONLY, is_activity=False),
    Operation("PATCH", "/v1/session", sessions.renew, USER_ONLY, is_activity=False, takes_id_token=True),
    Operation("DELETE", "/v1/session", sessions.sign_out, USER_ONLY, is_activity=False),
    Operation("POST", "/v1/session/keep-alive", sessions.keep_alive, USER_ONLY, takes_body=False),
    Operation("GET", "/v1/events", events.list_all, BANK_ONLY, query=(*PAGE, "createdAfter")),
    Operation("POST", "/sandbox/feed", feed.take, BANK_ONLY),
    Operation("GET", WEBHOOK_ENDPOINT, control.show_endpoint, BANK_ONLY),
    Operation("PUT", WEBHOOK_ENDPOINT, control.put_endpoint, BANK_ONLY, is_private=True),
    Operation("DELETE", WEBHOOK_ENDPOINT, control.delete_endpoint, BANK_ONLY),
)

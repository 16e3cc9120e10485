"""A table of all operations of the API: the call, the request that it is, and what its answer becomes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import attrs

from impact_sdk import (
    Account,
    AccountUpdate,
    Dream,
    Event,
    FeedEvent,
    ImpactAPI,
    Savehack,
    SavehackLaunch,
    SessionSettings,
    Transaction,
    TransactionUpdate,
    TransferConsent,
    TransferConsentTicket,
    User,
    WebhookEndpoint,
    Weekly,
    wire,
)
from impact_sdk.api.sessions import Sessions
from impact_sdk.auth import IDToken

from .answers import ACCOUNT, CONSENT, DREAM, ENDPOINT, EVENT, FED, LAUNCH, SESSION, TRANSACTION, USER

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
NOW = "2027-01-04T08:00:00Z"  # what the fixed clock says
THEN = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
SENT_THEN = "2027-01-02T03:04:05Z"
A_LAUNCH = wire.read(SavehackLaunch, LAUNCH)
CONSENT_REQUEST = {"requestId": "c1", "temporaryId": "x1", "expiresAt": NOW, "savehackLaunchId": "l1"}


@attrs.frozen
class Operation:
    """A call, the request that it is, and the answer with what it becomes."""

    call: Callable[[ImpactAPI], Awaitable[Any] | AsyncIterator[Any]]
    method: str
    path: str
    body: Any = None
    status: int = 200
    answer: Any = None
    kind: type | None = None
    query: dict[str, str] = attrs.field(factory=dict)


PAGE = {"page": "1", "items": "20"}
ONE_ACCOUNT: dict[str, Any] = {"status": 200, "answer": {"account": ACCOUNT}, "kind": Account}
ONE_DREAM: dict[str, Any] = {"status": 200, "answer": {"dream": DREAM}, "kind": Dream}
ONE_LAUNCH: dict[str, Any] = {"status": 200, "answer": {"savehackLaunch": LAUNCH}, "kind": SavehackLaunch}
ONE_TRANSACTION: dict[str, Any] = {"status": 200, "answer": {"transaction": TRANSACTION}, "kind": Transaction}
ONE_CONSENT: dict[str, Any] = {"status": 200, "answer": {"transferConsent": CONSENT}, "kind": TransferConsent}
ONE_SESSION: dict[str, Any] = {"status": 200, "answer": {"session": SESSION}, "kind": SessionSettings}
ONE_ENDPOINT: dict[str, Any] = {"status": 200, "answer": {"webhookEndpoint": ENDPOINT}, "kind": WebhookEndpoint}
CREATED: dict[str, Any] = {"status": 201}
REPORT: dict[str, Any] = {"user_id": "u1", "external_id": "x", "amount_cents": 500}
REPORTED = {"userId": "u1", "externalId": "x", "amountCents": 500}

OPERATIONS: dict[str, Operation] = {
    "users.create": Operation(
        lambda api: api.users.create(external_id="ada", given_name="Ada"),
        "POST",
        "/v1/users",
        {"user": {"externalId": "ada", "givenName": "Ada"}},
        201,
        {"user": USER},
        User,
    ),
    "users.get": Operation(lambda api: api.users.get("u1"), "GET", "/v1/users/u1", answer={"user": USER}, kind=User),
    "users.list": Operation(
        lambda api: api.users.list(external_id="ada"),
        "GET",
        "/v1/users",
        answer={"users": [USER]},
        kind=User,
        query={**PAGE, "externalId": "ada"},
    ),
    "users.update": Operation(
        lambda api: api.users.update(
            "u1",
            family_name=None,
            accounts=[AccountUpdate(id="a1", balance_cents=7, performance_percent=-2.5, valuation_at=THEN)],
            transactions=[
                TransactionUpdate(id="t1", settled_at=THEN),
                TransactionUpdate(id="t2", failed_at=THEN, errors=["no money"]),
            ],
        ),
        "PATCH",
        "/v1/users/u1",
        {
            "user": {
                "familyName": None,
                "accounts": [{"id": "a1", "balanceCents": 7, "performancePercent": -2.5, "valuationAt": SENT_THEN}],
                "transactions": [
                    {"id": "t1", "settledAt": SENT_THEN},
                    {"id": "t2", "failedAt": SENT_THEN, "errors": ["no money"]},
                ],
            }
        },
        204,
    ),
    "users.delete": Operation(lambda api: api.users.delete("u1"), "DELETE", "/v1/users/u1", status=204),
    "accounts.create": Operation(
        lambda api: api.accounts.create(
            user_id="u1",
            type="Performance",
            external_id="x",
            balance_cents=120,
            liquid_balance_cents=20,
            performance_cents=-3,
            performance_percent=-2.5,
            total_acquisition_cost_cents=123,
            valuation_from=THEN,
            valuation_at=THEN,
        ),
        "POST",
        "/v1/accounts",
        {
            "account": {
                "userId": "u1",
                "type": "Performance",
                "externalId": "x",
                "balanceCents": 120,
                "liquidBalanceCents": 20,
                "performanceCents": -3,
                "performancePercent": -2.5,
                "totalAcquisitionCostCents": 123,
                "valuationFrom": SENT_THEN,
                "valuationAt": SENT_THEN,
            }
        },
        **ONE_ACCOUNT,
    ),
    "accounts.ensure": Operation(
        lambda api: api.accounts.ensure(user_id="u1", type="SharedSavings", external_id="dreams"),
        "POST",
        "/v1/accounts",
        {"account": {"userId": "u1", "type": "SharedSavings", "externalId": "dreams", "balanceCents": 0}},
        **{**ONE_ACCOUNT, **CREATED},
    ),
    "accounts.get": Operation(lambda api: api.accounts.get("a1"), "GET", "/v1/accounts/a1", **ONE_ACCOUNT),
    "accounts.list": Operation(
        lambda api: api.accounts.list(user_id="u1", external_id="dreams"),
        "GET",
        "/v1/accounts",
        answer={"accounts": [ACCOUNT], "meta": {}},
        kind=Account,
        query={**PAGE, "userId": "u1", "externalId": "dreams"},
    ),
    "accounts.update": Operation(
        lambda api: api.accounts.update("a1", balance_cents=9, liquid_balance_cents=1, valuation_from=None),
        "PATCH",
        "/v1/accounts/a1",
        {"account": {"balanceCents": 9, "liquidBalanceCents": 1, "valuationFrom": None}},
        **ONE_ACCOUNT,
    ),
    "dreams.create": Operation(
        lambda api: api.dreams.create(
            user_id="u1", name="Bike", target_cents=250_000, expires_at=date(2027, 6, 1), account_id="a1"
        ),
        "POST",
        "/v1/dreams",
        {
            "dream": {
                "userId": "u1",
                "name": "Bike",
                "targetCents": 250_000,
                "expiresAt": "2027-06-01",
                "accountId": "a1",
            }
        },
        **{**ONE_DREAM, **CREATED},
    ),
    "dreams.get": Operation(lambda api: api.dreams.get("d1"), "GET", "/v1/dreams/d1", **ONE_DREAM),
    "dreams.list": Operation(
        lambda api: api.dreams.list(
            user_id="u1", external_user_id="ada", state="deleted", show_image_url=True, show_active_savehacks=True
        ),
        "GET",
        "/v1/dreams",
        answer={"dreams": [DREAM]},
        kind=Dream,
        query={
            **PAGE,
            "userId": "u1",
            "externalUserId": "ada",
            "state": "deleted",
            "showImageUrl": "true",
            "showActiveSavehacks": "true",
        },
    ),
    "dreams.update": Operation(
        lambda api: api.dreams.update("d1", name="Boat", expires_at=None, account_id="a1"),
        "PATCH",
        "/v1/dreams/d1",
        {"dream": {"name": "Boat", "expiresAt": None, "accountId": "a1"}},
        **ONE_DREAM,
    ),
    "dreams.delete": Operation(
        lambda api: api.dreams.delete("d1"), "PATCH", "/v1/dreams/d1", {"dream": {"deletedAt": NOW}}, **ONE_DREAM
    ),
    "savehacks.list": Operation(
        lambda api: api.savehacks.list(),
        "GET",
        "/v1/savehacks",
        answer={"savehacks": [{"id": "s1", "type": "Weekly", "translatedName": {"en": "Weekly"}}]},
        kind=Savehack,
    ),
    "savehack_launches.create": Operation(
        lambda api: api.savehack_launches.create(
            dream_id="d1",
            savehack_id="s1",
            terms=Weekly(amount_cents=5_000, weekday=0),
            obsolete_savehack_launch_id="l0",
        ),
        "POST",
        "/v1/savehack-launches",
        {
            "savehackLaunch": {
                "type": "WeeklyLaunch",
                "dreamId": "d1",
                "savehackId": "s1",
                "obsoleteSavehackLaunchId": "l0",
                "amountCents": 5_000,
                "weekday": 0,
            }
        },
        **{**ONE_LAUNCH, **CREATED},
    ),
    "savehack_launches.get": Operation(
        lambda api: api.savehack_launches.get("l1"), "GET", "/v1/savehack-launches/l1", **ONE_LAUNCH
    ),
    "savehack_launches.list": Operation(
        lambda api: api.savehack_launches.list(dream_id="d1", user_id="u1", external_user_id="ada"),
        "GET",
        "/v1/savehack-launches",
        answer={"savehackLaunches": [LAUNCH]},
        kind=SavehackLaunch,
        query={**PAGE, "dreamId": "d1", "userId": "u1", "externalUserId": "ada"},
    ),
    "savehack_launches.pause": Operation(
        lambda api: api.savehack_launches.pause(A_LAUNCH),
        "PATCH",
        "/v1/savehack-launches/l1",
        {"savehackLaunch": {"type": "WeeklyLaunch", "pausedAt": NOW}},
        **ONE_LAUNCH,
    ),
    "savehack_launches.resume": Operation(
        lambda api: api.savehack_launches.resume(A_LAUNCH),
        "PATCH",
        "/v1/savehack-launches/l1",
        {"savehackLaunch": {"type": "WeeklyLaunch", "pausedAt": None}},
        **ONE_LAUNCH,
    ),
    "savehack_launches.stop": Operation(
        lambda api: api.savehack_launches.stop(A_LAUNCH, at=THEN),
        "PATCH",
        "/v1/savehack-launches/l1",
        {"savehackLaunch": {"type": "WeeklyLaunch", "stoppedAt": SENT_THEN}},
        **ONE_LAUNCH,
    ),
    "savehack_launches.update": Operation(
        lambda api: api.savehack_launches.update(A_LAUNCH, Weekly(amount_cents=1, weekday=6)),
        "PATCH",
        "/v1/savehack-launches/l1",
        {"savehackLaunch": {"type": "WeeklyLaunch", "amountCents": 1, "weekday": 6}},
        **ONE_LAUNCH,
    ),
    "transactions.list": Operation(
        lambda api: api.transactions.list(state="settled", external_id="x", external_user_id="ada"),
        "GET",
        "/v1/transactions",
        answer={"transactions": [TRANSACTION]},
        kind=Transaction,
        query={"page": "1", "items": "100", "state": "settled", "externalId": "x", "externalUserId": "ada"},
    ),
    "transactions.drain": Operation(
        lambda api: api.transactions.drain(external_user_id="ada"),
        "GET",
        "/v1/transactions",
        answer={"transactions": [TRANSACTION]},
        kind=Transaction,
        query={"after_id": "", "items": "100", "state": "requested", "externalUserId": "ada"},
    ),
    "transactions.get": Operation(
        lambda api: api.transactions.get("t1"), "GET", "/v1/transactions/t1", **ONE_TRANSACTION
    ),
    "transactions.create_deposit": Operation(
        lambda api: api.transactions.create_deposit(
            **REPORT, to_account_id="a1", to_dream_id="d1", requested_at=THEN, settled_at=THEN
        ),
        "POST",
        "/v1/transactions",
        {
            "transaction": {
                "type": "Deposit",
                **REPORTED,
                "toAccountId": "a1",
                "toDreamId": "d1",
                "requestedAt": SENT_THEN,
                "settledAt": SENT_THEN,
            }
        },
        **{**ONE_TRANSACTION, **CREATED},
    ),
    "transactions.create_withdrawal": Operation(
        lambda api: api.transactions.create_withdrawal(**REPORT, from_account_id="a1"),
        "POST",
        "/v1/transactions",
        {"transaction": {"type": "Withdrawal", **REPORTED, "fromAccountId": "a1"}},
        **{**ONE_TRANSACTION, **CREATED},
    ),
    "transactions.create_internal": Operation(
        lambda api: api.transactions.create_internal(
            **REPORT, from_account_id="a1", from_dream_id="d1", to_account_id="a2", to_dream_id="d2"
        ),
        "POST",
        "/v1/transactions",
        {
            "transaction": {
                "type": "Internal",
                **REPORTED,
                "fromAccountId": "a1",
                "fromDreamId": "d1",
                "toAccountId": "a2",
                "toDreamId": "d2",
            }
        },
        **{**ONE_TRANSACTION, **CREATED},
    ),
    "transactions.request_withdrawal": Operation(
        lambda api: api.transactions.request_withdrawal(from_dream_id="d1", amount_cents=5),
        "POST",
        "/v1/transactions",
        {"transaction": {"type": "Withdrawal", "fromDreamId": "d1", "amountCents": 5}},
        **{**ONE_TRANSACTION, **CREATED},
    ),
    "transactions.request_internal": Operation(
        lambda api: api.transactions.request_internal(to_dream_id="d2", amount_cents=5),
        "POST",
        "/v1/transactions",
        {"transaction": {"type": "Internal", "toDreamId": "d2", "amountCents": 5}},
        **{**ONE_TRANSACTION, **CREATED},
    ),
    "transactions.settle": Operation(
        lambda api: api.transactions.settle("t1"),
        "PATCH",
        "/v1/transactions/t1",
        {"transaction": {"settledAt": NOW}},
        **ONE_TRANSACTION,
    ),
    "transactions.fail": Operation(
        lambda api: api.transactions.fail("t1", errors=["no money"], at=THEN),
        "PATCH",
        "/v1/transactions/t1",
        {"transaction": {"failedAt": SENT_THEN, "errors": ["no money"]}},
        **ONE_TRANSACTION,
    ),
    "transfer_consents.get": Operation(
        lambda api: api.transfer_consents.get("x1"),
        "GET",
        "/v1/transfer-consents",
        query={"temporaryId": "x1"},
        **ONE_CONSENT,
    ),
    "transfer_consents.request": Operation(
        lambda api: api.transfer_consents.request(savehack_launch_id="l1"),
        "POST",
        "/v1/transfer-consents",
        {"transferConsent": {"savehackLaunchId": "l1"}},
        201,
        {"transferConsentRequest": CONSENT_REQUEST},
        TransferConsentTicket,
    ),
    "transfer_consents.consent": Operation(
        lambda api: api.transfer_consents.consent("c1"),
        "PATCH",
        "/v1/transfer-consents/c1",
        {"transfer_consent": {"consentedAt": NOW}},
        **ONE_CONSENT,
    ),
    "transfer_consents.reject": Operation(
        lambda api: api.transfer_consents.reject("c1", at=THEN),
        "PATCH",
        "/v1/transfer-consents/c1",
        {"transfer_consent": {"rejectedAt": SENT_THEN}},
        **ONE_CONSENT,
    ),
    "events.list": Operation(
        lambda api: api.events.list(created_after=THEN),
        "GET",
        "/v1/events",
        answer={"events": [EVENT]},
        kind=Event,
        query={**PAGE, "createdAfter": SENT_THEN},
    ),
    "sandbox.feed": Operation(
        lambda api: api.sandbox.feed(type="goal", team="Malmö", competition="league", goals=2, at=THEN),
        "POST",
        "/sandbox/feed",
        {"feedEvent": {"type": "goal", "at": SENT_THEN, "team": "Malmö", "competition": "league", "goals": 2}},
        201,
        {"feedEvent": FED},
        FeedEvent,
    ),
    "sandbox.set_webhook_endpoint": Operation(
        lambda api: api.sandbox.set_webhook_endpoint(url="http://127.0.0.1:1/", secret=SECRET),
        "PUT",
        "/sandbox/webhook-endpoint",
        {"webhookEndpoint": {"url": "http://127.0.0.1:1/", "secret": SECRET}},
        **ONE_ENDPOINT,
    ),
    "sandbox.webhook_endpoint": Operation(
        lambda api: api.sandbox.webhook_endpoint(), "GET", "/sandbox/webhook-endpoint", **ONE_ENDPOINT
    ),
    "sandbox.remove_webhook_endpoint": Operation(
        lambda api: api.sandbox.remove_webhook_endpoint(), "DELETE", "/sandbox/webhook-endpoint", status=204
    ),
    "sessions.get": Operation(lambda api: Sessions(api._transport).get(), "GET", "/v1/session", **ONE_SESSION),
    "sessions.renew": Operation(
        lambda api: Sessions(api._transport).renew(IDToken("n3w")),
        "PATCH",
        "/v1/session",
        {"session": {"idToken": "n3w"}},
        **ONE_SESSION,
    ),
    "sessions.keep_alive": Operation(
        lambda api: Sessions(api._transport).keep_alive(), "POST", "/v1/session/keep-alive", **ONE_SESSION
    ),
    "sessions.sign_out": Operation(
        lambda api: Sessions(api._transport).sign_out(), "DELETE", "/v1/session", status=204
    ),
}
# They are tested with what makes them more than one request.
ELSEWHERE = {"events.follow"}

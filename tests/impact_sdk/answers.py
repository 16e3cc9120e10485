"""What DES answers, by hand: the least that each documented object holds."""

from typing import Any

USER: dict[str, Any] = {"type": "User", "id": "u1", "externalId": "ada"}
USER_REFERENCE = {"type": "User", "id": "u1"}
ACCOUNT: dict[str, Any] = {"id": "a1", "type": "SharedSavings", "externalId": "dreams", "user": USER_REFERENCE}
DREAM: dict[str, Any] = {
    "id": "d1",
    "type": "Dream",
    "name": "Bike",
    "targetCents": 250_000,
    "user": {"type": "User", "id": "u1", "externalId": "ada"},
}
LAUNCH: dict[str, Any] = {
    "id": "l1",
    "type": "WeeklyLaunch",
    "dream": DREAM,
    "savehack": {"type": "Weekly", "id": "s1"},
    "amountCents": 5_000,
    "weekday": 0,
}
TRANSACTION: dict[str, Any] = {
    "id": "t1",
    "type": "Deposit",
    "state": "requested",
    "user": USER_REFERENCE,
    "amountCents": 5_000,
    "requestedAt": "2027-01-04T08:00:00.000000Z",
}
CONSENT: dict[str, Any] = {
    "type": "TransferConsent",
    "id": "c1",
    "maxFrequency": "week",
    "maxAmountCents": 5_000,
    "savehackLaunchId": "l1",
    "user": USER_REFERENCE,
}
EVENT: dict[str, Any] = {"id": "e1", "createdAt": "2027-01-04T08:00:00Z", "type": "UserCreated", "data": USER}
SESSION: dict[str, Any] = {"expiresAt": "2027-01-04T09:00:00Z", "renewal": "token", "currency": "SEK"}
FED: dict[str, Any] = {"id": "f1", "type": "goal", "at": "2027-01-04T08:00:00Z", "transactionIds": ["t1", "t2"]}
ENDPOINT: dict[str, Any] = {"url": "http://127.0.0.1:8701/webhooks/events", "state": "active", "pendingCount": 3}


def errors(*pairs: tuple[str, str]) -> dict[str, Any]:
    """The body of a refusal: each field with what is wrong with it."""
    return {"errors": [{"field": field, "errors": [text]} for field, text in pairs]}

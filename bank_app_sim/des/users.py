"""Users: the bank's customers, by the subject of their ID tokens."""

from typing import Any

from ..service import Answer, Refused
from . import launching, money, paging, store
from .fields import Fields
from .request import Request, User
from .store import Row

REFUSAL = "the customer was refused"


def as_json(user: Row) -> dict[str, Any]:
    return {
        "type": "User",
        "id": user["id"],
        "externalId": user["external_id"],
        "givenName": user["given_name"],
        "familyName": user["family_name"],
        "provisioningInitiatedAt": user["provisioning_initiated_at"],
        "unreadMessagesCount": 0,
    }


def reference(user: Row) -> dict[str, Any]:
    """How other things name a user."""
    return {"type": "User", "id": user["id"], "externalId": user["external_id"]}


def new_user(
    *,
    id: str,
    tenant_id: str,
    external_id: str,
    given_name: str | None,
    family_name: str | None,
) -> dict[str, Any]:
    """The row of a user who has nothing yet."""
    return {
        "id": id,
        "tenant_id": tenant_id,
        "external_id": external_id,
        "given_name": given_name,
        "family_name": family_name,
        "provisioning_initiated_at": None,
        "account_provision_request_id": None,
    }


def create(request: Request) -> Answer:
    fields = Fields(request.call.body, "user")
    user = new_user(
        id=request.ids.uuid(),
        tenant_id=request.principal.tenant_id,
        external_id=fields.text("externalId"),
        given_name=fields.optional_text("givenName"),
        family_name=fields.optional_text("familyName"),
    )
    fields.check()
    if request.connection.execute(store.users.BY_EXTERNAL_ID, user).one_or_none() is not None:
        raise Refused(409, {fields.path("externalId"): ["belongs to a user already"]})
    request.connection.execute(store.users.CREATE, user)
    request.outbox.note("UserCreated", "users", user["id"], data=as_json(user))
    return Answer(201, {"user": as_json(user)})


def list_all(request: Request) -> Answer:
    found = paging.find(request, "users", paging.given(request.call.query, "externalId"))
    return found.answer([as_json(user) for user in found.rows])


def get(request: Request) -> Answer:
    return Answer(200, {"user": as_json(request.the_one_asked_for("users"))})


def change(request: Request) -> Answer:
    """Names, and where the opening of an account stands; the latter pauses and starts savehack launches."""
    user = request.the_one_asked_for("users")
    fields = Fields(request.call.body, "user")
    given_name = fields.optional_text("givenName") if fields.given("givenName") else user["given_name"]
    family_name = fields.optional_text("familyName") if fields.given("familyName") else user["family_name"]
    initiated_at = fields.optional_moment("provisioningInitiatedAt")
    answered_request_id = fields.optional_text("accountProvisionRequestId")
    fields.check()

    if isinstance(request.principal, User):
        _refuse_what_is_the_banks(fields, is_cleared=initiated_at is None)
    if answered_request_id not in (None, user["account_provision_request_id"]):
        sentence = "is no longer open: the bank has answered it, or it was never asked"
        raise Refused(409, {fields.path("accountProvisionRequestId"): [sentence]})

    names = {"user_id": user["id"], "given_name": given_name, "family_name": family_name}
    if fields.given("givenName") or fields.given("familyName"):
        request.connection.execute(store.users.RENAME, names)
    if initiated_at is not None:
        _initiate(request, user, initiated_at)
    elif fields.given("provisioningInitiatedAt"):
        if user["account_id"] is not None:
            fields.refuse("provisioningInitiatedAt", "can't be cleared: the user has an account")
            fields.check()
        _refuse_customer(request, user)
    return Answer(204)


def _refuse_what_is_the_banks(fields: Fields, *, is_cleared: bool) -> None:
    names = [name for name in ("givenName", "familyName") if fields.given(name)]
    if fields.given("provisioningInitiatedAt") and is_cleared:
        names.append("provisioningInitiatedAt")
    if names:
        raise Refused(403, {fields.path(name): ["can be changed by the bank only"] for name in names})


def _initiate(request: Request, user: Row, initiated_at: str) -> None:
    """The opening of an account is under way: savings begin. Told twice, the first moment stays."""
    if user["provisioning_initiated_at"] is None:
        provisioning = {
            "of": user["id"],
            "provisioning_initiated_at": initiated_at,
            "account_provision_request_id": user["account_provision_request_id"],
        }
        request.connection.execute(store.users.SET_PROVISIONING, provisioning)
    launching.start_waiting(request, user_id=user["id"])


def _refuse_customer(request: Request, user: Row) -> None:
    """There will be no account: what was prepared fails, and the launches wait for another answer of the bank.

    They wait under a new request id: an app that is still asking for the old one hears that it is closed.
    """
    of_user = {"of_user": user["id"], "now": request.now}
    requested = request.connection.execute(store.transactions.REQUESTED_OF_USER, of_user).scalars().all()
    money.fail(request.connection, requested, at=request.now, reasons=[REFUSAL], outbox=request.outbox)
    paused = request.connection.execute(store.launches.PAUSE_ALL, {**of_user, "reason": launching.ACCOUNT_REQUIRED})
    provisioning = {
        "of": user["id"],
        "provisioning_initiated_at": None,
        "account_provision_request_id": request.ids.uuid() if paused.rowcount else None,
    }
    request.connection.execute(store.users.SET_PROVISIONING, provisioning)

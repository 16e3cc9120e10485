"""Users: the bank's customers, by the subject of their ID tokens."""

from typing import Any

from ..server.answers import Answer, Refused
from ..server.fields import Fields
from ..server.readers import TEXT
from . import paging, store
from .request import Request
from .store import Row


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
    fields = Fields(request.http.body, "user")
    user = new_user(
        id=request.ids.uuid(),
        tenant_id=request.principal.tenant_id,
        external_id=fields.required("externalId", TEXT),
        given_name=fields.optional("givenName", TEXT),
        family_name=fields.optional("familyName", TEXT),
    )
    fields.check()
    if request.connection.execute(store.users.BY_EXTERNAL_ID, user).one_or_none() is not None:
        raise Refused(409, {fields.path("externalId"): ["belongs to a user already"]})
    request.connection.execute(store.users.CREATE, user)
    request.outbox.note("UserCreated", "users", user["id"], data=as_json(user))
    return Answer(201, {"user": as_json(user)})


def list_all(request: Request) -> Answer:
    found = paging.find(request, "users", paging.given(request.http.query, "externalId"))
    return found.answer([as_json(user) for user in found.rows])


def get(request: Request) -> Answer:
    return Answer(200, {"user": as_json(request.the_one_asked_for("users"))})

"""Users: the bank's customers, by the subject of their ID tokens."""

from typing import Any

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import TEXT
from .. import paging, store
from ..request import Request
from ..store.listings import USERS
from ..store.users import UserRow


def as_json(user: UserRow) -> dict[str, Any]:
    return {
        "type": "User",
        "id": user.id,
        "externalId": user.external_id,
        "givenName": user.given_name,
        "familyName": user.family_name,
        "provisioningInitiatedAt": user.provisioning_initiated_at,
        "unreadMessagesCount": 0,
    }


def reference(id: str, external_id: str) -> dict[str, Any]:
    """How other objects refer to a user."""
    return {"type": "User", "id": id, "externalId": external_id}


def create(request: Request) -> Answer:
    fields = Fields(request.http.body, "user")
    user = UserRow(
        id=request.ids.uuid(),
        tenant_id=request.principal.tenant_id,
        external_id=fields.required("externalId", TEXT),
        given_name=fields.optional("givenName", TEXT),
        family_name=fields.optional("familyName", TEXT),
    )
    fields.check()
    known = {"external_id": user.external_id, "tenant_id": user.tenant_id}
    if store.users.BY_EXTERNAL_ID.one_or_none(request.connection, **known) is not None:
        raise Refused(409, {fields.path("externalId"): ["belongs to a user already"]})
    store.users.add(request.connection, user)
    request.outbox.note("UserCreated", "users", user.id, data=as_json(user))
    return Answer(201, {"user": as_json(user)})


def list_all(request: Request) -> Answer:
    found = paging.find(request, USERS, paging.given(request.http.query, "externalId"))
    return found.answer([as_json(user) for user in found.rows])


def get(request: Request) -> Answer:
    return Answer(200, {"user": as_json(request.the_one_asked_for(USERS))})

"""Dreams: what somebody saves for."""

from typing import Any

from ..service import Answer
from . import paging, store
from .accounts import reference
from .fields import Fields
from .request import Request, User
from .store import Row


def as_json(dream: Row) -> dict[str, Any]:
    return {
        "type": "Dream",
        "id": dream["id"],
        "name": dream["name"],
        "targetCents": dream["target_cents"],
        "balanceCents": dream["balance_cents"],
        "expiresAt": dream["expires_at"],
        "achievedAt": dream["achieved_at"],
        "deletedAt": dream["deleted_at"],
        "user": {"type": "User", "id": dream["user_id"], "externalId": dream["user_external_id"]},
        "account": reference(dream["account_type"], dream["account_id"], dream["account_external_id"]),
        "groupDream": None,
        "dreamInspiration": None,
        "provisioningInitiatedAt": dream["provisioning_initiated_at"],
        "accountProvisionRequestId": dream["account_provision_request_id"],
    }


def create(request: Request) -> Answer:
    fields = Fields(request.call.body, "dream")
    name = fields.text("name")
    target_cents = fields.cents("targetCents", least=1)
    expires_at = fields.optional_day_or_moment("expiresAt")
    if fields.text("type", default="Dream") not in ("Dream", ""):
        fields.refuse("type", "must be Dream")
    # Users may leave out whose it is: they can have Dreams of their own only.
    owner_id = fields.text("userId", default=request.principal.id if isinstance(request.principal, User) else None)
    fields.check()

    owner = request.owner(owner_id, field=fields.path("userId"))
    dream = {
        "id": request.ids.uuid(),
        "user_id": owner["id"],
        "account_id": owner["account_id"],
        "name": name,
        "target_cents": target_cents,
        "expires_at": expires_at,
        "balance_cents": 0,
        "milestone_percent": 0,
        "achieved_at": None,
        "deleted_at": None,
        "provisioning_initiated_at": None,
        "account_provision_request_id": None,
    }
    request.connection.execute(store.dreams.CREATE, dream)
    of_others = {
        "user_external_id": owner["external_id"],
        "account_type": owner["account_type"],
        "account_external_id": owner["account_external_id"],
    }
    shown = as_json({**dream, **of_others})
    request.outbox.note("DreamCreated", "dreams", dream["id"], data=shown)
    return Answer(201, {"dream": shown})


def list_all(request: Request) -> Answer:
    query = request.call.query
    state = paging.one_of(query, "state", ["active", "deleted"]) or "active"
    found = paging.find(request, "dreams", {state: True, **paging.given(query, "userId", "externalUserId")})
    return found.answer([_as_wanted(request, dream) for dream in found.rows])


def get(request: Request) -> Answer:
    return Answer(200, {"dream": _as_wanted(request, request.the_one_asked_for("dreams"))})


def _as_wanted(request: Request, dream: Row) -> dict[str, Any]:
    """Two fields are there only when the query asks for them."""
    shown = as_json(dream)
    if paging.flag(request.call.query, "showImageUrl"):
        shown["imageUrl"] = None
    if paging.flag(request.call.query, "showActiveSavehacks"):
        shown["activeSavehacksCount"] = dream["active_savehacks_count"]
    return shown

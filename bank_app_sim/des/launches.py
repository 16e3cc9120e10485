"""Savehack launches: a savehack that somebody has switched on for a Dream."""

from typing import Any

from ..service import Answer, Refused
from . import dreams, launching, paging, store
from .fields import Fields
from .request import Request
from .savehacks import BY_LAUNCH_TYPE, Savehack
from .store import Row


def as_json(launch: Row, dream: Row) -> dict[str, Any]:
    savehack = BY_LAUNCH_TYPE[launch["type"]]
    waits_for_account = launch["pause_reason"] == launching.ACCOUNT_REQUIRED
    return {
        "type": launch["type"],
        "id": launch["id"],
        "dream": dreams.as_json(dream),
        "savehack": {"type": savehack.type, "id": savehack.id},
        "amountCents": launch["amount_cents"],
        **{field.name: launch[field.column] for field in savehack.own_fields},
        "stoppedAt": launch["stopped_at"],
        "pausedAt": launch["paused_at"],
        "pauseReason": launch["pause_reason"],
        "accountProvisionRequestId": launch["account_provision_request_id"] if waits_for_account else None,
        "dreamInspiration": None,
    }


def create(request: Request) -> Answer:
    """Switch a savehack on: it starts at once, or waits paused for an account to be asked for."""
    fields = Fields(request.call.body, "savehackLaunch")
    savehack = _savehack(fields)
    if fields.text("savehackId") not in (savehack.id, ""):
        fields.refuse("savehackId", f"is not the savehack of a {savehack.launch_type}; see GET /savehacks")
    dream_id = fields.text("dreamId")
    amount_cents = fields.cents("amountCents", least=1)
    own_fields = {field.column: field.read(fields) for field in savehack.own_fields}
    fields.check()

    dream = request.one("dreams", dream_id, field=fields.path("dreamId"))
    user = request.owner(dream["user_id"], field=fields.path("dreamId"))
    waits = launching.must_wait(user)
    launch = {
        "id": request.ids.uuid(),
        "user_id": user["id"],
        "dream_id": dream_id,
        "type": savehack.launch_type,
        "amount_cents": amount_cents,
        "weekday": None,
        "day_of_month": None,
        **own_fields,
        "paused_at": request.now if waits else None,
        "pause_reason": launching.ACCOUNT_REQUIRED if waits else None,
        "stopped_at": None,
        "occurrences": 0,
        "due_at": None,
    }
    request.connection.execute(store.CREATE_LAUNCH, launch)
    request_id = launching.account_request(request, user) if waits else None
    if not waits:
        started = {**launch, "account_id": dream["account_id"]}
        launching.prepare(request.connection, [(started, request.now)], request.ids)
    return Answer(201, {"savehackLaunch": as_json({**launch, "account_provision_request_id": request_id}, dream)})


def _savehack(fields: Fields) -> Savehack:
    """The savehack that the body's type names. All other fields depend on it: a wrong one is refused at once."""
    savehack = BY_LAUNCH_TYPE.get(fields.text("type"))
    if savehack is None:
        raise Refused(400, {fields.path("type"): [f"must be one of {', '.join(BY_LAUNCH_TYPE)}"]})
    return savehack


def list_all(request: Request) -> Answer:
    filters = paging.given(request.call.query, "dreamId", "userId", "externalUserId")
    found = paging.find(request, "savehackLaunches", filters)
    wanted = {"ids": [launch["dream_id"] for launch in found.rows]}
    their_dreams = {row["id"]: row for row in request.connection.execute(store.DREAMS_BY_ID, wanted).mappings()}
    return found.answer([as_json(launch, their_dreams[launch["dream_id"]]) for launch in found.rows])

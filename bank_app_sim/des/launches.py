"""Savehack launches: a savehack that somebody has switched on for a Dream."""

from typing import Any

from ..service import Answer, Refused
from . import dreams, launching, paging, store
from .fields import Fields
from .request import Request, User
from .savehacks import BY_LAUNCH_TYPE, Savehack
from .store import Row


def as_json(launch: Row, dream: Row) -> dict[str, Any]:
    waits_for_account = launch["pause_reason"] == launching.ACCOUNT_REQUIRED
    open_request = launch["dream_account_provision_request_id"] or launch["account_provision_request_id"]
    savehack = BY_LAUNCH_TYPE[launch["type"]]
    return {
        "type": launch["type"],
        "id": launch["id"],
        "dream": dreams.as_json(dream),
        "savehack": {"type": savehack.type, "id": savehack.id},
        **launch["terms"],
        "stoppedAt": launch["stopped_at"],
        "draftedAt": launch["drafted_at"],
        "pausedAt": launch["paused_at"],
        "pauseReason": launch["pause_reason"],
        "accountProvisionRequestId": open_request if waits_for_account else None,
        "transferConsentId": launch["transfer_consent_id"],
        "obsoleteSavehackLaunchId": launch["obsolete_launch_id"],
        "dreamInspiration": None,
    }


def create(request: Request) -> Answer:
    """Switch a savehack on: it starts at once, or waits paused for an account to be asked for."""
    fields = Fields(request.call.body, "savehackLaunch")
    savehack = _savehack(fields)
    if fields.text("savehackId") not in (savehack.id, ""):
        fields.refuse("savehackId", f"is not the savehack of a {savehack.launch_type}; see GET /savehacks")
    dream_id = fields.text("dreamId")
    terms = {
        "amountCents": fields.cents("amountCents", least=1),
        **{field.name: field.read(fields) for field in savehack.own_fields},
    }
    fields.check()

    dream = request.one("dreams", dream_id, field=fields.path("dreamId"))
    user = request.owner(dream["user_id"], field=fields.path("dreamId"))
    waits = launching.must_wait(request.tenant, user, dream)
    launch = {
        "id": request.ids.uuid(),
        "user_id": user["id"],
        "dream_id": dream_id,
        "type": savehack.launch_type,
        "terms": terms,
        "seed": request.ids.seed(),
        "timezone": _timezone(request),
        "started_at": None,
        "drafted_at": None,
        "paused_at": request.now if waits else None,
        "pause_reason": launching.ACCOUNT_REQUIRED if waits else None,
        "stopped_at": None,
        "transfer_consent_id": None,
        "obsolete_launch_id": None,
        "occurrences": 0,
        "due_at": None,
    }
    request.connection.execute(store.launches.CREATE, launch)
    request.outbox.note("SavehackLaunched", "savehackLaunches", launch["id"])
    if waits:
        launching.open_account_request(request, user, dream)
    else:
        launching.start(request, launch["id"])
    (created,) = request.connection.execute(store.launches.BY_IDS, {"ids": [launch["id"]]}).mappings()
    return Answer(201, {"savehackLaunch": as_json(created, dream)})


def _timezone(request: Request) -> str:
    """The user's, as the session has it; a launch made by the bank's backend follows UTC."""
    return (isinstance(request.principal, User) and request.principal.row["timezone"]) or "UTC"


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
    their_dreams = {row["id"]: row for row in request.connection.execute(store.dreams.BY_IDS, wanted).mappings()}
    return found.answer([as_json(launch, their_dreams[launch["dream_id"]]) for launch in found.rows])

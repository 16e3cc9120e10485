"""Savehack launches: a savehack that somebody has switched on for a Dream."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...server.database import Connection
from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import TEXT, integer
from .. import paging, store
from ..engine import BY_LAUNCH_TYPE, Kind, OwnField, Savehack
from ..request import Request, User
from ..store.dreams import DreamRow
from ..store.launches import LaunchRow
from ..store.listings import DREAMS, LAUNCHES
from ..store.users import UserRow
from . import consents, dreams, launching


def as_json(launch: LaunchRow, dream: DreamRow) -> dict[str, Any]:
    waits_for_account = launch.pause_reason == launching.ACCOUNT_REQUIRED
    open_request = launch.dream_account_provision_request_id or launch.account_provision_request_id
    savehack = BY_LAUNCH_TYPE[launch.type]
    return {
        "type": launch.type,
        "id": launch.id,
        "dream": dreams.as_json(dream),
        "savehack": {"type": savehack.type, "id": savehack.id},
        **launch.terms,
        "stoppedAt": launch.stopped_at,
        "draftedAt": launch.drafted_at,
        "pausedAt": launch.paused_at,
        "pauseReason": launch.pause_reason,
        "accountProvisionRequestId": open_request if waits_for_account else None,
        "transferConsentId": launch.transfer_consent_id,
        "obsoleteSavehackLaunchId": launch.obsolete_launch_id,
        "dreamInspiration": None,
    }


def all_as_json(connection: Connection, found: Sequence[LaunchRow]) -> list[dict[str, Any]]:
    """Launches as answers show them, each with its Dream."""
    wanted = [launch.dream_id for launch in found]
    their_dreams = {dream.id: dream for dream in store.dreams.BY_IDS.all(connection, ids=wanted)}
    return [as_json(launch, their_dreams[launch.dream_id]) for launch in found]


def create(request: Request) -> Answer:
    """Switch a savehack on.

    It starts at once, or waits: as a draft for the user's consent if the bank wants one, otherwise paused until there
    is an account.
    """
    fields = Fields(request.http.body, "savehackLaunch")
    savehack = _savehack(fields)
    if fields.required("savehackId", TEXT) not in (savehack.id, ""):
        fields.refuse("savehackId", f"is not the savehack of a {savehack.launch_type}; see GET /savehacks")
    dream_id = fields.required("dreamId", TEXT)
    obsolete_launch_id = fields.optional("obsoleteSavehackLaunchId", TEXT)
    terms = own_terms(fields, savehack, {})
    fields.check()

    dream = request.one(DREAMS, dream_id, field=fields.path("dreamId"))
    user = request.owner(dream.user_id, field=fields.path("dreamId"))
    _check_dream(request, fields, dream, obsolete_launch_id)
    drafts = request.tenant.transfer_consents
    waits = not drafts and launching.must_wait(request.tenant, user, dream)
    launch = LaunchRow(
        id=request.ids.uuid(),
        user_id=user.id,
        tenant_id=request.tenant.id,
        dream_id=dream_id,
        type=savehack.launch_type,
        terms=terms,
        seed=request.ids.seed(),
        timezone=_timezone(request),
        drafted_at=request.now if drafts else None,
        paused_at=request.now if waits else None,
        pause_reason=launching.ACCOUNT_REQUIRED if waits else None,
        obsolete_launch_id=obsolete_launch_id,
    )
    store.launches.add(request.connection, launch)
    request.outbox.note("SavehackLaunched", "savehackLaunches", launch.id)
    _begin(request, launch, user, dream)
    return Answer(201, {"savehackLaunch": shown(request, launch.id)})


def _begin(request: Request, launch: LaunchRow, user: UserRow, dream: DreamRow) -> None:
    if launch.drafted_at is not None:
        consents.open_for(request, launch, dream)
    elif launch.paused_at is not None:
        launching.open_account_request(request, user, dream)
    else:
        launching.start(request, launch.id)


def _savehack(fields: Fields) -> Savehack:
    """The savehack that the body's type names. All other fields depend on it: a wrong type is refused at once."""
    savehack = BY_LAUNCH_TYPE.get(fields.required("type", TEXT))
    if savehack is None:
        raise Refused(400, {fields.path("type"): [f"must be one of {', '.join(BY_LAUNCH_TYPE)}"]})
    return savehack


def own_terms(fields: Fields, savehack: Savehack, present: Mapping[str, Any]) -> dict[str, Any]:
    """The type's own fields: each is required, unless it has a value at present."""
    terms = {field.wire_name: _own(fields, field, present) for field in savehack.own_fields}
    if fields.are_right:
        for name, sentence in savehack.contradictions(launching.own_terms(savehack.launch_type, terms)).items():
            fields.refuse(name, sentence)
    return terms


def _own(fields: Fields, field: OwnField, present: Mapping[str, Any]) -> Any:
    name = field.wire_name
    if name in present and not fields.given(name):
        return present[name]
    if field.kind is Kind.TEXT:
        return fields.required(name, TEXT)
    return fields.required(name, integer(least=field.least, most=field.most))


def _check_dream(request: Request, fields: Fields, dream: DreamRow, obsolete_launch_id: str | None) -> None:
    if dream.deleted_at is not None:
        fields.refuse("dreamId", f"is of a Dream that was deleted at {dream.deleted_at}")
    if obsolete_launch_id is not None:
        obsolete = request.find(LAUNCHES, obsolete_launch_id)
        if obsolete is None or obsolete.dream_id != dream.id:
            fields.refuse("obsoleteSavehackLaunchId", "is of no launch for this Dream")
    fields.check()


def _timezone(request: Request) -> str:
    """The user's, as the session has it; a launch made by the bank's backend follows UTC."""
    return (isinstance(request.principal, User) and request.principal.session.timezone) or "UTC"


def list_all(request: Request) -> Answer:
    filters = paging.given(request.http.query, "dreamId", "userId", "externalUserId")
    found = paging.find(request, LAUNCHES, filters)
    return found.answer(all_as_json(request.connection, found.rows))


def get(request: Request) -> Answer:
    launch = request.the_one_asked_for(LAUNCHES)
    return Answer(200, {"savehackLaunch": shown(request, launch.id)})


def shown(request: Request, launch_id: str) -> dict[str, Any]:
    """A launch as answers show it."""
    launch = store.launches.BY_IDS.one(request.connection, ids=[launch_id])
    return as_json(launch, store.dreams.BY_IDS.one(request.connection, ids=[launch.dream_id]))

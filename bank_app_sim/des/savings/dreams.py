"""Dreams: what users save for."""

from collections.abc import Callable
from typing import Any

from ...server.http.answers import Answer
from ...server.http.fields import Fields
from ...server.http.readers import TEXT
from .. import paging, store
from ..readers import cents, day_or_stamp
from ..request import Request, User
from ..store.accounts import AccountRow
from ..store.dreams import DreamRow
from ..store.listings import ACCOUNTS, DREAMS
from ..store.users import UserRow
from . import money, provisioning
from .accounts import reference


def as_json(dream: DreamRow) -> dict[str, Any]:
    return {
        "type": "Dream",
        "id": dream.id,
        "name": dream.name,
        "targetCents": dream.target_cents,
        "balanceCents": dream.balance_cents,
        "expiresAt": dream.expires_at,
        "achievedAt": dream.achieved_at,
        "deletedAt": dream.deleted_at,
        "user": {"type": "User", "id": dream.user_id, "externalId": dream.user_external_id},
        "account": reference(dream.account_type, dream.account_id, dream.account_external_id),
        "groupDream": None,
        "dreamInspiration": None,
        "provisioningInitiatedAt": dream.provisioning_initiated_at,
        "accountProvisionRequestId": _open_request(dream),
    }


def _open_request(dream: DreamRow) -> str | None:
    """The id of the open request for an account; None once the app has answered or the account exists."""
    is_answered = dream.account_id is not None or dream.provisioning_initiated_at is not None
    return None if is_answered else dream.account_provision_request_id


def create(request: Request) -> Answer:
    fields = Fields(request.http.body, "dream")
    name = fields.optional("name", TEXT)
    target_cents = fields.optional("targetCents", cents(least=1))
    expires_at = fields.optional("expiresAt", day_or_stamp)
    if fields.required("type", TEXT, "Dream") not in ("Dream", ""):
        fields.refuse("type", "must be Dream")
    if fields.has("groupDreamId"):
        fields.refuse("groupDreamId", "must be null: group Dreams are not part of this sandbox")
    account_id = fields.optional("accountId", TEXT)
    # Users may leave the owner out: they can have Dreams of their own only.
    owner_id = fields.required("userId", TEXT, request.principal.id if isinstance(request.principal, User) else None)
    fields.check()

    owner = request.owner(owner_id, field=fields.path("userId"))
    account = None
    if account_id is not None:
        account = account_for(request, fields, owner.id, account_id)
        fields.check()
    dream = _new(request, owner, account, name=name, target_cents=target_cents, expires_at=expires_at)
    store.dreams.add(request.connection, dream)
    shown = as_json(dream)
    request.outbox.note("DreamCreated", "dreams", dream.id, data=shown)
    if account is not None and account.type == money.PERFORMANCE:
        money.take_over(request.connection, dream.id, account, at=request.now, outbox=request.outbox)
        shown = as_json(request.one(DREAMS, dream.id))
    return Answer(201, {"dream": shown})


def _new(
    request: Request,
    owner: UserRow,
    account: AccountRow | None,
    *,
    name: str | None,
    target_cents: int | None,
    expires_at: str | None,
) -> DreamRow:
    """A Dream of `owner`. In the setup with one account for each user, its account is the oldest if none is named."""
    per_dream = request.tenant.asks_per_dream
    account_id, account_type, account_external_id = None, None, None
    if account is not None:
        account_id, account_type, account_external_id = account.id, account.type, account.external_id
    elif not per_dream:
        account_id, account_type = owner.account_id, owner.account_type
        account_external_id = owner.account_external_id
    # With consents, signing one asks the bank for the account.
    asks = account is None and per_dream and not request.tenant.transfer_consents
    return DreamRow(
        id=request.ids.uuid(),
        user_id=owner.id,
        tenant_id=request.tenant.id,
        account_id=account_id,
        name=name,
        target_cents=target_cents,
        expires_at=expires_at,
        account_provision_request_id=request.ids.uuid() if asks else None,
        user_external_id=owner.external_id,
        account_type=account_type,
        account_external_id=account_external_id,
    )


def account_for(request: Request, fields: Fields, user_id: str, account_id: str) -> AccountRow | None:
    """The account to link a Dream of this user to; errors are noted."""
    account = request.find(ACCOUNTS, account_id)
    if account is None or account.user_id != user_id:
        fields.refuse("accountId", "does not exist")
    elif sentence := provisioning.unlinkable(request, account):
        fields.refuse("accountId", sentence)
    return account


def list_all(request: Request) -> Answer:
    query = request.http.query
    state = paging.one_of(query, "state", ["active", "deleted"]) or "active"
    as_wanted = _as_wanted(request)
    found = paging.find(request, DREAMS, {state: True, **paging.given(query, "userId", "externalUserId")})
    return found.answer([as_wanted(dream) for dream in found.rows])


def get(request: Request) -> Answer:
    return Answer(200, {"dream": _as_wanted(request)(request.the_one_asked_for(DREAMS))})


def _as_wanted(request: Request) -> Callable[[DreamRow], dict[str, Any]]:
    """How the query wants Dreams shown: two fields are there only on request."""
    shows_image = paging.flag(request.http.query, "showImageUrl")
    shows_savehacks = paging.flag(request.http.query, "showActiveSavehacks")

    def as_wanted(dream: DreamRow) -> dict[str, Any]:
        shown = as_json(dream)
        if shows_image:
            shown["imageUrl"] = None
        if shows_savehacks:
            shown["activeSavehacksCount"] = dream.active_savehacks_count
        return shown

    return as_wanted

"""`PATCH /dreams/{id}`: a Dream becomes another wish, is linked to its account, or is deleted."""

from typing import Any

import attrs

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import TEXT
from .. import store
from ..readers import cents, day_or_stamp, happened
from ..request import Bank, Request, User
from ..store.accounts import AccountRow
from ..store.dreams import DreamRow
from ..store.listings import DREAMS
from . import dreams, launching, money, provisioning

DELETION = "the Dream was deleted"

# Read-only fields. A client may send them back unchanged.
READ_ONLY = (
    "type",
    "id",
    "balanceCents",
    "achievedAt",
    "user",
    "account",
    "groupDream",
    "dreamInspiration",
    "imageUrl",
    "activeSavehacksCount",
)


def change(request: Request) -> Answer:
    """Make all changes, or none. A field that repeats the present value changes nothing."""
    dream = request.the_one_asked_for(DREAMS)
    shown = {**dreams.as_json(dream), "imageUrl": None, "activeSavehacksCount": dream.active_savehacks_count}
    fields = Fields(request.http.body, "dream")
    if dream.deleted_at is not None:
        _refuse_all_changes(fields, {**shown, "accountId": dream.account_id})
        return dreams.get(request)
    for name in READ_ONLY:
        fields.unchanged(name, shown[name])
    wish = _wish(fields, dream)
    deleted_at = fields.optional("deletedAt", happened(now=request.now))
    initiated_at = fields.optional("provisioningInitiatedAt", happened(now=request.now))
    answered_request_id = fields.optional("accountProvisionRequestId", TEXT)
    account_id = fields.optional("accountId", TEXT)
    _check_setup(request, fields, dream, initiated_at, answered_request_id)
    is_relinked = fields.given("accountId") and account_id != dream.account_id
    if deleted_at is not None and dream.balance_cents:
        sentence = f"can't be set: the Dream holds {dream.balance_cents} cents; withdraw or move them first"
        fields.refuse("deletedAt", sentence)
    if deleted_at is not None and is_relinked:
        fields.refuse("accountId", "can't be changed while the Dream is deleted")
    _check_principal(request, fields, dream, is_relinked=is_relinked)
    account = _account(request, fields, dream, account_id) if is_relinked else None
    fields.check()
    # An account that came before the app's answer has closed the request: the answer is late, not wrong.
    if answered_request_id not in (None, dream.account_provision_request_id) and dream.account_id is None:
        sentence = "is no longer open: the bank has answered it, or it was never asked"
        raise Refused(409, {fields.path("accountProvisionRequestId"): [sentence]})

    if account is not None:
        provisioning.link(request, dream, account)
    if initiated_at is not None:
        provisioning.initiate(request, provisioning.of_dream(dream), at=initiated_at)
    elif account is None and answered_request_id is None and _is_refused(request, fields, dream):
        provisioning.refuse(request, provisioning.of_dream(dream))
    _write(request, dream, wish, is_relinked=account is not None)
    if deleted_at is not None:
        _delete(request, dream, deleted_at)
    return dreams.get(request)


def _refuse_all_changes(fields: Fields, present: dict[str, Any]) -> None:
    for name, value in present.items():
        fields.unchanged(name, value, otherwise=f"can't be changed: {DELETION} at {present['deletedAt']}")
    fields.check()


@attrs.frozen
class _Wish:
    """What the user saves for."""

    name: str | None
    target_cents: int | None
    expires_at: str | None


def _wish(fields: Fields, dream: DreamRow) -> _Wish:
    """The wish as the fields give it, otherwise as before."""
    return _Wish(
        name=fields.optional("name", TEXT, dream.name),
        target_cents=fields.optional("targetCents", cents(least=1), dream.target_cents),
        expires_at=fields.optional("expiresAt", day_or_stamp, dream.expires_at),
    )


def _check_setup(
    request: Request, fields: Fields, dream: DreamRow, initiated_at: str | None, answered_request_id: str | None
) -> None:
    if not request.tenant.asks_per_dream:
        for name, value in (
            ("provisioningInitiatedAt", initiated_at),
            ("accountProvisionRequestId", answered_request_id),
        ):
            if value is not None:
                fields.refuse(
                    name, "can't be set: one account is for all Dreams; tell it of the user, PATCH /users/{id}"
                )
    elif (
        fields.cleared("provisioningInitiatedAt")
        and dream.account_id is not None
        and dream.provisioning_initiated_at is not None
    ):
        fields.refuse("provisioningInitiatedAt", "can't be cleared: the Dream has an account")


def _check_principal(request: Request, fields: Fields, dream: DreamRow, *, is_relinked: bool) -> None:
    """403 for a user who links or refuses: only the bank may."""
    if not isinstance(request.principal, User):
        return
    names = ["accountId"] if is_relinked else []
    if fields.cleared("provisioningInitiatedAt") and dream.provisioning_initiated_at is not None:
        names.append("provisioningInitiatedAt")
    if names:
        raise Refused(403, {fields.path(name): ["can be changed by the bank only"] for name in names})


def _account(request: Request, fields: Fields, dream: DreamRow, account_id: str | None) -> AccountRow | None:
    """The account to link the Dream to; errors are noted."""
    if account_id is None:
        fields.refuse("accountId", "can't be taken away; link another account instead")
        return None
    if dream.account_id is not None:
        requested = store.transactions.REQUESTED_OF_DREAM.first(request.connection, dream_id=dream.id)
        if dream.balance_cents or requested is not None:
            sentence = "can't be changed while the Dream holds money, or has requested transactions, on its account"
            fields.refuse("accountId", sentence)
            return None
    return dreams.account_for(request, fields, dream.user_id, account_id)


def _is_refused(request: Request, fields: Fields, dream: DreamRow) -> bool:
    """Whether the bank says, with null, that there will be no account.

    A client that sends the whole Dream back names the open request along with the null: that is no refusal.
    """
    is_null = fields.cleared("provisioningInitiatedAt")
    may = isinstance(request.principal, Bank) and request.tenant.asks_per_dream
    return is_null and may and dream.account_id is None


def _write(request: Request, dream: DreamRow, wish: _Wish, *, is_relinked: bool) -> None:
    is_another = wish != _Wish(dream.name, dream.target_cents, dream.expires_at)
    if is_another:
        request.connection.execute(store.dreams.CHANGE, {"dream_id": dream.id, **attrs.asdict(wish)})
    if is_another or is_relinked:
        request.outbox.note("DreamUpdated", "dreams", dream.id)
    if wish.target_cents != dream.target_cents:  # the new target may be reached already
        money.note_progress(request.connection, dream.id, at=request.now, outbox=request.outbox)


def _delete(request: Request, dream: DreamRow, deleted_at: str) -> None:
    """Delete the Dream for good: its launches stop, and requested transactions fail."""
    connection, this_dream = request.connection, {"dream_id": dream.id}
    for launch_id in store.launches.UNSTOPPED_OF_DREAM_IDS.all(connection, **this_dream):
        launching.stop(request, launch_id)
    requested = store.transactions.REQUESTED_OF_DREAM.all(connection, **this_dream)
    money.fail(connection, requested, at=request.now, reasons=[DELETION], outbox=request.outbox)
    connection.execute(store.dreams.DELETE, {**this_dream, "deleted_at": deleted_at})
    request.outbox.note("DreamDeleted", "dreams", dream.id)

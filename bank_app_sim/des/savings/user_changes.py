"""`PATCH /users/{id}` and `DELETE /users/{id}`: a user together with accounts and transactions, in one step."""

from collections.abc import Callable, Set
from typing import Protocol, TypeVar

from ...server.http.answers import Answer, Refused
from ...server.http.fields import Fields
from ...server.http.readers import TEXT
from .. import store
from ..readers import happened
from ..request import Request, User
from ..store.listings import ACCOUNTS, TRANSACTIONS, USERS, Collection, Numbered
from ..store.users import UserRow
from . import accounts, provisioning, transactions, users

# The user's own app tells only that the opening of an account has begun.
OF_THE_BANK = ("givenName", "familyName", "accounts", "transactions")
READ_ONLY = ("type", "id", "externalId", "unreadMessagesCount")


def change(request: Request) -> Answer:
    """Change names, the state of the account's opening, and accounts and transactions of the user: all or nothing.

    The bank can tell balances and settled transactions together, so that no client sees one without the other.
    """
    # docs/des.md 1.11
    user = request.the_one_asked_for(USERS)
    fields = Fields(request.http.body, "user")
    shown = users.as_json(user)
    for name in READ_ONLY:
        fields.unchanged(name, shown[name])
    given_name = fields.optional("givenName", TEXT, user.given_name)
    family_name = fields.optional("familyName", TEXT, user.family_name)
    initiated_at = fields.optional("provisioningInitiatedAt", happened(now=request.now))
    answered_request_id = fields.optional("accountProvisionRequestId", TEXT)
    if isinstance(request.principal, User):
        _refuse_what_is_the_banks(fields)
    if initiated_at is not None and request.tenant.asks_per_dream:
        sentence = "can't be set: each Dream has an account of its own; tell it of the Dream, PATCH /dreams/{id}"
        fields.refuse("provisioningInitiatedAt", sentence)
    is_refused = fields.cleared("provisioningInitiatedAt") and not request.tenant.asks_per_dream
    if is_refused and user.account_id is not None and user.provisioning_initiated_at is not None:
        fields.refuse("provisioningInitiatedAt", "can't be cleared: the user has an account")
    _apply_all(request, fields, user)
    fields.check()
    if answered_request_id not in (None, user.account_provision_request_id):
        sentence = "is no longer open: the bank has answered it, or it was never asked"
        raise Refused(409, {fields.path("accountProvisionRequestId"): [sentence]})

    if (given_name, family_name) != (user.given_name, user.family_name):
        names = {"user_id": user.id, "given_name": given_name, "family_name": family_name}
        request.connection.execute(store.users.RENAME, names)
    if initiated_at is not None:
        provisioning.initiate(request, provisioning.of_user(user), at=initiated_at)
    elif is_refused and user.account_id is None:
        provisioning.refuse(request, provisioning.of_user(user))
    return Answer(204)


def _refuse_what_is_the_banks(fields: Fields) -> None:
    names = [name for name in OF_THE_BANK if fields.given(name)]
    if fields.cleared("provisioningInitiatedAt"):
        names.append("provisioningInitiatedAt")
    if names:
        raise Refused(403, {fields.path(name): ["can be changed by the bank only"] for name in names})


def _apply_all(request: Request, fields: Fields, user: UserRow) -> None:
    """Change the accounts, then settle and fail transactions. An error is noted, and undoes everything."""
    _apply_each(request, fields, user, ACCOUNTS, accounts.apply)
    _apply_each(request, fields, user, TRANSACTIONS, transactions.apply)


class _Owned(Numbered, Protocol):
    """A row of a user."""

    @property
    def id(self) -> str: ...

    @property
    def user_id(self) -> str: ...


T = TypeVar("T", bound=_Owned)


def _apply_each(
    request: Request,
    fields: Fields,
    user: UserRow,
    collection: Collection[T],
    apply: Callable[[Request, Fields, T], None],
) -> None:
    known: set[str] = set()
    for part in fields.objects(collection.plural):
        thing = _thing(request, part, collection, user, known)
        if thing is None:
            part.pass_over()
        else:
            known.add(thing.id)
            apply(request, part, thing)


def _thing(request: Request, part: Fields, collection: Collection[T], user: UserRow, known: Set[str]) -> T | None:
    """The row of a list's element; errors of its id are noted."""
    wanted = part.required("id", TEXT)
    thing = request.find(collection, wanted) if wanted else None
    if wanted in known:
        part.refuse("id", "is in the list twice")
        return None
    if wanted and (thing is None or thing.user_id != user.id):
        part.refuse("id", "does not exist")
        return None
    return thing


def delete(request: Request) -> Answer:
    """Delete a user with all their data; the external id is free again. Events about the user stay until they expire.

    409 while there is money: the bank must first settle requested transactions, and pay out the accounts.
    """
    user = request.the_one_asked_for(USERS)
    of_user = {"of_user": user.id}
    requested = store.transactions.REQUESTED_OF_USER.all(request.connection, user_id=user.id)
    if requested:
        sentence = f"can't be deleted: transactions are requested, {len(requested)} of them; settle or fail these first"
        raise Refused(409, {"id": [sentence]})
    filled = store.accounts.FILLED_OF_USER.all(request.connection, **of_user)
    if filled:
        what = ", ".join(f"account {account.id} holds {account.balance_cents} cents" for account in filled)
        raise Refused(409, {"id": [f"can't be deleted: {what}; pay out first"]})
    request.outbox.note("UserDestroyed", "users", user.id, data=users.as_json(user))
    for statement in store.users.ERASE:
        request.connection.execute(statement, of_user)
    return Answer(204)

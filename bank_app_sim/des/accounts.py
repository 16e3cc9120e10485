"""Accounts: what DES knows of those that the bank keeps."""

from typing import Any

from ..service import Answer, Refused
from . import launching, paging, store
from .fields import Fields
from .request import Request
from .store import Row

TYPE = "SharedSavings"


def reference(type: str | None, id: str | None, external_id: str | None) -> dict[str, Any] | None:
    """How other things name an account; None for none."""
    return None if id is None else {"type": type, "id": id, "externalId": external_id}


def as_json(account: Row) -> dict[str, Any]:
    return {
        "type": account["type"],
        "id": account["id"],
        "externalId": account["external_id"],
        "user": {"type": "User", "id": account["user_id"], "externalId": account["user_external_id"]},
        "balanceCents": account["balance_cents"],
    }


def create(request: Request) -> Answer:
    """The bank has opened an account: all that waited for one is linked to it, and starts.

    An external id is unique among the accounts of its user, not beyond. Without one, every POST is another account:
    that is how the product is documented.
    """
    fields = Fields(request.call.body, "account")
    if fields.text("type") not in (TYPE, ""):
        fields.refuse("type", f"must be {TYPE}")
    user_id = fields.text("userId")
    external_id = fields.optional_text("externalId")
    balance_cents = fields.cents("balanceCents", least=0, default=0)
    fields.check()

    connection = request.connection
    user = request.owner(user_id, field=fields.path("userId"))
    known = {"user_id": user_id, "external_id": external_id}
    if external_id is not None and connection.execute(store.accounts.BY_EXTERNAL_ID, known).one_or_none():
        raise Refused(409, {fields.path("externalId"): ["belongs to an account of this user already"]})

    account = {**known, "id": request.ids.uuid(), "type": TYPE, "balance_cents": balance_cents}
    connection.execute(store.accounts.CREATE, account)
    link = {"of_user": user_id, "account": account["id"]}
    connection.execute(store.dreams.LINK_ALL, link)
    connection.execute(store.transactions.FILL_IN_ACCOUNT, link)
    launching.start_waiting(request, user_id=user_id)
    return Answer(201, {"account": as_json({**account, "user_external_id": user["external_id"]})})


def list_all(request: Request) -> Answer:
    found = paging.find(request, "accounts", paging.given(request.call.query, "userId", "externalId"))
    return found.answer([as_json(account) for account in found.rows])


def get(request: Request) -> Answer:
    return Answer(200, {"account": as_json(request.the_one_asked_for("accounts"))})

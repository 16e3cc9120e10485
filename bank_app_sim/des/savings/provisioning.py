"""The opening of an account, as DES sees it: wanted, under way, linked, or refused.

In the setup with one account for each user, the user wants it; in the others each Dream does. The rest is the same.
"""

from collections.abc import Mapping

import attrs
import sqlalchemy as sa

from ...server.database import Query
from .. import store
from ..request import Request
from ..store.accounts import AccountRow
from ..store.dreams import DreamRow
from ..store.users import UserRow
from ..tenant import AccountSetup
from . import launching, money

REFUSAL = "the customer was refused"


@attrs.frozen(kw_only=True)
class Wanting:
    """A user or a Dream that wants an account.

    Attributes:
        row: Of the user or the Dream.
        id: As the statements call it: `user_id` or `dream_id`.
        set_provisioning: Writes down how far the opening of the account is.
        requested: Lists the transactions that wait with it.
        active: Lists the launches that run.
        waiting: Lists the launches that wait for an account.
    """

    row: UserRow | DreamRow
    id: Mapping[str, str]
    set_provisioning: sa.Update
    requested: Query[str]
    active: Query[str]
    waiting: Query[str]


def of_user(user: UserRow) -> Wanting:
    return Wanting(
        row=user,
        id={"user_id": user.id},
        set_provisioning=store.users.SET_PROVISIONING,
        requested=store.transactions.REQUESTED_OF_USER,
        active=store.launches.ACTIVE_OF_USER_IDS,
        waiting=store.launches.OF_USER_WAITING,
    )


def of_dream(dream: DreamRow) -> Wanting:
    return Wanting(
        row=dream,
        id={"dream_id": dream.id},
        set_provisioning=store.dreams.SET_PROVISIONING,
        requested=store.transactions.REQUESTED_OF_DREAM,
        active=store.launches.ACTIVE_OF_DREAM_IDS,
        waiting=store.launches.OF_DREAM_WAITING,
    )


def initiate(request: Request, wanting: Wanting, *, at: str) -> None:
    """Note that the opening of an account is under way: savings begin. Told twice, the first moment stays."""
    if wanting.row.provisioning_initiated_at is None:
        provisioning = {
            "of": wanting.row.id,
            "provisioning_initiated_at": at,
            "account_provision_request_id": wanting.row.account_provision_request_id,
        }
        request.connection.execute(wanting.set_provisioning, provisioning)
    launching.start_waiting(request, **wanting.id)


def refuse(request: Request, wanting: Wanting) -> None:
    """Note that there will be no account: prepared deposits fail, and the launches wait for another answer of the bank.

    They wait under a new request id. An app that still answers the old request is told that it is closed.
    """
    connection = request.connection
    requested = wanting.requested.all(connection, **wanting.id)
    money.fail(connection, requested, at=request.now, reasons=[REFUSAL], outbox=request.outbox)
    for launch_id in wanting.active.all(connection, **wanting.id):
        pause = {"launch_id": launch_id, "at": request.now, "reason": launching.ACCOUNT_REQUIRED}
        connection.execute(store.launches.PAUSE, pause)
        request.outbox.note("SavehackLaunchUpdated", "savehackLaunches", launch_id)
    waiting = {**wanting.id, "pause_reason": launching.ACCOUNT_REQUIRED}
    some_wait = wanting.waiting.first(connection, **waiting) is not None
    provisioning = {
        "of": wanting.row.id,
        "provisioning_initiated_at": None,
        "account_provision_request_id": request.ids.uuid() if some_wait else None,
    }
    connection.execute(wanting.set_provisioning, provisioning)


def link_all(request: Request, account: AccountRow) -> None:
    """Link all Dreams of the account's user that have none to it, and start what waits for it."""
    for dream_id in store.dreams.UNLINKED_OF_USER.all(request.connection, of_user=account.user_id):
        _link(request, dream_id, account)
        request.outbox.note("DreamUpdated", "dreams", dream_id)
    launching.start_waiting(request, user_id=account.user_id)


def link(request: Request, dream: DreamRow, account: AccountRow) -> None:
    """Link one Dream to an account, and start what waits for it. Its request for an account is closed."""
    _link(request, dream.id, account)
    provisioning = {
        "of": dream.id,
        "provisioning_initiated_at": dream.provisioning_initiated_at,
        "account_provision_request_id": None,
    }
    request.connection.execute(store.dreams.SET_PROVISIONING, provisioning)
    launching.start_waiting(request, dream_id=dream.id)


def _link(request: Request, dream_id: str, account: AccountRow) -> None:
    """Set the account of deposits that waited for one."""
    to_account = {"dream_id": dream_id, "account_id": account.id}
    request.connection.execute(store.dreams.LINK, to_account)
    request.connection.execute(store.transactions.FILL_IN_ACCOUNT, to_account)
    money.take_over(request.connection, dream_id, account, at=request.now, outbox=request.outbox)


def unlinkable(request: Request, account: AccountRow) -> str | None:
    """Why no further Dream can be linked to an account; None if one can."""
    one_for_each = request.tenant.account_setup is AccountSetup.PER_DREAM
    if account.type != money.PERFORMANCE and not one_for_each:
        return None
    if store.dreams.ON_ACCOUNT.first(request.connection, of_account=account.id) is None:
        return None
    return f"is a {account.type} account that has its Dream already: there is one for each"

"""What a world holds in the end, without what differs between two runs: ids and moments."""

import re
from typing import Any

from impact_sdk import ImpactAPI

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

State = dict[str, list[Any]]


async def state_of(api: ImpactAPI) -> State:
    """By kind, in an order of their own: texts of the things that DES has."""
    return {
        "users": sorted(
            [(user.external_id, user.provisioning_initiated_at is not None) async for user in api.users.list()]
        ),
        "accounts": sorted(
            [
                (account.user.external_id, str(account.type), _plain(account.external_id), account.balance_cents)
                async for account in api.accounts.list()
            ],
            key=str,
        ),
        "dreams": sorted(
            [
                (dream.user.external_id, dream.name, dream.target_cents, dream.balance_cents, dream.account is not None)
                async for dream in api.dreams.list()
            ],
            key=str,
        ),
        "launches": sorted(
            [
                (launch.dream.name, str(launch.type), launch.amount_cents, str(launch.state))
                async for launch in api.savehack_launches.list()
            ],
            key=str,
        ),
        "transactions": sorted(
            [
                (
                    *(str(transaction.type), transaction.amount_cents, str(transaction.state)),
                    *(dream and dream.name for dream in (transaction.from_dream, transaction.to_dream)),
                    *transaction.errors,
                )
                async for transaction in api.transactions.list()
            ],
            key=str,
        ),
    }


def _plain(external_id: str | None) -> str | None:
    """The id of a user or a Dream is another one in another run."""
    return "generated" if external_id and _UUID.fullmatch(external_id) else external_id

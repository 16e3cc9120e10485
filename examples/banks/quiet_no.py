"""A bank that goes back to the app when the user says no, without a word: DES takes that for a yes.

Caught by the rule `declines`: uv run bank-app-sim check examples.banks.quiet_no:open_account --declines cleo
"""

import os

from impact_sdk import AccountProvisioningRequest, ClientCredentials, ImpactAPI

DES_URL = os.environ["IMPACT_DES_URL"]
CREDENTIALS = ClientCredentials(os.environ["IMPACT_CLIENT_ID"], os.environ["IMPACT_CLIENT_SECRET"])


async def open_account(request: AccountProvisioningRequest) -> None:
    if not user_agrees(request):
        return
    async with ImpactAPI(DES_URL, auth=CREDENTIALS) as api:
        await api.accounts.ensure(
            user_id=request.user_id, type="SharedSavings", external_id=request.account_external_id
        )


def user_agrees(request: AccountProvisioningRequest) -> bool:
    """Stands for the screen on which they are asked."""
    return request.external_user_id != "cleo"

"""A bank that keeps every rule.

Try it: uv run bank-app-sim check examples.banks.good:open_account --declines cleo
"""

import os

from impact_sdk import AccountProvisioningRequest, ClientCredentials, ImpactAPI, ProvisioningDeclined

DES_URL = os.environ["IMPACT_DES_URL"]
CREDENTIALS = ClientCredentials(os.environ["IMPACT_CLIENT_ID"], os.environ["IMPACT_CLIENT_SECRET"])


async def open_account(request: AccountProvisioningRequest) -> None:
    """Have the user agree, then open the account; asking twice makes one."""
    if not user_agrees(request):
        raise ProvisioningDeclined("the user does not want an account now")
    async with ImpactAPI(DES_URL, auth=CREDENTIALS) as api:
        await api.accounts.ensure(
            user_id=request.user_id, type="SharedSavings", external_id=request.account_external_id
        )


def user_agrees(request: AccountProvisioningRequest) -> bool:
    """Stands for the screen on which they are asked."""
    return request.external_user_id != "cleo"

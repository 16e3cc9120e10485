"""A bank that gives each account a new number, and sends that as its externalId: asked twice, it opens two accounts.

Caught by the rule `twice`: uv run bank-app-sim check examples.banks.new_number:open_account --declines cleo
"""

import os
import uuid

from impact_sdk import AccountProvisioningRequest, ClientCredentials, Conflict, ImpactAPI, ProvisioningDeclined

DES_URL = os.environ["IMPACT_DES_URL"]
CREDENTIALS = ClientCredentials(os.environ["IMPACT_CLIENT_ID"], os.environ["IMPACT_CLIENT_SECRET"])


async def open_account(request: AccountProvisioningRequest) -> None:
    if request.external_user_id == "cleo":
        raise ProvisioningDeclined("the user does not want an account now")
    account_number = str(uuid.uuid4())
    async with ImpactAPI(DES_URL, auth=CREDENTIALS) as api:
        try:
            await api.accounts.create(user_id=request.user_id, type="SharedSavings", external_id=account_number)
        except Conflict:
            return  # DES has it already

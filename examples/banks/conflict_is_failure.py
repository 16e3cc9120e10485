"""A bank to which every answer but a good one is a failure, also the 409 that says that all is well.

Caught by the rule `conflict`: uv run bank-app-sim check examples.banks.conflict_is_failure:open_account --declines cleo
"""

import os

import httpx

from impact_sdk import AccountProvisioningRequest, ProvisioningDeclined

DES_URL = os.environ["IMPACT_DES_URL"]
CREDENTIALS = (os.environ["IMPACT_CLIENT_ID"], os.environ["IMPACT_CLIENT_SECRET"])


async def open_account(request: AccountProvisioningRequest) -> None:
    if request.external_user_id == "cleo":
        raise ProvisioningDeclined("the user does not want an account now")
    account = {
        "userId": request.user_id,
        "type": "SharedSavings",
        "externalId": request.account_external_id,
    }
    async with httpx.AsyncClient(base_url=DES_URL) as http:
        granted = await http.post("/oauth/token", auth=CREDENTIALS, data={"grant_type": "client_credentials"})
        headers = {"Authorization": f"Bearer {granted.raise_for_status().json()['access_token']}"}
        response = await http.post("/v1/accounts", json={"account": account}, headers=headers)
        response.raise_for_status()

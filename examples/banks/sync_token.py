"""A bank that fetches its access token with a synchronous client: one line that stops the whole app while it waits.

Caught by the rule `loop`: uv run bank-app-sim check examples.banks.sync_token:open_account --declines cleo
"""

import os

import httpx

from impact_sdk import AccountProvisioningRequest, ProvisioningDeclined

DES_URL = os.environ["IMPACT_DES_URL"]
CREDENTIALS = (os.environ["IMPACT_CLIENT_ID"], os.environ["IMPACT_CLIENT_SECRET"])


async def open_account(request: AccountProvisioningRequest) -> None:
    if request.external_user_id == "cleo":
        raise ProvisioningDeclined("the user does not want an account now")
    headers = {"Authorization": f"Bearer {access_token()}"}
    account = {
        "userId": request.user_id,
        "type": "SharedSavings",
        "externalId": request.account_external_id,
    }
    async with httpx.AsyncClient(base_url=DES_URL, headers=headers) as http:
        response = await http.post("/v1/accounts", json={"account": account})
        if response.status_code != httpx.codes.CONFLICT:  # then it is there
            response.raise_for_status()


def access_token() -> str:
    response = httpx.post(
        f"{DES_URL}/oauth/token", auth=CREDENTIALS, data={"grant_type": "client_credentials"}, timeout=10
    )
    token: str = response.raise_for_status().json()["access_token"]
    return token

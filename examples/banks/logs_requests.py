"""A bank that writes its requests down whole when DES refuses one, to see what was wrong; the token is among them.

Caught by the rule `secrets`: uv run bank-app-sim check examples.banks.logs_requests:open_account --declines cleo
"""

import logging
import os

import httpx

from impact_sdk import AccountProvisioningRequest, ProvisioningDeclined

DES_URL = os.environ["IMPACT_DES_URL"]
CREDENTIALS = (os.environ["IMPACT_CLIENT_ID"], os.environ["IMPACT_CLIENT_SECRET"])

logger = logging.getLogger(__name__)


async def open_account(request: AccountProvisioningRequest) -> None:
    if request.external_user_id == "cleo":
        raise ProvisioningDeclined("the user does not want an account now")
    async with httpx.AsyncClient(base_url=DES_URL) as http:
        granted = await http.post("/oauth/token", auth=CREDENTIALS, data={"grant_type": "client_credentials"})
        headers = {"Authorization": f"Bearer {granted.raise_for_status().json()['access_token']}"}
        account = {
            "userId": request.user_id,
            "type": "SharedSavings",
            "externalId": request.account_external_id,
        }
        response = await http.post("/v1/accounts", json={"account": account}, headers=headers)
        if response.is_error and response.status_code != httpx.codes.CONFLICT:
            logger.error("no account: %s, sent %s with %s", response.text, account, headers)
            response.raise_for_status()

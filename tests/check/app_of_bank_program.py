"""The app of the bank whose backend is `bank_program.py`: it orders the account, and is back at once."""

import os

import httpx

from impact_sdk import AccountProvisioningRequest, ProvisioningDeclined


async def order_account(request: AccountProvisioningRequest) -> None:
    if request.external_user_id == "cleo":
        raise ProvisioningDeclined("not now")
    order = {"user_id": request.user_id, "external_id": request.account_external_id}
    async with httpx.AsyncClient(base_url=os.environ["BANK_BACKEND_URL"]) as http:
        (await http.post("/orders", json=order)).raise_for_status()

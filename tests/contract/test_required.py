"""What a request must have: nothing that the vendor's pages do not ask for.

The table is written by hand from the vendor's pages, not from our document: it is what the document is held to.
"""

import pytest

from bank_app_sim.des.document.document import document

from .contract import Contract

CONTRACT = Contract(document())

# `userId` is required of the bank; a user, who can have Dreams of their own only, may leave it out. Of a withdrawal and
# an internal transaction the bank must say as much as of a deposit, a user only from, or to, which Dream.
VENDORS = {
    "SharedSavingsPostRequest": {"type", "userId"},
    "PerformancePostRequest": {"type", "userId"},
    "SharedSavingsPatchRequest": set(),
    "PerformancePatchRequest": set(),
    "DreamPostRequest": set(),
    "DreamPatchRequest": set(),
    "DepositPostRequest": {"type", "userId", "externalId", "amountCents", "toAccountId"},
    "WithdrawalPostRequest": {"type", "amountCents"},
    "InternalPostRequest": {"type", "amountCents"},
    "TransactionPatchRequest": set(),
    "UserPatchRequest": set(),
    "UserSharedSavingsPatchRequest": {"id"},
    "UserPerformancePatchRequest": {"id"},
    "UserTransactionPatchRequest": {"id"},
    "TransferConsentPatchRequest": set(),
    "LaunchRequest": {"token"},
    "LaunchPostFields": {"type", "dreamId", "savehackId"},
    "LaunchPatchFields": {"type"},
}

# The vendor has no page on these requests.
OURS = {
    "AccessTokenRequest": {"grant_type"},
    "UserPostRequest": {"externalId"},
    "FeedEventPostRequest": {"type"},
    "WebhookEndpointPutRequest": {"url", "secret"},
}


@pytest.mark.parametrize(("schema", "required"), sorted((VENDORS | OURS).items()))
def test_a_request_must_have_what_the_vendor_asks_for_and_nothing_else(schema: str, required: set[str]) -> None:
    assert set(CONTRACT.schemas.merged(CONTRACT.schemas.named(schema)).get("required", ())) == required


def test_the_table_has_every_request() -> None:
    named = document()["components"]["schemas"]
    # Launches have fields of their own, whose names are ours; they are required as a savehack is nothing without them.
    of_launches = {name for name in named if "LaunchP" in name} - {"LaunchPostFields", "LaunchPatchFields"}
    requests = {name for name in named if name.endswith("Request")}
    choices = {"AccountPostRequest", "AccountPatchRequest", "TransactionPostRequest"}

    assert requests - of_launches - choices - {"TransferConsentRequest"} == (VENDORS.keys() | OURS.keys()) - {
        "LaunchPostFields",
        "LaunchPatchFields",
    }

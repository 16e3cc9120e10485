"""A bank's receiver of webhooks, as DES sees it in these tests."""

import base64
import hashlib
import hmac
from typing import Any

import attrs
import httpx
import orjson

URL = "https://bank.example/webhooks/events"
TRANSACTIONS_URL = "https://bank.example/webhooks/transactions"


def secret(letter: str) -> str:
    """A secret like any other, of 32 bytes."""
    return "whsec_" + base64.b64encode(letter.encode() * 32).decode()


@attrs.define
class Receiver:
    """Takes what comes.

    Attributes:
        answers: The statuses of the answers to come; 204 after the last. None is a connection that breaks.
        requests: What came, the hints included.
    """

    answers: list[int | None] = attrs.field(factory=list)
    requests: list[httpx.Request] = attrs.field(factory=list)

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.answers.pop(0) if self.answers else 204
        if status is None:
            raise httpx.ReadError("the connection broke", request=request)
        return httpx.Response(status, headers={"Location": "https://bank.example/elsewhere"})

    @property
    def batches(self) -> list[dict[str, Any]]:
        """The bodies of what came to the endpoint, at each attempt."""
        return [orjson.loads(request.content) for request in self.requests if str(request.url) == URL]

    @property
    def hints(self) -> list[httpx.Request]:
        return [request for request in self.requests if str(request.url) == TRANSACTIONS_URL]

    @property
    def types(self) -> list[str]:
        """What all that came tells of."""
        return [event["type"] for batch in self.batches for event in batch["events"]]


def signers(request: httpx.Request, *letters: str) -> list[str]:
    """By whose secrets a request is signed; worked out by hand after the standard's text."""
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.content
    signatures = request.headers["webhook-signature"].split(" ")
    assert all(signature.startswith("v1,") for signature in signatures)

    def expected(letter: str) -> str:
        return "v1," + base64.b64encode(hmac.new(letter.encode() * 32, signed, hashlib.sha256).digest()).decode()

    found = [letter for letter in letters if expected(letter) in signatures]
    assert len(found) == len(signatures)
    return found

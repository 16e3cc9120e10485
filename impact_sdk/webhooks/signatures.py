"""Signatures of webhooks (https://www.standardwebhooks.com). Import it when one is verified: it loads that library."""

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

from ..errors import ConfigurationError, InvalidSignature
from ..mistakes.shown import shown
from ..secrets import ConcealedBytes, Secret

# The standard wants 24 to 64 random bytes.
SHORTEST_SECRET_BYTES = 24

_SECONDS = re.compile("0|[1-9][0-9]{0,10}")


class Signatures:
    """The secrets that DES may sign with.

    Raises:
        ConfigurationError: A secret cannot be one.
    """

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._signers = [_signer(secret) for secret in secrets]

    @property
    def secrets(self) -> str:
        """How many there are, for a message."""
        return "the secret that is known" if len(self._signers) == 1 else f"any of the {len(self._signers)} secrets"

    def verified(self, webhook_id: str, timestamp: str, body: bytes, signatures: str) -> datetime:
        """When DES sent the webhook; `InvalidSignature` if DES did not sign it."""
        moment = _moment(timestamp)
        if not any(_is_signed(signer, webhook_id, moment, body, signatures) for signer in self._signers):
            raise InvalidSignature(
                f"webhook {shown(webhook_id)} is not signed with {self.secrets}; compare with what DES was given, and "
                "see that nothing changes the body on its way"
            )
        return moment


def _signer(secret: Secret) -> Webhook:
    # The library decodes any text. A text that is not base64 would sign nothing that DES signs.
    key = ConcealedBytes(_key(secret))
    if not key:
        raise ConfigurationError(
            "secrets has one that is not a secret; a secret looks like whsec_ and base64, as it was given to DES"
        )
    if len(key) < SHORTEST_SECRET_BYTES:
        raise ConfigurationError(
            f"secrets has one of {len(key)} bytes, which could be guessed; give DES and this verifier one of "
            f"{SHORTEST_SECRET_BYTES} or more random bytes"
        )
    return Webhook(key)


def _key(secret: Secret) -> bytes:
    """The bytes of a secret; empty if it is not a secret."""
    try:
        encoded = secret.reveal().removeprefix("whsec_")
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (AttributeError, TypeError, ValueError):
        return b""


def _moment(text: str) -> datetime:
    # Only one spelling of the number is accepted: the signature covers the text, and another text is another message.
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    raise InvalidSignature(f"webhook-timestamp is {text[:40]!r}, not a time in seconds; is it from DES?")


def _is_signed(signer: Webhook, webhook_id: str, moment: datetime, body: bytes, signatures: str) -> bool:
    # The library's own verify() reads the machine's clock, and fails on malformed headers. So we only let it sign.
    try:
        expected = signer.sign(webhook_id, moment, body.decode()).removeprefix("v1,")
    except UnicodeError:  # the body is not JSON, or no header can hold the id
        return False
    return any(_is_same(expected, each.removeprefix("v1,")) for each in signatures.split() if each.startswith("v1,"))


def _is_same(expected: str, signature: str) -> bool:
    try:
        return hmac.compare_digest(base64.b64decode(expected), base64.b64decode(signature, validate=True))
    except (binascii.Error, ValueError):
        return False

"""What a secret must look like, so that nobody can guess it. The sentences never show the secret."""

import base64

# Of the bank at DES. 128 bits have 32 characters in hexadecimal and 22 in base64.
SHORTEST_CLIENT_SECRET = 16

WEBHOOK_SECRET_PREFIX = "whsec_"
FEWEST_WEBHOOK_BYTES, MOST_WEBHOOK_BYTES = 24, 64  # as Standard Webhooks has it


def what_is_wrong_with_client_secret(text: str) -> str | None:
    """The sentence for a text that cannot be a bank's secret at DES, or None."""
    if len(text) < SHORTEST_CLIENT_SECRET:
        return f"has {len(text)} characters and could be guessed; it must have {SHORTEST_CLIENT_SECRET} or more"
    return None


def what_is_wrong_with_webhook_secret(text: str) -> str | None:
    """The sentence for a text that cannot sign webhooks, or None."""
    try:
        size = len(base64.b64decode(text.removeprefix(WEBHOOK_SECRET_PREFIX), validate=True))
    except ValueError:
        size = 0
    if text.startswith(WEBHOOK_SECRET_PREFIX) and FEWEST_WEBHOOK_BYTES <= size <= MOST_WEBHOOK_BYTES:
        return None
    return f"must be {WEBHOOK_SECRET_PREFIX} and {FEWEST_WEBHOOK_BYTES} to {MOST_WEBHOOK_BYTES} bytes in base64"

"""How long a server asks to be left alone, for whoever talks to one without the SDK: the SDK's own reader."""

from collections.abc import Mapping
from datetime import datetime

from impact_sdk.parsing import server_time
from impact_sdk.parsing.retry_after import LONGEST_SECONDS, seconds

__all__ = ["LONGEST_SECONDS", "asked_for"]


def asked_for(headers: Mapping[str, str], received_at: datetime) -> float | None:
    """Seconds, at most a day; None where an answer says nothing that can be read. A date is by the server's clock.

    Args:
        headers: Of the answer, by lower-case names.
    """
    return seconds(headers.get("retry-after", ""), server_time.at(headers, received_at))

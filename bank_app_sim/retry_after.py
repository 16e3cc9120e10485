"""How long a server asks to be left alone, for whoever talks to one without the SDK: the SDK's own reader."""

from impact_sdk.retry_after import LONGEST_SECONDS, seconds

__all__ = ["LONGEST_SECONDS", "seconds"]

"""What every call may be told besides its own arguments, in one place."""

from datetime import timedelta
from typing import TypedDict


class CallOptions(TypedDict, total=False):
    """Keyword arguments of every method of `ImpactAPI` that asks DES.

    Attributes:
        timeout: How long DES may keep one attempt waiting, at each step of it: to connect, to take the request, to
            go on with its answer. A timedelta or seconds; 30 seconds when left out, and never more than 5 to connect.
            However its answer trickles, an attempt ends after the timeout and the time to connect together.
        attempts: How often to try, the first time included, where trying again is right; 3 when left out.

    Both hold as well for the access token, where one has to be fetched first.
    """

    timeout: timedelta | float | None
    attempts: int


class PostOptions(CallOptions, total=False):
    """Keyword arguments of every method that makes something.

    Attributes:
        idempotency_key: To repeat, after `OutcomeUnknown` or a crash, what may have happened already: DES gives the
            first answer again. A new one for each call when left out or None; all attempts of a call share it.
    """

    # ours: docs/des.md 6, Idempotency-Key
    idempotency_key: str | None

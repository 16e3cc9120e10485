"""One attempt at a request, as it is told of afterwards: on errors, on answers, to hooks."""

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class Attempt:
    """One attempt at a request, when it is over.

    Attributes:
        number: Which one of its request, from 1.
        path: What was asked for, below the address of DES and without a query.
        status: What DES answered; None where there was no answer.
        error: The type of what was raised in place of an answer, such as `NotSent`; None where there was one.
        started_at: When it began (UTC), by the client's clock.
        seconds: How long it took, by the machine's steady clock.
        seconds_waited_before: How long the call had waited between the attempt before and this one.
        seconds_waited_for_connection: For how much of `seconds` it had no place among the client's connections.
        request_id: What to tell the vendor's support; None when DES did not name one.
    """

    number: int
    method: str
    path: str
    status: int | None = None
    error: str | None = None
    started_at: datetime
    seconds: float
    seconds_waited_before: float = 0.0
    seconds_waited_for_connection: float = 0.0
    request_id: str | None = None

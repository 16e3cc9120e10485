"""The record of one attempt at a request, for errors, answers and hooks."""

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class Attempt:
    """One attempt at a request that is over.

    Attributes:
        number: Its number within the request, from 1.
        path: Below the address of DES, without the query.
        status: The HTTP status; None if there was no answer.
        error: The class of the error in place of an answer, such as `NotSent`; None if there was an answer.
        started_at: In UTC, by the client's clock.
        seconds: Its duration, by the machine's steady clock.
        seconds_waited_before: How long the call waited after the previous attempt.
        seconds_waited_for_connection: The part of `seconds` in which it waited for a place among the connections.
        request_id: Tell it to the vendor's support; None if DES did not send one.
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

"""The rules of the handover to the host: a table. No I/O, no clock, no tasks.

One handover is one question to the host ("open an account for this user"), known by the request id that DES gave it.
DES knows only whether the launches are paused; all the rest of the state is here:

    IDLE          the host has not been asked, or its answer was no
    ASKING        the host's callback runs
    OVERDUE       the callback took too long and was cancelled, and has not ended yet
    DELIVERING    the callback returned: DES is being told
    UNDELIVERED   DES could not be told; the answer is kept
    INITIATED     DES knows: the launches have started
    CLOSED        the session ended before the host had answered
"""

import enum
from collections.abc import Mapping


class HandoverState(enum.Enum):
    IDLE = "idle"
    ASKING = "asking"
    OVERDUE = "overdue"
    DELIVERING = "delivering"
    UNDELIVERED = "undelivered"
    INITIATED = "initiated"
    CLOSED = "closed"


class Event(enum.Enum):
    """What can happen to a handover."""

    LAUNCH_WAITS = "a launch waits for the host"
    NOT_REGISTERED = "no callback is registered"
    RETURNED = "the callback returned"
    DECLINED = "the callback says that the user declines"
    FAILED = "the callback failed"
    TIME_LIMIT_REACHED = "the callback took too long"
    CANCELLED = "the cancelled task has ended"
    ACCEPTED = "DES has accepted the answer"
    REFUSED = "DES does not accept the answer"
    UNDELIVERABLE = "DES could not be told"
    CLOSE = "the session closes"


class Effect(enum.Enum):
    """What to do about it."""

    ASK = "call the host"
    WAIT = "wait with the others"
    DELIVER = "tell DES"
    START = "release those who wait"
    FAIL = "fail those who wait"
    CANCEL_AND_FAIL = "cancel the task and fail those who wait"
    NOTHING = "nothing"


# The numbers are the rules of docs/handover.md.
TRANSITIONS: Mapping[tuple[HandoverState, Event], tuple[HandoverState, Effect]] = {
    (HandoverState.IDLE, Event.LAUNCH_WAITS): (HandoverState.ASKING, Effect.ASK),  # 1
    (HandoverState.IDLE, Event.CLOSE): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.ASKING, Event.LAUNCH_WAITS): (HandoverState.ASKING, Effect.WAIT),  # 2
    (HandoverState.ASKING, Event.NOT_REGISTERED): (HandoverState.IDLE, Effect.FAIL),  # 8
    (HandoverState.ASKING, Event.RETURNED): (HandoverState.DELIVERING, Effect.DELIVER),  # 3
    (HandoverState.ASKING, Event.DECLINED): (HandoverState.IDLE, Effect.FAIL),  # 5
    (HandoverState.ASKING, Event.FAILED): (HandoverState.IDLE, Effect.FAIL),  # 4, 9
    (HandoverState.ASKING, Event.TIME_LIMIT_REACHED): (HandoverState.OVERDUE, Effect.CANCEL_AND_FAIL),  # 6
    (HandoverState.ASKING, Event.CLOSE): (HandoverState.CLOSED, Effect.CANCEL_AND_FAIL),
    (HandoverState.OVERDUE, Event.LAUNCH_WAITS): (HandoverState.OVERDUE, Effect.FAIL),  # 6: no caller hangs
    (HandoverState.OVERDUE, Event.RETURNED): (HandoverState.DELIVERING, Effect.DELIVER),  # 6: a late answer counts
    (HandoverState.OVERDUE, Event.DECLINED): (HandoverState.IDLE, Effect.NOTHING),
    (HandoverState.OVERDUE, Event.FAILED): (HandoverState.IDLE, Effect.NOTHING),
    (HandoverState.OVERDUE, Event.CANCELLED): (HandoverState.IDLE, Effect.NOTHING),
    (HandoverState.OVERDUE, Event.CLOSE): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.DELIVERING, Event.LAUNCH_WAITS): (HandoverState.DELIVERING, Effect.WAIT),  # 2
    (HandoverState.DELIVERING, Event.ACCEPTED): (HandoverState.INITIATED, Effect.START),  # 3
    (HandoverState.DELIVERING, Event.REFUSED): (HandoverState.IDLE, Effect.FAIL),
    (HandoverState.DELIVERING, Event.UNDELIVERABLE): (HandoverState.UNDELIVERED, Effect.FAIL),  # 11
    (HandoverState.DELIVERING, Event.CLOSE): (HandoverState.UNDELIVERED, Effect.CANCEL_AND_FAIL),
    (HandoverState.UNDELIVERED, Event.LAUNCH_WAITS): (
        HandoverState.DELIVERING,
        Effect.DELIVER,
    ),  # 11: the host is not asked again
    (HandoverState.UNDELIVERED, Event.CANCELLED): (HandoverState.UNDELIVERED, Effect.NOTHING),
    # Closing has cancelled the delivery, but DES had answered already.
    (HandoverState.UNDELIVERED, Event.ACCEPTED): (HandoverState.INITIATED, Effect.START),
    (HandoverState.UNDELIVERED, Event.REFUSED): (HandoverState.IDLE, Effect.NOTHING),
    (HandoverState.UNDELIVERED, Event.UNDELIVERABLE): (HandoverState.UNDELIVERED, Effect.NOTHING),
    # The answer outlives the session: the user's next session delivers it (11).
    (HandoverState.UNDELIVERED, Event.CLOSE): (HandoverState.UNDELIVERED, Effect.NOTHING),
    # DES had the answer before this launch came back: it has started already (2, 13).
    (HandoverState.INITIATED, Event.LAUNCH_WAITS): (HandoverState.INITIATED, Effect.START),
    (HandoverState.INITIATED, Event.CLOSE): (HandoverState.CLOSED, Effect.NOTHING),
    # Closing has cancelled the callback; it ends in some way.
    (HandoverState.CLOSED, Event.RETURNED): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.CLOSED, Event.DECLINED): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.CLOSED, Event.FAILED): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.CLOSED, Event.CANCELLED): (HandoverState.CLOSED, Effect.NOTHING),
    # Its cleaning up takes longer than the time limit.
    (HandoverState.CLOSED, Event.TIME_LIMIT_REACHED): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.CLOSED, Event.CLOSE): (HandoverState.CLOSED, Effect.NOTHING),
}


def next_step(state: HandoverState, event: Event) -> tuple[HandoverState, Effect]:
    """The state after `event`, and what to do. RuntimeError, a fault of the SDK's own, if `event` cannot happen."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise RuntimeError(f"in the handover's state {state.name}, {event.name} cannot happen") from None

"""The rules of the handover to the host: a table. No I/O, no clock, no tasks.

One handover is one question to the host ("open an account for this user"), known by the request id that DES gave it.
DES itself knows only whether the launches are paused; everything else is here:

    IDLE          nobody has been asked, or the answer was no
    ASKING        the host's callback runs
    OVERDUE       it had its time and was cancelled, and has not ended yet
    DELIVERING    it returned: DES is being told
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
    NOT_REGISTERED = "there is no callback"
    RETURNED = "the callback returned"
    DECLINED = "the callback says that the user declines"
    FAILED = "the callback raised, or was none"
    TIME_LIMIT_REACHED = "the callback had its time"
    CANCELLED = "what was cancelled has ended"
    ACCEPTED = "DES took the answer"
    REFUSED = "DES does not want the answer"
    UNDELIVERABLE = "DES could not be reached"
    CLOSE = "the session is closed"


class Effect(enum.Enum):
    """What to do about it."""

    ASK = "call the host"
    WAIT = "wait with the others"
    DELIVER = "tell DES that provisioning is initiated"
    START = "let those who wait fetch their started launches"
    FAIL = "fail those who wait"
    CANCEL_AND_FAIL = "cancel what is running and fail those who wait"
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
    (HandoverState.OVERDUE, Event.LAUNCH_WAITS): (HandoverState.OVERDUE, Effect.FAIL),  # 6: never a hang
    (HandoverState.OVERDUE, Event.RETURNED): (HandoverState.DELIVERING, Effect.DELIVER),  # 6: a late answer is not lost
    (HandoverState.OVERDUE, Event.DECLINED): (HandoverState.IDLE, Effect.NOTHING),
    (HandoverState.OVERDUE, Event.FAILED): (HandoverState.IDLE, Effect.NOTHING),
    (HandoverState.OVERDUE, Event.CANCELLED): (HandoverState.IDLE, Effect.NOTHING),
    (HandoverState.OVERDUE, Event.CLOSE): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.DELIVERING, Event.LAUNCH_WAITS): (HandoverState.DELIVERING, Effect.WAIT),  # 2
    (HandoverState.DELIVERING, Event.ACCEPTED): (HandoverState.INITIATED, Effect.START),  # 3
    (HandoverState.DELIVERING, Event.REFUSED): (HandoverState.IDLE, Effect.FAIL),
    (HandoverState.DELIVERING, Event.UNDELIVERABLE): (HandoverState.UNDELIVERED, Effect.FAIL),  # 11
    (HandoverState.DELIVERING, Event.CLOSE): (HandoverState.UNDELIVERED, Effect.CANCEL_AND_FAIL),
    (HandoverState.UNDELIVERED, Event.LAUNCH_WAITS): (HandoverState.DELIVERING, Effect.DELIVER),  # 11: not asked again
    (HandoverState.UNDELIVERED, Event.CANCELLED): (HandoverState.UNDELIVERED, Effect.NOTHING),
    # A delivery that was cancelled by closing, and was quicker.
    (HandoverState.UNDELIVERED, Event.ACCEPTED): (HandoverState.INITIATED, Effect.START),
    (HandoverState.UNDELIVERED, Event.REFUSED): (HandoverState.IDLE, Effect.NOTHING),
    (HandoverState.UNDELIVERED, Event.UNDELIVERABLE): (HandoverState.UNDELIVERED, Effect.NOTHING),
    # The answer outlives the session: the user's next one delivers it (11).
    (HandoverState.UNDELIVERED, Event.CLOSE): (HandoverState.UNDELIVERED, Effect.NOTHING),
    # The answer overtook the launch's own: it is started already (2, 13).
    (HandoverState.INITIATED, Event.LAUNCH_WAITS): (HandoverState.INITIATED, Effect.START),
    (HandoverState.INITIATED, Event.CLOSE): (HandoverState.CLOSED, Effect.NOTHING),
    # What still comes from a callback that was cancelled by closing.
    (HandoverState.CLOSED, Event.RETURNED): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.CLOSED, Event.DECLINED): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.CLOSED, Event.FAILED): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.CLOSED, Event.CANCELLED): (HandoverState.CLOSED, Effect.NOTHING),
    # It cleans up for longer than its time was.
    (HandoverState.CLOSED, Event.TIME_LIMIT_REACHED): (HandoverState.CLOSED, Effect.NOTHING),
    (HandoverState.CLOSED, Event.CLOSE): (HandoverState.CLOSED, Effect.NOTHING),
}


def next_step(state: HandoverState, event: Event) -> tuple[HandoverState, Effect]:
    """The state after `event`, and what to do. An event that cannot come in `state` is a fault of the SDK's own."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise RuntimeError(f"in the handover's state {state.name}, {event.name} cannot happen") from None

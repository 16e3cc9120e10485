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


class State(enum.Enum):
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
TRANSITIONS: Mapping[tuple[State, Event], tuple[State, Effect]] = {
    (State.IDLE, Event.LAUNCH_WAITS): (State.ASKING, Effect.ASK),  # 1
    (State.IDLE, Event.CLOSE): (State.CLOSED, Effect.NOTHING),
    (State.ASKING, Event.LAUNCH_WAITS): (State.ASKING, Effect.WAIT),  # 2
    (State.ASKING, Event.NOT_REGISTERED): (State.IDLE, Effect.FAIL),  # 8
    (State.ASKING, Event.RETURNED): (State.DELIVERING, Effect.DELIVER),  # 3
    (State.ASKING, Event.DECLINED): (State.IDLE, Effect.FAIL),  # 5
    (State.ASKING, Event.FAILED): (State.IDLE, Effect.FAIL),  # 4, 9
    (State.ASKING, Event.TIME_LIMIT_REACHED): (State.OVERDUE, Effect.CANCEL_AND_FAIL),  # 6
    (State.ASKING, Event.CLOSE): (State.CLOSED, Effect.CANCEL_AND_FAIL),
    (State.OVERDUE, Event.LAUNCH_WAITS): (State.OVERDUE, Effect.FAIL),  # 6: never a hang
    (State.OVERDUE, Event.RETURNED): (State.DELIVERING, Effect.DELIVER),  # 6: a late answer is not lost
    (State.OVERDUE, Event.DECLINED): (State.IDLE, Effect.NOTHING),
    (State.OVERDUE, Event.FAILED): (State.IDLE, Effect.NOTHING),
    (State.OVERDUE, Event.CANCELLED): (State.IDLE, Effect.NOTHING),
    (State.OVERDUE, Event.CLOSE): (State.CLOSED, Effect.NOTHING),
    (State.DELIVERING, Event.LAUNCH_WAITS): (State.DELIVERING, Effect.WAIT),  # 2
    (State.DELIVERING, Event.ACCEPTED): (State.INITIATED, Effect.START),  # 3
    (State.DELIVERING, Event.REFUSED): (State.IDLE, Effect.FAIL),
    (State.DELIVERING, Event.UNDELIVERABLE): (State.UNDELIVERED, Effect.FAIL),  # 11
    (State.DELIVERING, Event.CLOSE): (State.UNDELIVERED, Effect.CANCEL_AND_FAIL),
    (State.UNDELIVERED, Event.LAUNCH_WAITS): (State.DELIVERING, Effect.DELIVER),  # 11: not asked again
    (State.UNDELIVERED, Event.CANCELLED): (State.UNDELIVERED, Effect.NOTHING),
    # A delivery that was cancelled by closing, and was quicker.
    (State.UNDELIVERED, Event.ACCEPTED): (State.INITIATED, Effect.START),
    (State.UNDELIVERED, Event.REFUSED): (State.IDLE, Effect.NOTHING),
    (State.UNDELIVERED, Event.UNDELIVERABLE): (State.UNDELIVERED, Effect.NOTHING),
    # The answer outlives the session: the user's next one delivers it (11).
    (State.UNDELIVERED, Event.CLOSE): (State.UNDELIVERED, Effect.NOTHING),
    # The answer overtook the launch's own: it is started already (2, 13).
    (State.INITIATED, Event.LAUNCH_WAITS): (State.INITIATED, Effect.START),
    (State.INITIATED, Event.CLOSE): (State.CLOSED, Effect.NOTHING),
    # What still comes from a callback that was cancelled by closing.
    (State.CLOSED, Event.RETURNED): (State.CLOSED, Effect.NOTHING),
    (State.CLOSED, Event.DECLINED): (State.CLOSED, Effect.NOTHING),
    (State.CLOSED, Event.FAILED): (State.CLOSED, Effect.NOTHING),
    (State.CLOSED, Event.CANCELLED): (State.CLOSED, Effect.NOTHING),
    # It cleans up for longer than its time was.
    (State.CLOSED, Event.TIME_LIMIT_REACHED): (State.CLOSED, Effect.NOTHING),
    (State.CLOSED, Event.CLOSE): (State.CLOSED, Effect.NOTHING),
}


def next_step(state: State, event: Event) -> tuple[State, Effect]:
    """The state after `event`, and what to do. An event that cannot come in `state` is a fault of the SDK's own."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise RuntimeError(f"in the handover's state {state.name}, {event.name} cannot happen") from None

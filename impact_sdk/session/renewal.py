"""The rules of a session's life: a table. No I/O, no clock, no tasks.

A session that is renewed by ID tokens asks the host for a new one shortly before it ends, or when DES does not know it
any more. One that is renewed by activity knows LIVE and ENDED only.

    LIVE          DES knows the session
    ASKING        its end is near: the host is asked for a new ID token
    PROLONGING    the host has given one: DES is told, and the session lasts longer
    RUNNING_OUT   it will not be renewed, and lasts until its end
    LOST          DES does not know it any more (401): the host is asked for a new ID token
    RELAUNCHING   the host has given one: DES begins another session for the same user
    ENDED         for good: nothing leads out of here
"""

import enum
from collections.abc import Mapping


class State(enum.Enum):
    LIVE = "live"
    ASKING = "asking"
    PROLONGING = "prolonging"
    RUNNING_OUT = "running out"
    LOST = "lost"
    RELAUNCHING = "relaunching"
    ENDED = "ended"


class Event(enum.Enum):
    """What can happen to a session."""

    RENEWAL_DUE = "its end is near"
    UNAUTHORIZED = "DES answered a call with 401"
    NOT_REGISTERED = "there is no callback"
    ANSWERED = "the host has given a token"
    NOT_ANSWERED = "the host has given none"
    ACCEPTED = "DES took the token"
    NOTHING_GAINED = "DES took the token, which lasts no longer than the one before"
    REFUSED = "DES does not take the token"
    UNDELIVERABLE = "DES could not be reached"
    END_REACHED = "its end has come"
    SIGNED_OUT = "the user signs out"
    CLOSED = "the host closes it"


class Effect(enum.Enum):
    """What to do about it."""

    ASK = "call the host"
    WAIT = "wait with the others"
    PROLONG = "send the token for this session"
    RELAUNCH = "begin another session with the token"
    GO_ON = "let those who wait try again"
    END = "fail those who wait, cancel what is running, and tell the host"
    END_QUIETLY = "the same, and the host knows"
    REFUSE = "fail whoever comes"
    NOTHING = "nothing"


_ALIVE = [state for state in State if state is not State.ENDED]

TRANSITIONS: Mapping[tuple[State, Event], tuple[State, Effect]] = {
    (State.LIVE, Event.RENEWAL_DUE): (State.ASKING, Effect.ASK),
    (State.LIVE, Event.UNAUTHORIZED): (State.LOST, Effect.ASK),
    # One question at a time, whatever else happens meanwhile.
    (State.ASKING, Event.UNAUTHORIZED): (State.LOST, Effect.WAIT),
    (State.ASKING, Event.NOT_REGISTERED): (State.RUNNING_OUT, Effect.NOTHING),
    (State.ASKING, Event.ANSWERED): (State.PROLONGING, Effect.PROLONG),
    (State.ASKING, Event.NOT_ANSWERED): (State.ENDED, Effect.END),
    (State.PROLONGING, Event.UNAUTHORIZED): (State.PROLONGING, Effect.WAIT),
    (State.PROLONGING, Event.ACCEPTED): (State.LIVE, Effect.GO_ON),
    # Asking again would be asking for ever.
    (State.PROLONGING, Event.NOTHING_GAINED): (State.RUNNING_OUT, Effect.GO_ON),
    (State.PROLONGING, Event.REFUSED): (State.ENDED, Effect.END),
    (State.PROLONGING, Event.UNDELIVERABLE): (State.ENDED, Effect.END),
    (State.RUNNING_OUT, Event.UNAUTHORIZED): (State.LOST, Effect.ASK),
    (State.LOST, Event.UNAUTHORIZED): (State.LOST, Effect.WAIT),
    (State.LOST, Event.NOT_REGISTERED): (State.ENDED, Effect.END),
    (State.LOST, Event.ANSWERED): (State.RELAUNCHING, Effect.RELAUNCH),
    (State.LOST, Event.NOT_ANSWERED): (State.ENDED, Effect.END),
    (State.RELAUNCHING, Event.UNAUTHORIZED): (State.RELAUNCHING, Effect.WAIT),
    (State.RELAUNCHING, Event.ACCEPTED): (State.LIVE, Effect.GO_ON),
    (State.RELAUNCHING, Event.REFUSED): (State.ENDED, Effect.END),
    (State.RELAUNCHING, Event.UNDELIVERABLE): (State.ENDED, Effect.END),
    **{(state, Event.END_REACHED): (State.ENDED, Effect.END) for state in _ALIVE},
    **{(state, Event.SIGNED_OUT): (State.ENDED, Effect.END) for state in _ALIVE},
    **{(state, Event.CLOSED): (State.ENDED, Effect.END_QUIETLY) for state in _ALIVE},
    # What still comes is too late.
    **{(State.ENDED, event): (State.ENDED, Effect.NOTHING) for event in Event},
    (State.ENDED, Event.UNAUTHORIZED): (State.ENDED, Effect.REFUSE),
}


def next_step(state: State, event: Event) -> tuple[State, Effect]:
    """The state after `event`, and what to do. An event that cannot come in `state` is a fault of the SDK's own."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise RuntimeError(f"in the session's state {state.name}, {event.name} cannot happen") from None

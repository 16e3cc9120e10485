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


class SessionState(enum.Enum):
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


_ALIVE = [state for state in SessionState if state is not SessionState.ENDED]

TRANSITIONS: Mapping[tuple[SessionState, Event], tuple[SessionState, Effect]] = {
    (SessionState.LIVE, Event.RENEWAL_DUE): (SessionState.ASKING, Effect.ASK),
    (SessionState.LIVE, Event.UNAUTHORIZED): (SessionState.LOST, Effect.ASK),
    # One question at a time, whatever else happens meanwhile.
    (SessionState.ASKING, Event.UNAUTHORIZED): (SessionState.LOST, Effect.WAIT),
    (SessionState.ASKING, Event.NOT_REGISTERED): (SessionState.RUNNING_OUT, Effect.NOTHING),
    (SessionState.ASKING, Event.ANSWERED): (SessionState.PROLONGING, Effect.PROLONG),
    (SessionState.ASKING, Event.NOT_ANSWERED): (SessionState.ENDED, Effect.END),
    (SessionState.PROLONGING, Event.UNAUTHORIZED): (SessionState.PROLONGING, Effect.WAIT),
    (SessionState.PROLONGING, Event.ACCEPTED): (SessionState.LIVE, Effect.GO_ON),
    # Asking again would be asking for ever.
    (SessionState.PROLONGING, Event.NOTHING_GAINED): (SessionState.RUNNING_OUT, Effect.GO_ON),
    (SessionState.PROLONGING, Event.REFUSED): (SessionState.ENDED, Effect.END),
    (SessionState.PROLONGING, Event.UNDELIVERABLE): (SessionState.ENDED, Effect.END),
    (SessionState.RUNNING_OUT, Event.UNAUTHORIZED): (SessionState.LOST, Effect.ASK),
    (SessionState.LOST, Event.UNAUTHORIZED): (SessionState.LOST, Effect.WAIT),
    (SessionState.LOST, Event.NOT_REGISTERED): (SessionState.ENDED, Effect.END),
    (SessionState.LOST, Event.ANSWERED): (SessionState.RELAUNCHING, Effect.RELAUNCH),
    (SessionState.LOST, Event.NOT_ANSWERED): (SessionState.ENDED, Effect.END),
    (SessionState.RELAUNCHING, Event.UNAUTHORIZED): (SessionState.RELAUNCHING, Effect.WAIT),
    (SessionState.RELAUNCHING, Event.ACCEPTED): (SessionState.LIVE, Effect.GO_ON),
    (SessionState.RELAUNCHING, Event.REFUSED): (SessionState.ENDED, Effect.END),
    (SessionState.RELAUNCHING, Event.UNDELIVERABLE): (SessionState.ENDED, Effect.END),
    **{(state, Event.END_REACHED): (SessionState.ENDED, Effect.END) for state in _ALIVE},
    **{(state, Event.SIGNED_OUT): (SessionState.ENDED, Effect.END) for state in _ALIVE},
    **{(state, Event.CLOSED): (SessionState.ENDED, Effect.END_QUIETLY) for state in _ALIVE},
    # What still comes is too late.
    **{(SessionState.ENDED, event): (SessionState.ENDED, Effect.NOTHING) for event in Event},
    (SessionState.ENDED, Event.UNAUTHORIZED): (SessionState.ENDED, Effect.REFUSE),
}


def next_step(state: SessionState, event: Event) -> tuple[SessionState, Effect]:
    """The state after `event`, and what to do. An event that cannot come in `state` is a fault of the SDK's own."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise RuntimeError(f"in the session's state {state.name}, {event.name} cannot happen") from None

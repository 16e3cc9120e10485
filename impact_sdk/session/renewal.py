"""The rules of a session's life: a table. No I/O, no clock, no tasks.

A session that ID tokens renew asks the host for a new token shortly before its end, or when DES does not know it any
more. A session that activity renews is LIVE and then ENDED; it has no other state.

    LIVE            DES knows the session
    ASKING          its end is near: the host is asked for a new ID token
    PROLONGING      the host has given a token: DES is told, and the session lasts longer
    RUNNING_OUT     no callback is registered: the session lasts until its end
    NOT_PROLONGED   the new token lasts no longer than the old one: the session lasts until its end
    LOST            DES does not know the session any more (401): the host is asked for a new ID token
    RELAUNCHING     the host has given a token: DES begins another session for the same user
    ENDED           for good: no event leads to another state
"""

import enum
from collections.abc import Mapping


class SessionState(enum.Enum):
    LIVE = "live"
    ASKING = "asking"
    PROLONGING = "prolonging"
    RUNNING_OUT = "running out"
    NOT_PROLONGED = "not prolonged"
    LOST = "lost"
    RELAUNCHING = "relaunching"
    ENDED = "ended"


class Event(enum.Enum):
    """What can happen to a session."""

    RENEWAL_DUE = "its end is near"
    UNAUTHORIZED = "DES answered a call with 401"
    NOT_REGISTERED = "no callback is registered"
    ANSWERED = "the host has given a token"
    NOT_ANSWERED = "the host has given no token"
    ACCEPTED = "DES has accepted the token"
    NOTHING_GAINED = "DES has accepted the token, which lasts no longer than the one before"
    REFUSED = "DES does not accept the token"
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
    END = "fail those who wait, and tell the host"
    END_QUIETLY = "fail those who wait"
    REFUSE = "fail the caller"
    NOTHING = "nothing"


_ALIVE = [state for state in SessionState if state is not SessionState.ENDED]

TRANSITIONS: Mapping[tuple[SessionState, Event], tuple[SessionState, Effect]] = {
    (SessionState.LIVE, Event.RENEWAL_DUE): (SessionState.ASKING, Effect.ASK),
    (SessionState.LIVE, Event.UNAUTHORIZED): (SessionState.LOST, Effect.ASK),
    # One question at a time, whatever happens meanwhile.
    (SessionState.ASKING, Event.UNAUTHORIZED): (SessionState.LOST, Effect.WAIT),
    (SessionState.ASKING, Event.NOT_REGISTERED): (SessionState.RUNNING_OUT, Effect.NOTHING),
    (SessionState.ASKING, Event.ANSWERED): (SessionState.PROLONGING, Effect.PROLONG),
    (SessionState.ASKING, Event.NOT_ANSWERED): (SessionState.ENDED, Effect.END),
    (SessionState.PROLONGING, Event.UNAUTHORIZED): (SessionState.PROLONGING, Effect.WAIT),
    (SessionState.PROLONGING, Event.ACCEPTED): (SessionState.LIVE, Effect.GO_ON),
    # The next token would last no longer either, so the host would be asked forever.
    (SessionState.PROLONGING, Event.NOTHING_GAINED): (SessionState.NOT_PROLONGED, Effect.GO_ON),
    (SessionState.PROLONGING, Event.REFUSED): (SessionState.ENDED, Effect.END),
    (SessionState.PROLONGING, Event.UNDELIVERABLE): (SessionState.ENDED, Effect.END),
    (SessionState.RUNNING_OUT, Event.UNAUTHORIZED): (SessionState.LOST, Effect.ASK),
    (SessionState.NOT_PROLONGED, Event.UNAUTHORIZED): (SessionState.LOST, Effect.ASK),
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
    # It comes too late.
    **{(SessionState.ENDED, event): (SessionState.ENDED, Effect.NOTHING) for event in Event},
    (SessionState.ENDED, Event.UNAUTHORIZED): (SessionState.ENDED, Effect.REFUSE),
}


def next_step(state: SessionState, event: Event) -> tuple[SessionState, Effect]:
    """The state after `event`, and what to do; RuntimeError, a fault of the SDK's own, if `event` cannot happen."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise RuntimeError(f"in the session's state {state.name}, {event.name} cannot happen") from None

"""The table of a session's life, every row of it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk.session.renewal import TRANSITIONS, Effect, Event, SessionState, next_step

PAIRS = list(itertools.product(SessionState, Event))
# What a question to the host, or the token that it gave, can come to.
ANSWERS = {Event.NOT_REGISTERED, Event.ANSWERED, Event.NOT_ANSWERED}
# The states in which nothing is under way.
IDLE = {SessionState.LIVE, SessionState.RUNNING_OUT, SessionState.NOT_PROLONGED, SessionState.ENDED}
DELIVERIES = {Event.ACCEPTED, Event.NOTHING_GAINED, Event.REFUSED, Event.UNDELIVERABLE}


@pytest.mark.parametrize(("state", "event"), PAIRS, ids=lambda each: each.name)
def test_every_pair_of_state_and_event_is_a_rule_or_an_error(state: SessionState, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert next_step(state, event) == TRANSITIONS[state, event]
    else:
        with pytest.raises(RuntimeError, match=f"{state.name}, {event.name} cannot happen"):
            next_step(state, event)


def test_every_state_can_be_reached_from_the_first_one() -> None:
    reached = {SessionState.LIVE}
    for _ in SessionState:
        reached |= {after for (state, _), (after, _) in TRANSITIONS.items() if state in reached}

    assert reached == set(SessionState)


@pytest.mark.parametrize("state", SessionState)
@pytest.mark.parametrize("event", [Event.END_REACHED, Event.SIGNED_OUT, Event.CLOSED, Event.UNAUTHORIZED])
def test_events_from_outside_can_happen_in_every_state(state: SessionState, event: Event) -> None:
    assert next_step(state, event)


@pytest.mark.parametrize("event", [Event.UNAUTHORIZED, Event.ANSWERED, Event.ACCEPTED, Event.NOTHING_GAINED])
def test_an_event_that_brings_no_exit_ends_no_session(event: Event) -> None:
    effects = {effect for (_, happened), (_, effect) in TRANSITIONS.items() if happened is event}

    assert effects.isdisjoint({Effect.END, Effect.END_QUIETLY})


@pytest.mark.parametrize("event", Event)
def test_an_ended_session_stays_ended(event: Event) -> None:
    after, effect = next_step(SessionState.ENDED, event)

    assert after is SessionState.ENDED
    assert effect in (Effect.NOTHING, Effect.REFUSE)


@pytest.mark.parametrize("state", SessionState)
def test_a_call_that_des_refused_never_hangs(state: SessionState) -> None:
    after, effect = next_step(state, Event.UNAUTHORIZED)

    assert effect in (Effect.ASK, Effect.WAIT, Effect.REFUSE)
    if effect is Effect.WAIT:
        assert after in (SessionState.LOST, SessionState.PROLONGING, SessionState.RELAUNCHING)


def happen(state: SessionState, event: Event, running: int) -> tuple[SessionState, Effect, int] | None:
    """The next step, with the number of questions and deliveries under way; None if the event cannot happen."""
    if (state, event) not in TRANSITIONS or (event in ANSWERS | DELIVERIES and not running):
        return None
    state, effect = next_step(state, event)
    running += (effect is Effect.ASK) - (event in DELIVERIES | ANSWERS)
    running += effect in (Effect.PROLONG, Effect.RELAUNCH)
    return state, effect, 0 if state is SessionState.ENDED else running


@given(st.lists(st.sampled_from(Event)))
def test_the_host_is_never_asked_while_an_earlier_question_is_open(events: list[Event]) -> None:
    state, running = SessionState.LIVE, 0
    for event in events:
        step = happen(state, event, running)
        if step is not None:
            state, _, running = step
            assert running in (0, 1)
            assert (running == 0) == (state in IDLE)


@given(st.lists(st.sampled_from(Event)))
def test_the_host_hears_of_the_end_once_at_most_and_never_when_it_closed_it(events: list[Event]) -> None:
    state, running, heard, closed = SessionState.LIVE, 0, 0, False
    for event in events:
        step = happen(state, event, running)
        if step is not None:
            closed = closed or (event is Event.CLOSED and state is not SessionState.ENDED)
            state, effect, running = step
            heard += effect is Effect.END
    assert heard == (state is SessionState.ENDED and not closed)

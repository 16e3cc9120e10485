"""The table of the handover, every row of it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk.handover.asking import Result
from impact_sdk.handover.rules import TRANSITIONS, Effect, Event, HandoverState, next_step

PAIRS = list(itertools.product(HandoverState, Event))
CALLBACK_ENDS = {Event.RETURNED, Event.DECLINED, Event.FAILED, Event.CANCELLED, Event.NOT_REGISTERED}


@pytest.mark.parametrize(("state", "event"), PAIRS, ids=lambda each: each.name)
def test_every_pair_of_state_and_event_is_a_rule_or_an_error(state: HandoverState, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert next_step(state, event) == TRANSITIONS[state, event]
    else:
        with pytest.raises(RuntimeError, match=f"{state.name}, {event.name} cannot happen"):
            next_step(state, event)


def test_every_state_can_be_reached_from_the_first_one() -> None:
    reached = {HandoverState.IDLE}
    for _ in HandoverState:
        reached |= {after for (state, _), (after, _) in TRANSITIONS.items() if state in reached}

    assert reached == set(HandoverState)


@pytest.mark.parametrize("state", HandoverState)
def test_a_session_can_be_closed_in_every_state(state: HandoverState) -> None:
    assert next_step(state, Event.CLOSE)


@pytest.mark.parametrize("state", [state for state in HandoverState if state is not HandoverState.CLOSED])
def test_a_paused_launch_never_hangs(state: HandoverState) -> None:
    """A caller with a paused launch asks, waits for an answer that is under way, or gets an error at once."""
    after, effect = next_step(state, Event.LAUNCH_WAITS)

    assert effect is not Effect.NOTHING
    if effect is Effect.WAIT:
        assert after in (HandoverState.ASKING, HandoverState.DELIVERING)


@pytest.mark.parametrize("event", [Event.RETURNED, Event.ACCEPTED, Event.CANCELLED])
def test_an_event_that_brings_no_error_fails_nobody(event: Event) -> None:
    effects = {effect for (_, happened), (_, effect) in TRANSITIONS.items() if happened is event}

    assert effects.isdisjoint({Effect.FAIL, Effect.CANCEL_AND_FAIL})


def test_a_failure_without_an_error_is_never_a_success() -> None:
    error = Result(Event.FAILED).error([])

    assert isinstance(error, RuntimeError)
    assert "failed without an error" in str(error)


@given(st.lists(st.sampled_from(Event)))
def test_the_host_is_never_asked_while_an_earlier_call_runs(events: list[Event]) -> None:
    state, running = HandoverState.IDLE, 0
    for event in events:
        if (state, event) not in TRANSITIONS:
            continue
        if event in CALLBACK_ENDS and state in (HandoverState.ASKING, HandoverState.OVERDUE):
            running -= 1
        state, effect = next_step(state, event)
        running += effect is Effect.ASK
        assert running in (0, 1)


@given(st.lists(st.sampled_from(Event)))
def test_after_an_answer_the_host_is_not_asked_again_unless_des_refuses_it(events: list[Event]) -> None:
    state, answered = HandoverState.IDLE, False
    for event in events:
        if (state, event) not in TRANSITIONS:
            continue
        answered = (
            answered or (event is Event.RETURNED and state is not HandoverState.CLOSED)
        ) and event is not Event.REFUSED
        state, effect = next_step(state, event)
        assert not (answered and effect is Effect.ASK)

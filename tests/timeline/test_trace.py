"""The trace: in order, complete or the latest, and drawn without what repeats."""

from datetime import UTC, datetime

from bank_app_sim.timeline.clock import SimulatedClock
from bank_app_sim.timeline.trace import Message, Trace, folded

START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)


def exchange(trace: Trace, label: str, status: int = 200) -> None:
    trace.record("bank_backend", "des", label, kind="request", detail={"request_id": str(len(trace))})
    trace.record("des", "bank_backend", f"{status} OK", kind="response", detail={"status": status})


def test_messages_are_numbered_in_order_and_all_kept() -> None:
    trace = Trace(SimulatedClock(START))
    for _ in range(3_000):
        exchange(trace, "GET /transactions")

    assert [message.n for message in trace] == list(range(1, 6_001))


def test_a_trace_that_keeps_the_latest_goes_on_counting() -> None:
    trace = Trace(SimulatedClock(START), keep=4)
    for _ in range(10):
        exchange(trace, "GET /transactions")

    assert [message.n for message in trace] == [17, 18, 19, 20]


def test_an_exchange_that_repeats_is_drawn_once_with_its_number() -> None:
    trace = Trace(SimulatedClock(START))
    exchange(trace, "POST /accounts")
    for _ in range(5):
        exchange(trace, "GET /transactions")
    exchange(trace, "POST /accounts")

    assert [(message.label, times) for message, times in folded(trace)] == [
        ("POST /accounts", 1),
        ("200 OK", 1),
        ("GET /transactions", 5),
        ("200 OK", 5),
        ("POST /accounts", 1),
        ("200 OK", 1),
    ]


def test_an_answer_that_differs_is_drawn() -> None:
    trace = Trace(SimulatedClock(START))
    exchange(trace, "GET /transactions")
    exchange(trace, "GET /transactions", status=503)

    assert len(folded(trace)) == 4


def test_nothing_is_recorded_after_the_end() -> None:
    trace = Trace(SimulatedClock(START))
    exchange(trace, "POST /accounts")
    trace.stop()
    exchange(trace, "GET /users")

    assert len(trace) == 2


def test_mermaid_labels_have_no_character_that_ends_a_statement() -> None:
    trace = Trace(SimulatedClock(START))
    trace.record("sdk", "des", "a; b #1", kind="request")

    assert trace.mermaid().splitlines()[-1] == "    sdk ->> des: a, b 1"


def test_a_label_of_several_lines_is_one_line_of_mermaid() -> None:
    trace = Trace(SimulatedClock(START))
    trace.record("sdk", "des", "a\n    des ->> sdk: b", kind="request")

    assert trace.mermaid().splitlines()[-1] == "    sdk ->> des: a des ->> sdk: b"


def test_a_message_can_be_read_back() -> None:
    trace = Trace(SimulatedClock(START))
    exchange(trace, "POST /accounts")

    assert [Message.from_json(values) for values in trace.as_json()] == list(trace)

"""Spans and metrics of OpenTelemetry, as a hook: `ImpactSDK(…, hooks=[OpenTelemetry()])`. Needs the extra `otel`.

Each call of the SDK, such as `session.launch_savehack`, is a span. It has one child for each attempt, which is what
goes over the network; between two attempts is the wait. Each callback of the host is a span too, the parent of the
host's own spans. The headers carry W3C trace context. Names and attributes follow the semantic conventions for HTTP
clients; ours begin with `impact.`.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs

from .http.hooks import (
    AttemptEnded,
    AttemptStarted,
    CallEnded,
    CallStarted,
    HandoverEnded,
    HandoverOutcome,
    HandoverStarted,
    HookEvent,
    WaitStarted,
)
from .version import __version__

try:
    from opentelemetry import context, metrics, trace
    from opentelemetry.propagators.textmap import TextMapPropagator
    from opentelemetry.trace import SpanKind, Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    from opentelemetry.util.types import AttributeValue
except ImportError as error:
    raise ImportError('impact_sdk.otel needs OpenTelemetry: pip install "impact-sdk[otel]"') from error

DEFAULT_PORTS = {"http": 80, "https": 443}
NOT_WELL = {HandoverOutcome.FAILED, HandoverOutcome.TIMED_OUT, HandoverOutcome.CANCELLED}

# The buckets of the semantic conventions for requests, and longer ones for calls that wait for a person.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 300, 1800)
ATTEMPTS = (1, 2, 3, 4, 5, 10, 20, 50)

# The key in a context for our own span.
WITHIN = context.create_key("impact-sdk")


@attrs.define(eq=False)
class _Open:
    """One of our spans, and the context in which it is the current span."""

    span: trace.Span
    within: context.Context
    token: Any
    has_ended: bool = False


class OpenTelemetry:
    """A hook that makes spans and metrics. Several clients may share one.

    Args:
        tracer_provider: Makes the spans; the global one if left out.
        meter_provider: Makes the metrics; the global one if left out.
        propagator: Writes the trace headers; W3C trace context if left out. Baggage is not sent: it may hold anything.
    """

    def __init__(
        self,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        *,
        propagator: TextMapPropagator | None = None,
    ) -> None:
        self._tracer = trace.get_tracer("impact_sdk", __version__, tracer_provider)
        self._propagator = propagator or TraceContextTextMapPropagator()
        self._calls: dict[int, _Open] = {}
        self._attempts: dict[int, _Open] = {}
        self._handovers: dict[int, _Open] = {}
        meter = metrics.get_meter("impact_sdk", __version__, meter_provider)

        def seconds(name: str, what: str) -> metrics.Histogram:
            return meter.create_histogram(name, "s", what, explicit_bucket_boundaries_advisory=SECONDS)

        self._duration = seconds("http.client.request.duration", "Duration of each attempt at a request.")
        self._call_duration = seconds("impact.call.duration", "Duration of each call of the SDK.")
        self._pool_wait = seconds("impact.connection.wait", "How long an attempt had no place among the connections.")
        self._tried = meter.create_histogram(
            "impact.call.attempts",
            "{attempt}",
            "Requests of each call of the SDK.",
            explicit_bucket_boundaries_advisory=ATTEMPTS,
        )
        self._asked = meter.create_counter("impact.handovers.asked", "{handover}", "Questions to the host.")
        self._ended = meter.create_counter("impact.handovers.ended", "{handover}", "How they ended.")

    def __call__(self, event: HookEvent) -> None:
        """Called by the client."""
        match event:
            case CallStarted():
                self._calls[event.id] = self._opened(event.name, SpanKind.INTERNAL, {"impact.call": event.name})
            case CallEnded():
                self._call_ended(event)
            case AttemptStarted():
                self._attempt_started(event)
            case AttemptEnded():
                self._attempt_ended(event)
            case WaitStarted():
                if (call := self._calls.get(event.call.id)) is not None:
                    call.span.add_event("impact.wait", {"impact.wait.seconds": event.seconds})
            case HandoverStarted():
                about = {"impact.callback": event.callback}
                self._handovers[event.id] = self._opened(f"callback {event.callback}", SpanKind.INTERNAL, about)
                self._asked.add(1, about)
            case HandoverEnded():
                self._handover_ended(event)

    def _call_ended(self, event: CallEnded) -> None:
        about: dict[str, AttributeValue] = {"impact.call": event.call.name}
        if event.error is not None:
            about["error.type"] = event.error
        self._call_duration.record(event.seconds, about)
        self._tried.record(event.attempts, about)
        self._close(self._calls.pop(event.call.id, None), event.error, event.message)

    def _attempt_started(self, event: AttemptStarted) -> None:
        about = {**_request(event), "url.full": event.url}
        if event.number > 1:
            about["http.request.resend_count"] = event.number - 1
        attempt = self._opened(f"{event.method} {event.route}", SpanKind.CLIENT, about)
        # One attempt of a call at a time.
        self._attempts[event.call.id] = attempt
        sent_along: dict[str, str] = {}
        self._propagator.inject(sent_along, attempt.within)
        for name, value in sent_along.items():
            event.add_header(name, value)

    def _attempt_ended(self, event: AttemptEnded) -> None:
        attempt, about, span = event.attempt, _request(event.started), self._attempts.pop(event.call.id, None)
        error = attempt.error
        if attempt.status is not None:
            about["http.response.status_code"] = attempt.status
            error = str(attempt.status) if attempt.status >= 400 else error
        if error is not None:
            about["error.type"] = error
        self._duration.record(attempt.seconds, about)
        self._pool_wait.record(attempt.seconds_waited_for_connection, {"server.address": about["server.address"]})
        if span is not None:
            if attempt.status is not None:
                span.span.set_attribute("http.response.status_code", attempt.status)
            if attempt.request_id is not None:
                span.span.set_attribute("impact.request_id", attempt.request_id)
        self._close(span, error)

    def _handover_ended(self, event: HandoverEnded) -> None:
        outcome = event.outcome
        self._ended.add(1, {"impact.callback": event.handover.callback, "impact.outcome": outcome.value})
        handover = self._handovers.pop(event.handover.id, None)
        if handover is not None:
            handover.span.set_attribute("impact.outcome", outcome.value)
        self._close(handover, outcome.value if outcome in NOT_WELL else None)

    def _opened(self, name: str, kind: SpanKind, about: Mapping[str, AttributeValue]) -> _Open:
        """Open a span below the current one, and make it the current one."""
        parent, links = context.get_current(), []
        above = context.get_value(WITHIN, parent)
        if isinstance(above, _Open) and above.has_ended and trace.get_current_span(parent) is above.span:
            # Work that goes on after its call, such as the renewal of a session, is its own trace.
            parent, links = context.Context(), [trace.Link(above.span.get_span_context())]
        span = self._tracer.start_span(name, parent, kind, about, links)
        opened = _Open(span, trace.set_span_in_context(span, parent), None)
        opened.within = context.set_value(WITHIN, opened, opened.within)
        opened.token = context.attach(opened.within)
        return opened

    def _close(self, opened: _Open | None, error: str | None, message: str | None = None) -> None:
        if opened is None:
            return
        opened.has_ended = True
        if error is not None:
            opened.span.set_attribute("error.type", error)
            opened.span.set_status(Status(StatusCode.ERROR, message))
        opened.span.end()
        if error != GeneratorExit.__name__:  # thrown away by the interpreter, in some other context
            context.detach(opened.token)


def _request(event: AttemptStarted) -> dict[str, AttributeValue]:
    server = urlsplit(event.url)
    return {
        "http.request.method": event.method,
        "url.template": event.route,
        "server.address": server.hostname or "",
        "server.port": server.port or DEFAULT_PORTS[server.scheme],
    }

"""What OpenTelemetry has seen of a client."""

from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from impact_sdk.otel import OpenTelemetry

from ..conftest import BASE


class Seen:
    """All that was exported."""

    def __init__(self) -> None:
        self._exporter, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.hook = OpenTelemetry(self.provider, MeterProvider([self._reader]))

    @property
    def spans(self) -> list[ReadableSpan]:
        return sorted(self._exporter.get_finished_spans(), key=lambda span: span.start_time or 0)

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]

    def tree(self) -> list[str]:
        """Each span as the path that leads to it."""
        by_id = {span.context.span_id: span for span in self.spans if span.context}

        def path(span: ReadableSpan) -> str:
            return f"{path(by_id[span.parent.span_id])} > {span.name}" if span.parent else span.name

        return [path(span) for span in self.spans]

    def metrics(self) -> dict[str, list[Any]]:
        data = self._reader.get_metrics_data()
        scopes = [scope for resource in data.resource_metrics for scope in resource.scope_metrics] if data else []
        return {metric.name: list(metric.data.data_points) for scope in scopes for metric in scope.metrics}

    def everything(self) -> str:
        return "".join(span.to_json() for span in self.spans) + repr(self.metrics())


ABOUT = {
    "http.request.method": "GET",
    "url.template": "/v1/dreams/{id}",
    "url.full": f"{BASE}/v1/dreams/d1",
    "server.address": "des.example",
    "server.port": 443,
}

"""The spans of a first journey, as OpenTelemetry has them: launch, Dream, savehack, the bank's callback, deliveries.

In a bank's own app the exporter is the one that it has already; `OpenTelemetry()` finds the global one by itself.

It needs `opentelemetry-sdk`, which brings the exporter. Run it: uv run python examples/spans.py
"""

from collections import defaultdict

import anyio
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bank_app_sim import Simulation
from impact_sdk import AccountProvisioningRequest, Weekly
from impact_sdk.otel import OpenTelemetry

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))


async def open_account(request: AccountProvisioningRequest) -> None:
    """What the bank's own code does hangs below the SDK's span for the callback."""
    with trace.get_tracer("bank", tracer_provider=provider).start_as_current_span("bank: open an account"):
        await anyio.lowlevel.checkpoint()


async def main() -> None:
    async with Simulation(seed=7) as sim:
        sdk = sim.sdk(hooks=[OpenTelemetry(provider)])
        sdk.register(account_provisioning_requested=open_account)
        async with await sdk.launch(sim.id_token("ada"), locale="sv-SE") as session:
            dream = await session.create_dream("Bike", target_cents=250_000)
            await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
            async for _ in session.transactions():
                pass
    print(table(exporter.get_finished_spans()))


def table(spans: tuple[ReadableSpan, ...]) -> str:
    """Each span below its parent, in the order in which they began."""
    below: dict[int | None, list[ReadableSpan]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: span.start_time or 0):
        below[span.parent.span_id if span.parent else None].append(span)

    def lines(parent: int | None, depth: int) -> list[str]:
        found = []
        for span in below[parent]:
            about = span.attributes or {}
            said = about.get("http.response.status_code") or about.get("impact.outcome") or ""
            found.append(f"{'  ' * depth + span.name:<50} {span.kind.name.lower():<9} {said}".rstrip())
            found += lines(span.context.span_id if span.context else None, depth + 1)
        return found

    return "\n".join(lines(None, 0))


anyio.run(main)

"""Spans and metrics of the real SDK, from OpenTelemetry's own exporters in memory."""

import subprocess
import sys
from collections import Counter
from contextvars import copy_context

import anyio
import httpx
import pytest
import respx
from opentelemetry import baggage, context, trace

from bank_app_sim import Simulation
from impact_sdk import (
    AccountProvisioningRequest,
    CallEnded,
    CallStarted,
    ImpactAPI,
    NotFound,
    Weekly,
)

from ..answers import DREAM
from ..fixed_clock import FixedClock
from .seen import ABOUT, Seen


async def test_the_spans_of_a_first_journey_hang_where_they_belong(seen: Seen) -> None:
    async def open_account(request: AccountProvisioningRequest) -> None:
        with trace.get_tracer("bank", tracer_provider=seen.provider).start_as_current_span("the bank's own"):
            await anyio.lowlevel.checkpoint()

    async with Simulation(seed=7) as sim:
        sdk = sim.sdk(hooks=[seen.hook])
        sdk.register(account_provisioning_requested=open_account)
        async with await sdk.launch(token := sim.id_token("ada")) as session:
            dream = await session.create_dream("Bike", target_cents=250_000)
            await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))
            assert [deposit async for deposit in session.transactions()]

    launching = "session.launch_savehack"
    assert seen.tree() == [
        "sdk.launch",
        "sdk.launch > POST /users/verify_token",
        "session.create_dream",
        "session.create_dream > POST /v1/dreams",
        launching,
        f"{launching} > GET /v1/savehacks",
        f"{launching} > POST /v1/savehack-launches",
        f"{launching} > callback account_provisioning_requested",
        f"{launching} > callback account_provisioning_requested > the bank's own",
        f"{launching} > users.update",
        f"{launching} > users.update > PATCH /v1/users/{{id}}",
        f"{launching} > GET /v1/savehack-launches",
        "session.transactions",
        "session.transactions > GET /v1/transactions",
    ]
    assert token not in seen.everything()
    assert not trace.get_current_span().get_span_context().is_valid


async def test_attempts_are_siblings_and_waits_are_between_them(
    seen: Seen, traced: ImpactAPI, des: respx.MockRouter
) -> None:
    des.get("/v1/dreams/d1").side_effect = [
        httpx.Response(503),
        httpx.ConnectError("x"),
        httpx.Response(200, json={"dream": DREAM}, headers={"X-Request-Id": "r-3"}),
    ]

    async with traced as api:
        await api.dreams.get("d1")

    attempts = seen.named("GET /v1/dreams/{id}")
    [call] = seen.named("dreams.get")
    assert {attempt.parent and attempt.parent.span_id for attempt in attempts} == {
        call.context and call.context.span_id
    }
    assert [dict(attempt.attributes or {}) for attempt in attempts] == [
        {**ABOUT, "http.response.status_code": 503, "error.type": "503"},
        {**ABOUT, "http.request.resend_count": 1, "error.type": "NotSent"},
        {**ABOUT, "http.request.resend_count": 2, "http.response.status_code": 200, "impact.request_id": "r-3"},
    ]
    assert [attempt.status.status_code.name for attempt in attempts] == ["ERROR", "ERROR", "UNSET"]
    waits = [event for event in call.events if event.name == "impact.wait"]
    for before, wait, after in zip(attempts, waits, attempts[1:], strict=False):
        assert (before.end_time or 0) <= wait.timestamp <= (after.start_time or 0)


async def test_trace_context_goes_along_and_nothing_else(seen: Seen, traced: ImpactAPI, des: respx.MockRouter) -> None:
    route = des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})
    token = context.attach(baggage.set_baggage("user", "ada"))

    async with traced as api:
        with trace.get_tracer("host", tracer_provider=seen.provider).start_as_current_span("the host's own"):
            await api.dreams.get("d1")
    context.detach(token)

    [attempt] = seen.named("GET /v1/dreams/{id}")
    headers = route.calls[0].request.headers
    assert attempt.context is not None
    assert (
        headers["traceparent"]
        == f"00-{attempt.context.trace_id:032x}-{attempt.context.span_id:016x}-{attempt.context.trace_flags:02x}"
    )
    assert "baggage" not in headers
    assert seen.tree()[1] == "the host's own > dreams.get"


async def test_calls_at_once_have_their_own_attempts(seen: Seen, traced: ImpactAPI, des: respx.MockRouter) -> None:
    async def later(request: httpx.Request) -> httpx.Response:
        await anyio.lowlevel.checkpoint()
        return httpx.Response(200, json={"dream": DREAM})

    des.get(path__regex="/v1/dreams/.*").mock(side_effect=later)

    async with traced as api, anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(api.dreams.get, f"d{number}")

    parents = Counter(span.parent.span_id for span in seen.named("GET /v1/dreams/{id}") if span.parent)
    assert sorted(parents) == sorted(span.context.span_id for span in seen.named("dreams.get") if span.context)
    assert set(parents.values()) == {1}


async def test_a_listing_that_is_left_has_left_no_span_open(
    seen: Seen, traced: ImpactAPI, des: respx.MockRouter
) -> None:
    des.get("/v1/dreams").respond(200, json={"dreams": [DREAM], "meta": {"next_url": "more"}})

    async with traced as api:
        dreams = api.dreams.list()
        await anext(dreams)
        assert not trace.get_current_span().get_span_context().is_valid

    assert seen.tree() == [
        "dreams.list",
        "dreams.list > POST /oauth/token",
        "dreams.list > GET /v1/dreams",
    ]


async def test_a_call_that_is_cancelled_has_spans_that_end(
    seen: Seen, traced: ImpactAPI, des: respx.MockRouter
) -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        scope.cancel()
        await anyio.sleep_forever()
        raise AssertionError

    des.get("/v1/dreams/d1").mock(side_effect=never)

    async with traced as api:
        with anyio.CancelScope() as scope:
            await api.dreams.get("d1")

    cancelled = anyio.get_cancelled_exc_class().__name__
    for name in ("dreams.get", "GET /v1/dreams/{id}"):
        [span] = seen.named(name)
        assert (span.attributes or {})["error.type"] == cancelled
    assert not trace.get_current_span().get_span_context().is_valid


async def test_a_refusal_is_an_error_in_the_words_of_the_sdk(
    seen: Seen, traced: ImpactAPI, des: respx.MockRouter
) -> None:
    des.get("/v1/transfer-consents").respond(404, json={"errors": [{"field": "base", "errors": ["t3mporary"]}]})

    async with traced as api:
        with pytest.raises(NotFound) as caught:
            await api.transfer_consents.get("0ne-time")

    [call] = seen.named("transfer_consents.get")
    assert (call.status.description, (call.attributes or {})["error.type"]) == (str(caught.value), "NotFound")
    assert [secret for secret in ("t-1", "cl1ent-s3cret", "0ne-time") if secret in seen.everything()] == []


async def test_what_goes_on_after_its_call_is_a_trace_of_its_own(seen: Seen) -> None:
    """As a session's renewal, whose task was begun by the launch."""
    now = FixedClock().now()
    launch = CallStarted(name="sdk.launch", started_at=now)
    seen.hook(launch)
    within = copy_context()
    seen.hook(CallEnded(call=launch, seconds=1, attempts=1))
    renewal = CallStarted(name="session.renew", started_at=now)

    def renew() -> None:
        seen.hook(renewal)
        seen.hook(CallEnded(call=renewal, seconds=1, attempts=1))

    within.run(renew)

    [first], [later] = seen.named("sdk.launch"), seen.named("session.renew")
    assert later.parent is None
    assert [link.context for link in later.links] == [first.context]


def test_without_opentelemetry_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['opentelemetry'] = None; import impact_sdk.otel"

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert 'ImportError: impact_sdk.otel needs OpenTelemetry: pip install "impact-sdk[otel]"' in ended.stderr

"""A session that another process takes up; each SDK here stands for one process."""

import base64
import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from types import TracebackType
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim import Simulation
from impact_sdk import (
    ConfigurationError,
    ExitReason,
    ExitRequest,
    ImpactError,
    ImpactSDK,
    InvalidCredentials,
    NotSent,
    Secret,
    Session,
    SessionClosed,
    TelemetryEvent,
)
from impact_sdk.session.exported import FORMAT, LONGEST

from .faults import Faults
from .host import WEEKLY, Host, launched


@pytest.fixture
async def here(simulation: Simulation) -> AsyncIterator[ImpactSDK]:
    async with Faults(simulation).sdk() as sdk:
        yield sdk


@pytest.fixture
async def there(simulation: Simulation) -> AsyncIterator[ImpactSDK]:
    async with Faults(simulation).sdk() as sdk:
        yield sdk


def kept(session: Session) -> str:
    """As a store keeps it."""
    text: str = session.export().reveal()
    return text


async def test_another_process_goes_on_where_this_one_stopped(
    simulation: Simulation, here: ImpactSDK, there: ImpactSDK
) -> None:
    user = await launched(simulation, here)
    secret = kept(user.session)
    await user.session.close()
    host = Host()
    there.register(account_provisioning_requested=host)

    session = await there.resume(secret)

    assert session.user == user.session.user
    assert session.expires_at == user.session.expires_at
    assert session.settings == user.session.settings
    assert [dream.id async for dream in session.dreams()] == [user.dream.id]
    assert (await session.launch_savehack(user.dream, WEEKLY)).state.value == "active"
    assert len(host.asked) == 1


async def test_it_knows_the_present_state_of_the_user(
    simulation: Simulation, here: ImpactSDK, there: ImpactSDK
) -> None:
    here.register(account_provisioning_requested=Host())
    user = await launched(simulation, here)
    secret = user.session.export()
    await user.session.launch_savehack(user.dream, WEEKLY)

    session = await there.resume(secret)

    assert session.user.provisioning_initiated_at == user.session.user.provisioning_initiated_at is not None


async def test_it_behaves_like_any_other_session(simulation: Simulation, here: ImpactSDK, there: ImpactSDK) -> None:
    """Renewal, exit, telemetry."""
    heard: list[Any] = []

    async def hear(notice: TelemetryEvent | ExitRequest) -> None:
        heard.append(notice)

    there.register(telemetry=hear, exit_requested=hear)
    session = await there.resume((await here.launch(simulation.id_token("ada"))).export())
    session.dreams()
    await session.sign_out()
    await anyio.wait_all_tasks_blocked()

    assert [type(each) for each in heard] == [TelemetryEvent, ExitRequest]
    assert heard[1].reason is ExitReason.SIGNED_OUT


async def test_it_is_renewed_in_the_process_that_has_it(here: ImpactSDK) -> None:
    async with Simulation(seed=2, token_lifetime=timedelta(minutes=10)) as simulation:
        asked: list[str] = []

        async def another(_expired: object) -> str:
            asked.append("there")
            return simulation.id_token("ada")

        async with Faults(simulation).sdk() as one, Faults(simulation).sdk() as two:
            first = await one.launch(simulation.id_token("ada"))
            two.register(id_token_expired=another)
            second = await two.resume(first.export())
            await first.close()
            await simulation.advance(timedelta(minutes=15))

            assert asked == ["there"]
            assert [dream async for dream in second.dreams()] == []


async def test_both_may_go_on_and_signing_out_ends_both(
    simulation: Simulation, here: ImpactSDK, there: ImpactSDK
) -> None:
    first = await here.launch(simulation.id_token("ada"))
    second = await there.resume(first.export())
    await first.create_dream("Bike")
    await second.create_dream("Boat")
    assert [dream.name async for dream in first.dreams()] == ["Bike", "Boat"]

    await second.sign_out()

    with pytest.raises(SessionClosed, match="DES does not know it any more"):
        await first.create_dream("Car")


async def test_an_ended_session_can_be_neither_exported_nor_taken_up(
    simulation: Simulation, here: ImpactSDK, there: ImpactSDK
) -> None:
    session = await here.launch(simulation.id_token("ada"))
    secret = session.export()
    await session.sign_out()

    with pytest.raises(SessionClosed, match="launch again"):
        session.export()
    with pytest.raises(SessionClosed, match=r"the exported session has ended at DES.*launch again"):
        await there.resume(secret)


async def test_a_network_failure_is_an_error_and_the_next_attempt_succeeds(
    simulation: Simulation, here: ImpactSDK
) -> None:
    secret = (await here.launch(simulation.id_token("ada"))).export()
    async with Faults(simulation, method="GET", times=9).sdk() as sdk:
        with pytest.raises(ImpactError) as caught:
            await sdk.resume(secret)
        assert not isinstance(caught.value, (SessionClosed, InvalidCredentials, NotSent))
    async with Faults(simulation).sdk() as sdk:
        await sdk.resume(secret)


async def test_nothing_shows_the_secret(simulation: Simulation, here: ImpactSDK) -> None:
    session = await here.launch(simulation.id_token("ada"))
    secret = session.export()

    assert isinstance(secret, Secret)
    assert "impact-session" not in f"{secret!r} {secret} {[secret]} {session!r}"
    assert len(kept(session)) < 1_000


def whole(content: bytes) -> str:
    """A text that is not damaged, whatever it holds."""
    encoded = base64.urlsafe_b64encode(content)
    return f"{FORMAT}.{encoded.decode()}.{hashlib.sha256(encoded).hexdigest()[:16]}"


NEVER_ANY: list[Any] = [
    "",
    None,
    5,
    b"impact-session-1",
    "a",
    "a" * (LONGEST + 1),
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
    f"{FORMAT}",
    f"{FORMAT}..",
    *(whole(content) for content in (b"", b"{}", b"null", b"[]", b"\xff", b'{"base_url": 5}', b'{"cookie": {"a": 5}}')),
    "impact-session-2.e30=.44136fa355b3678a",
    "[redacted]",
    "\ud800",
]


@pytest.mark.parametrize("given", NEVER_ANY, ids=range(len(NEVER_ANY)))
async def test_a_text_that_is_no_exported_session_is_an_error_that_says_so(there: ImpactSDK, given: Any) -> None:
    with pytest.raises(InvalidCredentials, match=r"the exported session cannot be taken up: it .*; launch again"):
        await there.resume(given)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_text_that_is_cut_off_or_changed_is_noticed_and_not_sent(
    simulation: Simulation, here: ImpactSDK, there: ImpactSDK
) -> None:
    text = kept(await here.launch(simulation.id_token("ada")))
    for n in range(len(text)):
        for changed in (text[:n], text[:n] + chr(ord(text[n]) ^ 1) + text[n + 1 :], text[:n] + "é" + text[n + 1 :]):
            with pytest.raises(InvalidCredentials) as caught:
                await there.resume(changed)
            assert_not_shown(caught.value, text)


def assert_not_shown(error: BaseException, text: str) -> None:
    """Not in the message, and not in an error report: chained errors, frames, their variables."""
    pieces = [text[i : i + 24] for i in range(20, len(text) - 24, 7)]
    for each in chain(error):
        frames = [repr(value) for local in variables(each.__traceback__) for value in local.values()]
        for shown in (str(each), repr(each), repr(vars(each)), *frames):
            assert not any(piece in shown for piece in pieces)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def variables(traceback: TracebackType | None) -> Iterator[dict[str, Any]]:
    while traceback is not None:
        if "/impact_sdk/" in traceback.tb_frame.f_code.co_filename:
            yield traceback.tb_frame.f_locals
        traceback = traceback.tb_next


@pytest.mark.parametrize(
    ("base_url", "client_id", "said"),
    [(None, "another-bank", "it is of client_id 'demo-bank'"), ("http://other.example", None, "it is of base_url")],
)
async def test_a_session_of_another_des_or_bank_is_refused_and_its_cookie_not_sent(
    simulation: Simulation, here: ImpactSDK, base_url: str | None, client_id: str | None, said: str
) -> None:
    text = kept(await here.launch(simulation.id_token("ada")))
    network = Faults(simulation, method="GET")
    sdk = ImpactSDK(
        base_url or simulation.des_url,
        client_id=client_id or simulation.client_id,
        transport=network,
        clock=simulation.clock,
    )
    async with sdk:
        with pytest.raises(InvalidCredentials, match=said) as caught:
            await sdk.resume(text)

    assert network.bodies == []
    assert_not_shown(caught.value, text)


@given(st.text(), st.sampled_from(["", f"{FORMAT}.", "impact-session-"]))
def test_any_text_is_refused_without_another_error(text: str, before: str) -> None:
    async def resumed() -> None:
        async with ImpactSDK("http://127.0.0.1:1", client_id="a") as sdk:
            with pytest.raises(InvalidCredentials):
                await sdk.resume(before + text)

    anyio.run(resumed)


async def test_an_sdk_that_is_not_open_takes_no_session_up(simulation: Simulation) -> None:
    with pytest.raises(ConfigurationError, match="not open"):
        await Faults(simulation).sdk().resume("any")

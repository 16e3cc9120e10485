"""The table of all messages: it is what the two servers have, and who names a message that is not there is told."""

import contextlib
import re
import string
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp

from bank_app_sim import Simulation
from bank_app_sim.simulation import SimulationError
from bank_app_sim.simulation.exchanges import (
    ASKED,
    EXCHANGES,
    Exchange,
    NoSuchMessage,
    as_sent,
    exchanges,
    message,
    name_of,
    refuse_what_nobody_sends,
)
from bank_app_sim.simulation.faults import Fault, FaultKind

AN_ID = "5d0f9a52-9a3e-4c0e-8d1f-7f0c2f1d6aff"
# For people and tools, not for participants.
FOR_READERS = {("GET", "/openapi.json"), ("GET", "/docs")}


async def test_each_is_there_at_its_receiver() -> None:
    async with Simulation(webhooks=True) as simulation:
        apps: dict[str, ASGIApp] = {"des": simulation.des.app, "bank_backend": simulation.backend.app}
        for each in EXCHANGES:
            transport = httpx.ASGITransport(apps[each.receiver])
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
                answer = await http.request(each.method, each.path.replace("{id}", AN_ID))
            assert answer.status_code != 405, each
            assert "there is no /" not in answer.text, each


def test_all_of_the_document_of_des_are_among_them() -> None:
    from bank_app_sim.des.document.document import document, operations

    documented = {(method, path) for method, path, _ in operations(document())} - FOR_READERS

    assert documented == {(each.method, each.path) for each in EXCHANGES if each.receiver == "des"}


@pytest.mark.parametrize("each", EXCHANGES, ids=lambda each: f"{each.method} {each.path}")
def test_each_can_be_named_in_all_its_spellings(each: Exchange) -> None:
    spellings = [each.name, f"{each.method}  {each.path}", f" {each.name}/ ", f"{each.name}/"]
    if "{id}" in each.path:
        spellings.append(each.name.replace("{id}", AN_ID))

    assert all(each in exchanges(message(text)) for text in spellings)
    assert name_of(each.method, each.path.replace("{id}", "any")) == each.name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("POST /acounts", "did you mean 'POST /accounts'?"),
        ("POST /v1/acounts", "did you mean 'POST /v1/accounts'?"),
        ("POST /Accounts", "did you mean 'POST /accounts'?"),
        ("post /accounts", "this path has no post; it can be GET /accounts or POST /accounts"),
        ("PUT /accounts", "this path has no PUT; it can be GET /accounts or POST /accounts"),
        ("PATCH /transactions", "this path has no PATCH; it can be GET /transactions or POST /transactions"),
        ("PATCH /transactions/{ID}", "did you mean 'PATCH /transactions/{id}'?"),
        ("PATCH /transactions/:id", "did you mean 'PATCH /transactions/{id}'?"),
        ("PATCH /transactions/17", "did you mean 'PATCH /transactions/{id}'?"),
        ("GET /dreams?limit=1", "leave the query out: GET /dreams"),
        ("POST accounts", "write method and path"),
        ("POST", "write method and path"),
        ("", "write method and path"),
        ("POST /", "it can be one such as POST /accounts"),
        ("POST http://127.0.0.1/v1/accounts", "write method and path"),
        ("POST /v2/accounts", "did you mean 'POST /v1/accounts'?"),
        ("GET /sandbox/worlds", "is not a message that any participant gets"),
        ("POST /webhook/events", "did you mean 'POST /webhooks/events'?"),
        ("GET /.well-known/jwks", "did you mean 'GET /.well-known/jwks.json'?"),
        ("Create Draem", "did you mean 'Create Dream'?"),
        ("Dream Created", "is the answer to 'POST /dreams'"),
    ],
)
def test_a_message_that_is_not_there_is_told_with_the_nearest(text: str, said: str) -> None:
    with pytest.raises(NoSuchMessage) as raised:
        message(text)

    assert repr(text) in str(raised.value)
    assert said in str(raised.value)


def misspelt(name: str) -> Iterator[str]:
    """A name with each letter of its path doubled, left out, or in the other case."""
    start = name.index("/") + 1
    for n in range(start, len(name)):
        if name[n] in string.ascii_lowercase:
            yield name[:n] + name[n] + name[n:]
            yield name[:n] + name[n + 1 :]
            yield name[:n] + name[n].upper() + name[n + 1 :]


@pytest.mark.thorough
@pytest.mark.parametrize("each", EXCHANGES, ids=lambda each: f"{each.method} {each.path}")
def test_every_misspelling_is_told_and_named(each: Exchange) -> None:
    for text in misspelt(each.name):
        with pytest.raises(NoSuchMessage, match="did you mean"):
            message(text)


@given(st.text())
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NoSuchMessage):
        assert exchanges(message(text))


@pytest.mark.parametrize(
    ("what", "sender", "receiver", "said"),
    [
        ("POST /accounts", "sdk", None, "Impact Finance SDK never sends POST /accounts; Bank Backend does"),
        ("POST /accounts", "bank_backend", None, None),
        ("GET /dreams", "sdk", "des", None),
        ("GET /dreams", "bank_app", None, "Bank App never sends GET /dreams; Impact Finance SDK or Bank Backend does"),
        ("POST /dreams", None, "bank_backend", "Bank Backend never gets POST /dreams; DES Backend does"),
        (None, "bank_app", "des", "Bank App never sends a message to DES Backend"),
        (None, "sdk", None, None),
        (None, "sdkk", None, "unknown participant 'sdkk'; it can be"),
    ],
)
def test_a_way_that_a_message_never_takes_is_refused(
    what: str | None, sender: str | None, receiver: str | None, said: str | None
) -> None:
    if said is None:
        refuse_what_nobody_sends(what, sender=sender, receiver=receiver)
    else:
        with pytest.raises(NoSuchMessage, match=re.escape(said)):
            refuse_what_nobody_sends(what, sender=sender, receiver=receiver)


@pytest.mark.parametrize("name", ASKED)
def test_what_the_diagrams_call_a_request_is_a_name_of_it(name: str) -> None:
    [meant] = exchanges(message(name))

    assert name in meant.asked
    assert as_sent(name, None) == (meant.name, *meant.senders)


async def test_a_fault_by_the_name_of_a_diagram_befalls_what_its_sender_sends() -> None:
    async with Simulation() as simulation:
        await simulation.fail(Fault(kind=FaultKind.LOST, what="Create Dream"))
        with pytest.raises(NoSuchMessage, match="Bank Backend never sends Create Dream; Impact Finance SDK does"):
            await simulation.fail(Fault(kind=FaultKind.LOST, what="Create Dream", sender="bank_backend"))

        [fault] = (await simulation.pending()).faults

    assert (fault.what, fault.sender) == ("POST /dreams", "sdk")


async def test_a_simulation_takes_no_fault_that_could_never_strike() -> None:
    async with Simulation() as simulation:
        with pytest.raises(NoSuchMessage, match="did you mean 'POST /accounts'"):
            await simulation.fail(Fault(kind=FaultKind.LOST, what="POST /acounts"))
        with pytest.raises(NoSuchMessage, match="never sends"):
            await simulation.fail(Fault(kind=FaultKind.LOST, what="POST /accounts", sender="sdk"))
        with pytest.raises(SimulationError, match=r"did you mean 'provisioning\.ORDERED\.due-not-done'"):
            await simulation.crash_backend_at("provisioning.ORDERD.due-not-done")

        assert not (await simulation.pending()).faults

"""What DES says that it will give up: a warning and a line in the log, once each, and no call is lost for it."""

import logging
import time
import warnings
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk import DeprecatedOperation, ImpactAPI, ImpactSDK, NotFound
from impact_sdk.http.deprecations import MOST_TOLD, what_is_said

from .answers import DREAM, SESSION, USER

ENDS = "Wed, 30 Jun 2027 12:00:00 GMT"
NEWER = "; look for a newer version of impact-sdk"


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        # RFC 9745, and the drafts before it.
        ({"deprecation": "@1688169599"}, "DES deprecates GET /a (from 2023-06-30 23:59 UTC on)"),
        ({"deprecation": "@1688169599;x=1"}, "DES deprecates GET /a (from 2023-06-30 23:59 UTC on)"),
        ({"deprecation": "Fri, 30 Jun 2023 23:59:59 GMT"}, "DES deprecates GET /a (from 2023-06-30 23:59 UTC on)"),
        ({"deprecation": "true"}, "DES deprecates GET /a"),
        ({"deprecation": "?1"}, "DES deprecates GET /a"),
        ({"deprecation": "@99999999999999999999"}, "DES deprecates GET /a"),
        ({"deprecation": "@99999999999"}, "DES deprecates GET /a (from 5138-11-16 09:46 UTC on)"),
        # RFC 8594.
        ({"sunset": ENDS}, "DES ends GET /a (gone after 2027-06-30 12:00 UTC)"),
        (
            {"deprecation": "true", "sunset": ENDS, "link": '<https://des/a>; rel="next", </b>; rel="x deprecation"'},
            "DES deprecates GET /a (gone after 2027-06-30 12:00 UTC; see /b)",
        ),
        (
            {"deprecation": "true", "link": '<https://des/a,b>; title="a, b"; rel=sunset'},
            "DES deprecates GET /a (see https://des/a,b)",
        ),
        ({"deprecation": "true", "link": "<https://des/a>; rel=self"}, "DES deprecates GET /a"),
    ],
)
def test_it_is_read_in_each_of_its_forms(headers: dict[str, str], said: str) -> None:
    assert what_is_said("GET /a", headers) == said + NEWER


@pytest.mark.parametrize(
    "headers", [{}, {"deprecation": ""}, {"deprecation": "false"}, {"deprecation": "?0"}, {"sunset": "soon"}]
)
def test_what_says_nothing_is_passed_over(headers: dict[str, str]) -> None:
    assert what_is_said("GET /a", headers) is None


@given(st.dictionaries(st.sampled_from(["deprecation", "sunset", "link"]), st.text()))
def test_no_header_breaks_the_reader(headers: dict[str, str]) -> None:
    said = what_is_said("GET /a", headers)

    assert said is None or isinstance(said, str)


@pytest.mark.parametrize("piece", ["<", "<>", '<>"', "<a>;", "<a>; rel=", '<a>"b', "rel=", '"', "a "])
def test_no_link_takes_long_to_read(piece: str) -> None:
    began = time.process_time()

    what_is_said("GET /a", {"deprecation": "true", "link": piece * (60_000 // len(piece))})

    assert time.process_time() - began < 1


async def test_it_is_told_once_for_each_operation(
    api: ImpactAPI, des: respx.MockRouter, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Deprecation": "true"}
    des.get(url__regex="/v1/dreams/.*").respond(200, json={"dream": DREAM}, headers=headers)
    des.get("/v1/dreams").respond(200, json={"dreams": [DREAM]}, headers=headers)

    async def ask() -> None:
        await api.dreams.get("d1")
        await api.dreams.get("d2")
        [_ async for _ in api.dreams.list(user_id="u1")]

    with pytest.warns(DeprecatedOperation) as told:
        await ask()

    operations = ["GET /v1/dreams/{id}", "GET /v1/dreams"]
    assert [str(each.message) for each in told] == [f"DES deprecates {each}{NEWER}" for each in operations]
    assert {each.filename for each in told} == {__file__}
    logged = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert logged == [str(each.message) for each in told]


async def test_another_word_of_it_is_told_again(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").side_effect = [
        httpx.Response(200, json={"dream": DREAM}, headers={"Deprecation": "true"}),
        httpx.Response(200, json={"dream": DREAM}, headers={"Deprecation": "true", "Sunset": ENDS}),
    ]

    with pytest.warns(DeprecatedOperation, match=f"deprecates GET /v1/dreams/{{id}}{NEWER}"):
        await api.dreams.get("d1")
    with pytest.warns(DeprecatedOperation, match="gone after 2027-06-30"):
        await api.dreams.get("d1")


async def test_a_server_that_never_says_the_same_does_not_fill_the_log(api: ImpactAPI, des: respx.MockRouter) -> None:
    answers = (
        httpx.Response(200, json={"dream": DREAM}, headers={"Deprecation": f"@{n}"}) for n in range(3 * MOST_TOLD)
    )
    des.get("/v1/dreams/d1").mock(side_effect=lambda _request: next(answers))

    async def ask() -> None:
        for _ in range(3 * MOST_TOLD):
            await api.dreams.get("d1")

    with pytest.warns(DeprecatedOperation) as told:
        await ask()

    assert len(told) == MOST_TOLD


async def test_a_refusal_tells_of_it_too(api: ImpactAPI, des: respx.MockRouter) -> None:
    des.get("/v1/dreams/d1").respond(404, headers={"Sunset": ENDS})

    with pytest.warns(DeprecatedOperation, match="DES ends GET"), pytest.raises(NotFound):
        await api.dreams.get("d1")


async def test_an_answer_is_not_lost_where_warnings_are_errors(
    api: ImpactAPI, des: respx.MockRouter, caplog: pytest.LogCaptureFixture
) -> None:
    route = des.post("/v1/dreams").respond(201, json={"dream": DREAM}, headers={"Deprecation": "true"})

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dream = await api.dreams.create(user_id="u1", name="Bike")

    assert (dream.id, route.call_count) == ("d1", 1)
    assert f"DES deprecates POST /v1/dreams{NEWER}" in caplog.messages


async def test_a_launch_tells_of_it_without_the_token_that_was_sent(respx_mock: Any) -> None:
    begun = {"user": USER, "session": SESSION}
    headers = {"Set-Cookie": "impact_session=c", "Deprecation": "true", "Link": "<https://des/t0ken>; rel=deprecation"}
    respx_mock.post("https://des.example/users/verify_token").respond(200, json=begun, headers=headers)

    with pytest.warns(DeprecatedOperation, match=r"POST /users/verify_token \(see https://des/\[redacted\]\)"):
        async with ImpactSDK("https://des.example", client_id="demo-bank") as sdk:
            await sdk.launch("t0ken")

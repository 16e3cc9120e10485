"""Callbacks that each break one rule and keep all others. Every rule needs one."""

import asyncio
import logging
import os
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import anyio
import attrs
import httpx

from impact_sdk import (
    AccountProvisioningRequest,
    APIError,
    ClientCredentials,
    Conflict,
    ImpactAPI,
    ProvisioningDeclined,
)

from .conftest import CLEO

# Callbacks, or classes of callbacks with a memory, by the id of the rule that they break.
WRONG: dict[str, list[Any]] = {}

# The time limit of callbacks that use all of it: short, so that the test is short.
SHORT = timedelta(seconds=0.5)
TIME_LIMITS: dict[Any, timedelta] = {}

Wrong = TypeVar("Wrong", bound=Callable[..., Any])


def breaks(rule_id: str, *, time_limit: timedelta | None = None) -> Callable[[Wrong], Wrong]:
    def kept(wrong: Wrong) -> Wrong:
        WRONG.setdefault(rule_id, []).append(wrong)
        if time_limit is not None:
            TIME_LIMITS[wrong] = time_limit
        return wrong

    return kept


def api() -> ImpactAPI:
    credentials = ClientCredentials(os.environ["IMPACT_CLIENT_ID"], os.environ["IMPACT_CLIENT_SECRET"])
    return ImpactAPI(os.environ["IMPACT_DES_URL"], auth=credentials)


def ask_the_user(request: AccountProvisioningRequest) -> None:
    if request.external_user_id == CLEO:
        raise ProvisioningDeclined("not now")


async def post(request: AccountProvisioningRequest, *, external_id: str | None) -> None:
    async with api() as client:
        await client.accounts.create(user_id=request.user_id, type="SharedSavings", external_id=external_id)


async def right(request: AccountProvisioningRequest) -> None:
    """As it should be: what the others differ from."""
    ask_the_user(request)
    try:
        await post(request, external_id=request.account_external_id)
    except Conflict:
        return


@breaks("awaitable")
def is_no_coroutine_function(request: AccountProvisioningRequest) -> None:
    ask_the_user(request)


@breaks("returns", time_limit=SHORT)
async def waits_until_the_account_is_open(request: AccountProvisioningRequest) -> None:
    await right(request)
    await anyio.sleep(60)


@breaks("returns")
async def always_fails(request: AccountProvisioningRequest) -> None:
    raise KeyError("no such customer")


@breaks("returns")
async def declines_for_everybody(request: AccountProvisioningRequest) -> None:
    raise ProvisioningDeclined("no")


@breaks("returns")
async def ends_the_program(request: AccountProvisioningRequest) -> None:
    sys.exit("no such customer")


@breaks("returns")
def raises_before_it_can_be_awaited(request: AccountProvisioningRequest) -> Awaitable[None]:
    raise KeyError("no such customer")


@breaks("loop")
async def sleeps(request: AccountProvisioningRequest) -> None:
    time.sleep(0.5)  # noqa: ASYNC251  # that is what is wrong with it
    await right(request)


@breaks("loop", time_limit=SHORT)
async def never_lets_go(request: AccountProvisioningRequest) -> None:
    await right(request)
    time.sleep(3)  # noqa: ASYNC251  # longer than anybody waits


@breaks("posts-once")
async def posts_again_to_be_sure(request: AccountProvisioningRequest) -> None:
    await right(request)
    await right(request)


@breaks("posts-once")
async def posts_nothing(request: AccountProvisioningRequest) -> None:
    ask_the_user(request)


@breaks("posts-once")
async def posts_what_des_refuses(request: AccountProvisioningRequest) -> None:
    ask_the_user(request)
    async with api() as client:
        try:
            await client.accounts.create(user_id=request.user_id, type="Savings", external_id="a1")
        except APIError:
            return


@breaks("posts-once")
async def posts_for_the_customer_by_the_banks_own_id(request: AccountProvisioningRequest) -> None:
    ask_the_user(request)
    async with api() as client:
        try:
            await client.accounts.create(user_id=request.external_user_id or "", type="SharedSavings", external_id="a1")
        except APIError:
            return


@breaks("external-id")
async def forgets_the_external_id(request: AccountProvisioningRequest) -> None:
    ask_the_user(request)
    await post(request, external_id=None)


@breaks("twice")
async def thinks_up_an_external_id(request: AccountProvisioningRequest) -> None:
    ask_the_user(request)
    await post(request, external_id=str(uuid.uuid4()))


@breaks("twice")
@attrs.define
class RaisesWhenAskedAgain:
    asked: set[str] = attrs.field(factory=set)

    async def __call__(self, request: AccountProvisioningRequest) -> None:
        if request.request_id in self.asked:
            raise ValueError("this request has been dealt with")
        self.asked.add(request.request_id)
        await right(request)


@breaks("conflict")
async def takes_a_conflict_for_a_failure(request: AccountProvisioningRequest) -> None:
    ask_the_user(request)
    await post(request, external_id=request.account_external_id)


@breaks("conflict")
async def opens_another_one_after_a_conflict(request: AccountProvisioningRequest) -> None:
    ask_the_user(request)
    try:
        await post(request, external_id=request.account_external_id)
    except Conflict:
        await post(request, external_id=f"{request.account_external_id}-2")


@breaks("conflict")
async def tries_again_after_a_conflict(request: AccountProvisioningRequest) -> None:
    ask_the_user(request)
    for _ in range(5):
        try:
            await post(request, external_id=request.account_external_id)
        except Conflict:
            continue
        return


@breaks("declines")
async def returns_when_the_user_says_no(request: AccountProvisioningRequest) -> None:
    if request.external_user_id != CLEO:
        await right(request)


@breaks("declines")
async def fails_when_the_user_says_no(request: AccountProvisioningRequest) -> None:
    if request.external_user_id == CLEO:
        raise RuntimeError("declined")
    await right(request)


@breaks("declines")
async def opens_an_account_although_the_user_says_no(request: AccountProvisioningRequest) -> None:
    await post(request, external_id=request.account_external_id)
    ask_the_user(request)


@breaks("secrets")
async def logs_its_secret(request: AccountProvisioningRequest) -> None:
    logging.getLogger("bank").debug("I am %s", os.environ["IMPACT_CLIENT_SECRET"])
    await right(request)


@breaks("secrets")
async def prints_its_secret(request: AccountProvisioningRequest) -> None:
    sys.stdout.write(f"I am {os.environ['IMPACT_CLIENT_SECRET']}\n")
    await right(request)


@breaks("secrets")
async def complains_with_its_secret(request: AccountProvisioningRequest) -> None:
    sys.stderr.write(f"I am {os.environ['IMPACT_CLIENT_SECRET']}\n")
    await right(request)


@breaks("secrets")
async def fails_with_its_secret(request: AccountProvisioningRequest) -> None:
    try:
        await right(request)
    except APIError as error:
        raise RuntimeError(f"DES does not like {os.environ['IMPACT_CLIENT_SECRET']}") from error


@breaks("secrets")
async def names_the_account_by_its_secret(request: AccountProvisioningRequest) -> None:
    ask_the_user(request)
    await post(request, external_id=f"{os.environ['IMPACT_CLIENT_SECRET']}-{request.account_external_id}")


@breaks("secrets")
async def logs_its_bearer_token(request: AccountProvisioningRequest) -> None:
    credentials = (os.environ["IMPACT_CLIENT_ID"], os.environ["IMPACT_CLIENT_SECRET"])
    async with httpx.AsyncClient(base_url=os.environ["IMPACT_DES_URL"]) as http:
        granted = await http.post("/oauth/token", auth=credentials, data={"grant_type": "client_credentials"})
        logging.getLogger("bank").debug("granted: %s", granted.json())
    await right(request)


@breaks("secrets")
async def logs_its_headers(request: AccountProvisioningRequest) -> None:
    credentials = (os.environ["IMPACT_CLIENT_ID"], os.environ["IMPACT_CLIENT_SECRET"])
    async with httpx.AsyncClient(base_url=os.environ["IMPACT_DES_URL"]) as http:
        granted = await http.post("/oauth/token", auth=credentials, data={"grant_type": "client_credentials"})
        logging.getLogger("bank").debug("sent: %s", granted.request.headers.raw)
    await right(request)


@breaks("cancel")
async def returns_when_cancelled(request: AccountProvisioningRequest) -> None:
    try:
        await right(request)
    except anyio.get_cancelled_exc_class():
        return


@breaks("cancel")
async def fails_when_cancelled(request: AccountProvisioningRequest) -> None:
    try:
        await right(request)
    except anyio.get_cancelled_exc_class():
        raise RuntimeError("the app went away") from None


@breaks("cancel", time_limit=SHORT)
async def runs_on_when_its_time_is_over(request: AccountProvisioningRequest) -> None:
    with anyio.CancelScope(shield=True):
        await anyio.sleep(1.8)


@breaks("cancel")
async def takes_long_to_clean_up(request: AccountProvisioningRequest) -> None:
    try:
        await right(request)
    except asyncio.CancelledError:
        with anyio.CancelScope(shield=True):
            await asyncio.sleep(1.5)
        raise


@breaks("cancel")
async def returns_when_cancelled_while_it_posts(request: AccountProvisioningRequest) -> None:
    """Right as long as it fetches its token."""
    ask_the_user(request)
    async with api() as client:
        await client.users.get(request.user_id)
        try:
            await client.accounts.ensure(
                user_id=request.user_id, type="SharedSavings", external_id=request.account_external_id
            )
        except asyncio.CancelledError:
            return


@breaks("cancel")
async def returns_when_cancelled_and_hangs_up_a_little_later(request: AccountProvisioningRequest) -> None:
    """What it posts is given up by somebody else, after it has said that an account is under way."""
    ask_the_user(request)
    posts = asyncio.ensure_future(post(request, external_id=request.account_external_id))
    try:
        await asyncio.shield(posts)
    except asyncio.CancelledError:
        asyncio.get_running_loop().call_later(0.1, posts.cancel)

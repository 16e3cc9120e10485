"""What `docs/hosts.md` says can be pasted, and does what it says."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from standardwebhooks import Webhook

from bank_app_sim import Simulation
from impact_sdk import AccountProvisioningDeclined, Blocking, ImpactAPI, Weekly

from .started import ROOT

PAGE = (ROOT / "bank_app_sim" / "docs" / "hosts.md").read_text()
CODE = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
BODY = b'{"batch_id": "b1", "timestamp": "2027-01-04T08:00:00Z", "count": 0, "events": []}'


@pytest.fixture(scope="module")
def pasted() -> dict[str, Any]:
    """All of the page's programs, one after the other."""
    names: dict[str, Any] = {"__name__": "pasted"}
    for code in CODE:
        exec(code, names)
    return names


def test_every_example_that_the_page_names_is_there() -> None:
    names = re.findall(r"\]\(\.\./\.\./([\w/.]+)\)", PAGE)

    assert len(names) > 3
    assert [name for name in names if not (ROOT / name).exists()] == []


async def test_its_callback_says_no_from_a_thread(pasted: dict[str, Any]) -> None:
    async with Simulation(seed=7) as sim:
        sdk = sim.sdk()
        sdk.register(account_provisioning_requested=pasted["in_a_thread"])
        session = await sdk.launch(sim.id_token("bo"))
        dream = await session.create_dream("Bike", target_cents=250_000)

        with pytest.raises(AccountProvisioningDeclined, match="changed my mind"):
            await session.launch_savehack(dream, Weekly(amount_cents=5_000, weekday=0))


def test_its_functions_ask_the_client(pasted: dict[str, Any]) -> None:
    assert isinstance(pasted["impact"], Blocking)
    with Blocking(lambda: Simulation(seed=7)) as world:

        async def ask(sim: Simulation) -> tuple[str, int]:
            session = await sim.sdk().launch(sim.id_token("ada"))
            api: ImpactAPI = sim.api
            user, reply = await pasted["with_reply"](api, session.user.id)
            return user.external_id, reply.status

        assert world.call(ask) == ("ada", 200)


def signed(webhook_id: str) -> dict[str, str]:
    now = datetime.now(UTC)
    secret = re.findall(r"whsec_\w+", PAGE)[0]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, now, BODY.decode()),
    }


def test_its_receiver_takes_a_webhook_once(pasted: dict[str, Any]) -> None:
    assert [pasted["receive"](BODY, signed("b1")) for _ in range(2)] == [204, 200]
    assert pasted["receive"](BODY + b" ", signed("b1")) == 400


async def test_its_store_remembers_on_redis(pasted: dict[str, Any], redis_url: str) -> None:
    webhook_id, until = secrets.token_hex(), datetime.now(UTC) + timedelta(minutes=1)
    with redis.Redis.from_url(redis_url) as client:
        stores = [pasted["RedisReplayStore"](client) for _ in range(2)]

        assert [await store.seen(webhook_id, until) for store in stores] == [False, True]
        await stores[0].forget(webhook_id)
        assert not await stores[1].seen(webhook_id, until)
        await stores[1].forget(webhook_id)

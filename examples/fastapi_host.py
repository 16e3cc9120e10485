"""FastAPI: the client in the lifespan, webhooks that are verified, and a job that settles transactions.

In production: uvicorn fastapi_host:app, with the four variables that `sandbox_for_hosts` sets.

Run it, on a sandbox: uv run python examples/fastapi_host.py
"""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, FastAPI, Request, Response

from impact_sdk import ImpactAPI, ImpactError, MemoryReplayStore, ReplayedWebhook, WebhookError, WebhookVerifier

logger = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.verifier = WebhookVerifier(os.environ["IMPACT_WEBHOOK_SECRET"], replays=MemoryReplayStore())
    async with ImpactAPI.from_env() as app.state.impact:
        yield


app = FastAPI(lifespan=lifespan)


def impact_of(request: Request) -> ImpactAPI:
    api: ImpactAPI = request.app.state.impact
    return api


Impact = Annotated[ImpactAPI, Depends(impact_of)]


@app.get("/users/{external_id}/dreams")
async def dreams(external_id: str, impact: Impact) -> list[dict[str, Any]]:
    found = impact.dreams.list(external_user_id=external_id)
    return [{"name": dream.name, "balance_cents": dream.balance_cents} async for dream in found]


@app.post("/webhooks/impact")
async def receive(request: Request, jobs: BackgroundTasks, impact: Impact) -> Response:
    verifier: WebhookVerifier = request.app.state.verifier
    try:
        async with verifier.receiving(await request.body(), request.headers) as batch:
            if any(event.type == "DepositRequested" for event in batch.events):
                jobs.add_task(settle_all, impact)
    except ReplayedWebhook as replayed:
        return Response(status_code=503 if replayed.is_under_way else 200)
    except WebhookError as error:
        return Response(str(error), status_code=400)
    return Response(status_code=204, background=jobs)


async def settle_all(impact: ImpactAPI) -> None:
    """Call it every minute too: a deposit may wait for days, and a webhook may get lost."""
    async for transaction in impact.transactions.drain():
        if transaction.waits_for_account:
            print(f"{transaction.type} of {transaction.amount_cents} cents: waits for its account", flush=True)
            continue
        try:
            # Here the bank moves the money, once for each transaction.id.
            settled = await impact.transactions.settle(transaction.id)
        except ImpactError:  # it keeps no other one waiting
            logger.exception("transaction %s is not settled; the next run tries again", transaction.id)
        else:
            print(f"{settled.type} of {settled.amount_cents} cents: {settled.state}", flush=True)


def demo() -> None:
    import socket
    import threading
    import time

    import httpx
    import uvicorn
    from sandbox_for_hosts import sandbox, save, save_before_account, send_webhooks_to

    with sandbox() as des, socket.create_server(("127.0.0.1", 0)) as listener:
        here = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        serving = threading.Thread(target=server.run, args=([listener],))
        serving.start()
        des.call(send_webhooks_to, f"{here}/webhooks/impact")
        des.call(save_before_account, "bo", 3_000)
        des.call(save, "ada", 5_000)
        while not (page := httpx.get(f"{here}/users/ada/dreams").json())[0]["balance_cents"]:
            time.sleep(0.1)
        server.should_exit = True
        serving.join()
        print(page)


if __name__ == "__main__":
    demo()

"""Flask: a page with a user's Dreams, webhooks that are verified, and a job that settles transactions.

No function here awaits. `impact` has one client in each process of the server, which opens at its first call there:
also with `gunicorn --preload`, which forks after this file was imported.

In production: gunicorn --threads 8 "flask_host:create_app()", with the four variables that `sandbox_for_hosts` sets.

Run it, on a sandbox: uv run python examples/flask_host.py
"""

import logging
import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from flask import Flask, request

from impact_sdk import Blocking, ImpactAPI, ImpactError, WebhookError, WebhookVerifier

logger = logging.getLogger(__name__)
impact = Blocking(ImpactAPI.from_env)
jobs = ThreadPoolExecutor(max_workers=1)  # or Celery, as in celery_worker.py


def create_app() -> Flask:
    app = Flask(__name__)
    # A batch may come twice, and to two processes: whoever looks twice for what is to be settled finds it once.
    verifier = WebhookVerifier(os.environ["IMPACT_WEBHOOK_SECRET"], replays=None)

    @app.get("/users/<external_id>/dreams")
    def dreams(external_id: str) -> list[dict[str, Any]]:
        found = impact.each(lambda api: api.dreams.list(external_user_id=external_id))
        return [{"name": dream.name, "balance_cents": dream.balance_cents} for dream in found]

    @app.post("/webhooks/impact")
    def receive() -> tuple[str, int]:
        try:
            with verifier.receiving(request.get_data(), request.headers) as batch:
                if any(event.type == "DepositRequested" for event in batch.events):
                    jobs.submit(settle_all).add_done_callback(tell_of_failure)
        except WebhookError as error:
            return str(error), 400
        return "", 204

    return app


def settle_all() -> None:
    """Call it every minute too, from cron or the like: a deposit may wait for days, and a webhook may get lost."""
    for transaction in impact.each(lambda api: api.transactions.drain()):
        if transaction.waits_for_account:
            print(f"{transaction.type} of {transaction.amount_cents} cents: waits for its account", flush=True)
            continue
        try:
            # Here the bank moves the money, once for each transaction.id.
            impact.call(settle, transaction.id)
        except ImpactError:  # it keeps no other one waiting
            logger.exception("transaction %s is not settled; the next run tries again", transaction.id)


async def settle(api: ImpactAPI, transaction_id: str) -> None:
    settled = await api.transactions.settle(transaction_id)
    print(f"{settled.type} of {settled.amount_cents} cents: {settled.state}", flush=True)


def tell_of_failure(job: Future[None]) -> None:
    """A thread's exception is seen by nobody else."""
    if (error := job.exception()) is not None:
        logger.error("settling has stopped; the next run goes on", exc_info=error)


def demo() -> None:
    import threading
    import time

    import httpx
    from sandbox_for_hosts import sandbox, save, save_before_account, send_webhooks_to
    from werkzeug.serving import make_server

    with sandbox() as des, make_server("127.0.0.1", 0, create_app(), threaded=True) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        des.call(send_webhooks_to, f"http://127.0.0.1:{server.port}/webhooks/impact")
        des.call(save_before_account, "bo", 3_000)
        des.call(save, "ada", 5_000)
        while not (page := httpx.get(f"http://127.0.0.1:{server.port}/users/ada/dreams").json())[0]["balance_cents"]:
            time.sleep(0.1)
        jobs.shutdown()
        server.shutdown()
        print(page)


if __name__ == "__main__":
    demo()

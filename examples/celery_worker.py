"""Celery: jobs that settle transactions, each tried again until it is done.

`impact` is made before the pool forks, and has one client in each of its processes.

In production: celery -A celery_worker worker --beat, with CELERY_BROKER_URL, and the first three variables that
`sandbox_for_hosts` sets.

Run it, on a sandbox: uv run python examples/celery_worker.py
"""

import os

from celery import Celery

from impact_sdk import Blocking, ImpactAPI, RateLimited, ServerError, TransportError

EVERY_MINUTE = 60.0

impact = Blocking(ImpactAPI.from_env)

app = Celery("celery_worker", broker=os.environ.get("CELERY_BROKER_URL", "redis://127.0.0.1:6379/0"))
app.conf.beat_schedule = {"settle": {"task": "celery_worker.settle_all", "schedule": EVERY_MINUTE}}


@app.task(name="celery_worker.settle_all")
def settle_all() -> None:
    for transaction in impact.each(lambda api: api.transactions.drain()):
        if transaction.waits_for_account:  # for days it may; the next run finds it again
            print(f"{transaction.type} of {transaction.amount_cents} cents: waits for its account", flush=True)
        else:
            settle.delay(transaction.id)


# To settle a transaction twice changes nothing: so OutcomeUnknown, a TransportError, is tried again as well.
@app.task(
    name="celery_worker.settle",
    autoretry_for=(TransportError, RateLimited, ServerError),
    retry_backoff=True,
    acks_late=True,
)
def settle(transaction_id: str) -> None:
    # Here the bank moves the money, once for each transaction_id.
    settled = impact.call(lambda api: api.transactions.settle(transaction_id))
    print(f"{settled.type} of {settled.amount_cents} cents: {settled.state}", flush=True)


async def has_balance(api: ImpactAPI, external_user_id: str) -> bool:
    return any([dream.balance_cents async for dream in api.dreams.list(external_user_id=external_user_id)])


def demo() -> None:
    import time

    from celery.contrib.testing.worker import start_worker
    from sandbox_for_hosts import sandbox, save, save_before_account

    app.conf.update(broker_url="memory://", worker_hijack_root_logger=False)
    with sandbox() as des:
        des.call(save_before_account, "bo", 3_000)
        des.call(save, "ada", 5_000)
        with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False):
            settle_all.delay()
            while not impact.call(has_balance, "ada"):
                time.sleep(0.1)
        impact.close()


if __name__ == "__main__":
    demo()

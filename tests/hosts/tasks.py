"""The example's Celery application on a Redis that it shares with others, and a task that says which process did it."""

import os
import warnings

import celery_worker

warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")  # as some containers do

app = celery_worker.app
app.conf.update(
    broker_url=os.environ["TEST_REDIS_URL"],
    result_backend=os.environ["TEST_REDIS_URL"],
    broker_transport_options={"global_keyprefix": os.environ["TEST_KEY_PREFIX"]},
    result_backend_transport_options={"global_keyprefix": os.environ["TEST_KEY_PREFIX"]},
    beat_schedule={},
)

if "TEST_USED_BEFORE_THE_FORK" in os.environ:
    list(celery_worker.impact.each(lambda api: api.dreams.list(external_user_id="the parent")))


@app.task(name="ask")
def ask(user: str) -> int:
    assert list(celery_worker.impact.each(lambda api: api.dreams.list(external_user_id=user))) == []
    return os.getpid()

"""The SDK in a Celery worker with a prefork pool, on Redis."""

from typing import Any

import pytest
from celery import Celery

from .arrivals import arriving
from .started import PATIENCE_SECONDS, started

pytestmark = [pytest.mark.processes]

WORKER = ["-m", "celery", "-A", "tests.hosts.tasks", "worker", "--pool", "prefork", "--concurrency", "2"]
WORKER += ["--without-gossip", "--without-mingle", "--loglevel", "warning"]


def test_jobs_ask_once_each_process_by_its_own_connections_and_the_end_is_clean(
    redis_url: str, key_prefix: str
) -> None:
    prefixed = {"global_keyprefix": key_prefix}
    options: dict[str, Any] = {"broker_transport_options": prefixed, "result_backend_transport_options": prefixed}
    process_of = {"the parent": 0}
    with arriving() as arrivals, Celery(broker=redis_url, backend=redis_url, set_as_current=False) as app:
        app.conf.update(options)
        environment = {"TEST_REDIS_URL": redis_url, "TEST_KEY_PREFIX": key_prefix, "TEST_USED_BEFORE_THE_FORK": "yes"}
        with started(WORKER, {**arrivals.environment, **environment}, listens=False) as worker:
            while len(set(process_of.values()) - {0}) < 2:
                users = [f"u{len(process_of) + number}" for number in range(20)]
                jobs = {user: app.send_task("ask", [user]) for user in users}
                process_of |= {user: job.get(timeout=PATIENCE_SECONDS) for user, job in jobs.items()}
            worker.end()

    assert {user: len(connections) for user, connections in arrivals.asked.items()} == dict.fromkeys(process_of, 1)
    assert {len(processes) for processes in arrivals.processes_by_connection(process_of).values()} == {1}
    assert len(arrivals.tokens) == 3
    assert worker.is_clean

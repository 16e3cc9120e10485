"""Django, in one file: plain views under WSGI, webhooks that are verified, and a job that settles transactions.

Nothing here awaits, and it runs the same under ASGI, where Django gives such views a thread. An asynchronous view has
no use for `Blocking`: it awaits an ImpactAPI of its own, as in fastapi_host.py.

In production: gunicorn --workers 4 --preload "django_host:wsgi()", or uvicorn --factory django_host:asgi, with the four
variables that `sandbox_for_hosts` sets.

Run it, on a sandbox: uv run python examples/django_host.py
"""

import functools
import logging
import os
from concurrent.futures import Future, ThreadPoolExecutor

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from impact_sdk import Blocking, ImpactAPI, ImpactError, WebhookError, WebhookVerifier

logger = logging.getLogger(__name__)
impact = Blocking(ImpactAPI.from_env)
jobs = ThreadPoolExecutor(max_workers=1)  # or Celery, as in celery_worker.py


@functools.cache
def verifier() -> WebhookVerifier:
    # A batch may come twice, and to two processes: whoever looks twice for what is to be settled finds it once.
    return WebhookVerifier(os.environ["IMPACT_WEBHOOK_SECRET"], replays=None)


@require_GET
def dreams(request: HttpRequest, external_id: str) -> HttpResponse:
    found = impact.each(lambda api: api.dreams.list(external_user_id=external_id))
    return JsonResponse([{"name": dream.name, "balance_cents": dream.balance_cents} for dream in found], safe=False)


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    try:
        with verifier().receiving(request.body, request.headers) as batch:
            if any(event.type == "DepositRequested" for event in batch.events):
                jobs.submit(settle_all).add_done_callback(tell_of_failure)
    except WebhookError as error:
        return HttpResponse(str(error), status=400)
    return HttpResponse(status=204)


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


urlpatterns = [path("users/<str:external_id>/dreams", dreams), path("webhooks/impact", receive)]


def set_up() -> None:
    settings.configure(ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, SECRET_KEY=os.urandom(32).hex())
    django.setup()


def wsgi() -> WSGIHandler:
    set_up()
    return WSGIHandler()


def asgi() -> ASGIHandler:
    set_up()
    return ASGIHandler()


def demo() -> None:
    import threading
    import time
    from wsgiref.simple_server import make_server

    import httpx
    from sandbox_for_hosts import sandbox, save, save_before_account, send_webhooks_to

    with sandbox() as des, make_server("127.0.0.1", 0, wsgi()) as server:
        here = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        des.call(send_webhooks_to, f"{here}/webhooks/impact")
        des.call(save_before_account, "bo", 3_000)
        des.call(save, "ada", 5_000)
        while not (page := httpx.get(f"{here}/users/ada/dreams").json())[0]["balance_cents"]:
            time.sleep(0.1)
        jobs.shutdown()
        server.shutdown()
        print(page)


if __name__ == "__main__":
    demo()

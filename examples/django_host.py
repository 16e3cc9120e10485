"""Django, in one file: plain views under WSGI, webhooks that are verified, and a job that settles transactions.

Nothing here awaits, and it runs the same under ASGI, where Django gives such views a thread. An asynchronous view has
no use for `Blocking`: it awaits an ImpactAPI of its own, as in fastapi_host.py.

In production: gunicorn --workers 4 --preload "django_host:wsgi()", or uvicorn --factory django_host:asgi, with the four
variables that `sandbox_for_hosts` sets.

Run it, on a sandbox: uv run python examples/django_host.py
"""

import functools
import os
from concurrent.futures import ThreadPoolExecutor

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from impact_sdk import Blocking, ImpactAPI, WebhookError, WebhookVerifier

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
                jobs.submit(settle_all)
    except WebhookError as error:
        return HttpResponse(str(error), status=400)
    return HttpResponse(status=204)


def settle_all() -> None:
    for transaction in impact.each(lambda api: api.transactions.drain()):
        # Here the bank moves the money, once for each transaction.id.
        impact.call(settle, transaction.id)


async def settle(api: ImpactAPI, transaction_id: str) -> None:
    settled = await api.transactions.settle(transaction_id)
    print(f"{settled.type} of {settled.amount_cents} cents: {settled.state}", flush=True)


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
    from sandbox_for_hosts import sandbox, save, send_webhooks_to

    with sandbox() as des, make_server("127.0.0.1", 0, wsgi()) as server:
        here = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        des.call(send_webhooks_to, f"{here}/webhooks/impact")
        des.call(save, "ada", 5_000)
        while not (page := httpx.get(f"{here}/users/ada/dreams").json())[0]["balance_cents"]:
            time.sleep(0.1)
        jobs.shutdown()
        server.shutdown()
        print(page)


if __name__ == "__main__":
    demo()

"""The examples as servers start them in these tests: each answer says which process gave it."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django_host
import flask_host
from fastapi_host import app as fastapi_app

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]
PROCESS = "X-Process"


def telling(app: WSGI) -> WSGI:
    def told(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            return start_response(status, [*headers, (PROCESS, str(os.getpid()))], *failure)

        return app(environ, start)

    return told


def telling_asgi(app: Any) -> Any:
    async def told(scope: Any, receive: Any, send: Any) -> None:
        async def tell(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (PROCESS.encode(), str(os.getpid()).encode())]
            await send(message)

        await app(scope, receive, tell)

    return told


def flask() -> WSGI:
    return telling(flask_host.create_app().wsgi_app)


def flask_used_before_the_fork() -> WSGI:
    """The parent has a client with a connection of its own when it forks."""
    assert list(flask_host.impact.each(lambda api: api.dreams.list(external_user_id="the parent"))) == []
    return flask()


def django_wsgi() -> WSGI:
    return telling(django_host.wsgi())


def django_asgi() -> Any:
    return telling_asgi(django_host.asgi())


fastapi = telling_asgi(fastapi_app)

"""What a bank's own callback and backend need in `check`: a folder, environment variables, an address that answers."""

import contextlib
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import httpx

from ..check import Secrets
from ..server.http.ports import address
from ..server.ids import Ids
from ..simulation.our_bank import CLIENT_ID
from ..simulation.secrets import SECRET_FILE, client_secret

BACKEND_ANSWERS_WITHIN_SECONDS = 5.0


@contextlib.contextmanager
def folder_of(data: Path | None, backend: str | None, port: int) -> Iterator[Path]:
    """The folder of the sandbox: the one that was given, or a temporary one."""
    if backend is not None and (data is None or port == 0):
        raise click.UsageError(
            "--backend needs --port and --data: your backend has to find DES at the same address, with the same "
            "secret, each time; for example --port 8700 --data bank-data, as `bank-app-sim serve` has them"
        )
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="bank-app-sim-check-") as folder:
        yield Path(folder)


def prepare_environment(listener: socket.socket, folder: Path, secrets: Secrets, backend: str | None) -> None:
    """Set the environment variables that the callback's module reads when it is imported."""
    secret = client_secret(folder, Ids(random.SystemRandom()))
    secrets.know_credentials(CLIENT_ID, secret)
    # They replace those of the shell: the credentials must reach no other server.
    os.environ["IMPACT_BASE_URL"] = os.environ["IMPACT_DES_URL"] = address(listener)
    os.environ["IMPACT_CLIENT_ID"] = CLIENT_ID
    os.environ["IMPACT_CLIENT_SECRET"] = secret
    if backend is not None:
        os.environ["BANK_BACKEND_URL"] = backend


def require_answer(backend: str, folder: Path) -> None:
    """Raise `UsageError` if nothing answers at the address. Any answer will do."""
    try:
        httpx.get(backend, timeout=BACKEND_ANSWERS_WITHIN_SECONDS)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise click.UsageError(
            f"--backend {backend!r} is no address; write for example http://127.0.0.1:8080"
        ) from error
    except httpx.RequestError as error:
        raise click.UsageError(
            f"nothing answers at --backend {backend} ({error or type(error).__name__}); start your backend first, with "
            f"IMPACT_BASE_URL={os.environ['IMPACT_BASE_URL']}, IMPACT_CLIENT_ID={CLIENT_ID}, and as "
            f"IMPACT_CLIENT_SECRET "
            f"what is in {folder / SECRET_FILE}"
        ) from error

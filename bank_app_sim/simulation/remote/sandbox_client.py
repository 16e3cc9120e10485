"""The player's client of a served sandbox: makes worlds, sends operations to one, and explains what fails."""

from collections.abc import Mapping
from typing import Any

import attrs
import httpx

from ...invocation import command
from .control.worlds import VERSION, WORLDS

# Simulated years pass in this time. A world that takes longer is stuck.
PATIENCE_SECONDS = 600


class SandboxError(Exception):
    """A served sandbox does not do what a player needs; the message says why, and the way out."""


def transport(url: str) -> httpx.AsyncHTTPTransport:
    """The transport to a sandbox. It closes idle connections before the server does, which is after five seconds."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=2)
    # It takes longer to read the certificates of all authorities than to make a world.
    return httpx.AsyncHTTPTransport(verify=url.startswith("https:"), limits=limits, trust_env=False)


@attrs.frozen
class SandboxClient:
    """A client of the control plane.

    Attributes:
        url: The address of DES.
    """

    url: str
    http: httpx.AsyncClient = attrs.field(repr=False)

    async def make(self, settings: Mapping[str, Any]) -> "WorldClient":
        """Make a new world.

        Raises:
            SandboxError: No sandbox answers, it has another version, or it makes no more worlds.
        """
        listed = await self._ask("GET", WORLDS)
        version = listed.get("version")
        if version != VERSION:
            raise SandboxError(
                f"the sandbox at {self.url} has version {version} of worlds, and this program plays in version "
                f"{VERSION}; let both be the same release of impact-sdk"
            )
        world = (await self._ask("POST", WORLDS, settings))["world"]
        return WorldClient(self, world)

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        try:
            answer = await self.http.request(method, f"{self.url}{path}", json=body)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            whole = "" if "://" in self.url else f"; write http://{self.url}"
            raise SandboxError(f"{self.url!r} is no address of a sandbox{whole or f': {error}'}") from error
        except httpx.TransportError as error:
            raise SandboxError(
                f"nothing answers at {self.url} ({_said(error)}); start a sandbox with: {command('serve')}"
            ) from error
        if answer.is_success:
            values = _object(answer)
            if values is not None:
                return values
        elif (said := _errors(answer)) and answer.status_code != 404:
            raise SandboxError(f"the sandbox at {self.url} refuses to {method} {path}: {said}")
        elif said:
            raise SandboxError(
                f"{self.url} has no worlds to play in: it is not the address of DES (des_url of `serve`), "
                "or a sandbox of an older release; give the one, or update the other"
            )
        raise SandboxError(
            f"what answers at {self.url} is no sandbox (it said {answer.status_code} to {method} {path}); start one "
            f"with: {command('serve')}"
        )


@attrs.frozen
class WorldClient:
    """A client of one world.

    Attributes:
        world: What the sandbox answered when it made the world.
    """

    sandbox: SandboxClient
    world: Mapping[str, Any] = attrs.field(repr=False)

    async def ask(self, method: str, what: str = "", body: Any = None) -> Mapping[str, Any]:
        """Send one operation of this world; `what` is the rest of its path.

        Raises:
            SandboxError: The sandbox refused it, or did not answer.
        """
        path = f"{WORLDS}/{self.world['id']}{what}"
        try:
            answer = await self.sandbox.http.request(method, f"{self.sandbox.url}{path}", json=body)
        except httpx.TimeoutException as error:
            raise SandboxError(
                f"world {self.world['id']} has not come to rest within {PATIENCE_SECONDS} seconds ({method} {path}); "
                "something in it goes on for ever"
            ) from error
        except httpx.TransportError as error:
            raise SandboxError(
                f"the sandbox at {self.sandbox.url} does not answer any more ({_said(error)}); its worlds end with it, "
                "so start it and play again"
            ) from error
        if answer.status_code == 204:
            return {}
        values = _object(answer) if answer.is_success else None
        if values is None:
            said = _errors(answer) or f"{answer.status_code} {answer.reason_phrase}"
            raise SandboxError(f"{method} {path} of the sandbox at {self.sandbox.url} was refused: {said}")
        return values


def client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport(url), timeout=httpx.Timeout(PATIENCE_SECONDS, connect=5))


def _object(answer: httpx.Response) -> Mapping[str, Any] | None:
    try:
        values = answer.json()
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


def _errors(answer: httpx.Response) -> str:
    """What a sandbox says is wrong, on one line; empty if the answer is not from a sandbox."""
    values = _object(answer)
    try:
        return "; ".join(
            " ".join(([] if error["field"] == "base" else [error["field"]]) + [", ".join(error["errors"])])
            for error in (values or {})["errors"]
        )
    except (KeyError, TypeError):
        return ""


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__

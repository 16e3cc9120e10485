"""The OpenAPI documents of an Arazzo document: read from files below its folder, or fetched from this machine."""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import anyio
import httpx

from impact_sdk import wire

from ...invocation import command
from ..text.source import UnfitFile, content_of
from . import reading
from .answers import AnswerTooLarge, read_bounded
from .document import Document, Part
from .operations import API, operations_in

# OpenAPI documents of large vendors have some megabytes.
LARGEST_API = 10_000_000
FETCH_SECONDS = 30.0


def is_loopback(url: str) -> bool:
    """Whether an address is of this machine, as httpx reads it."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    if (parsed.port or 0) > 65_535:
        return False
    try:
        return ipaddress.ip_address(parsed.host).is_loopback
    except ValueError:
        return parsed.host == "localhost"


async def load(document: Document, *, http: httpx.AsyncClient, against: str | None) -> dict[str, API]:
    """Every source description, by its name.

    Args:
        against: The address of the API, instead of the one in the document. A document of the API that has to be
            fetched comes from there, too.

    Raises:
        DocumentError: One cannot be read, is not an OpenAPI document, or belongs to another host than this machine.
    """
    return {
        name: await _load(document, source, http=http, against=against) for name, source in document.sources.items()
    }


async def _load(document: Document, source: Part, *, http: httpx.AsyncClient, against: str | None) -> API:
    written = source.value["url"]
    try:
        parts = urlsplit(written)
    except ValueError as error:
        raise document.error(source, f"{written!r} is not an address: {error}", name="url") from error
    if parts.scheme in ("http", "https"):
        url = urljoin(f"{against.rstrip('/')}/", parts.path.rpartition("/")[2]) if against else written
        _require_loopback(document, source, url)
        api = await _fetched(document, source, url, http)
    elif parts.scheme in ("", "file"):
        file = Path(document.source.file).parent / unquote(parts.path)
        url, api = file.absolute().as_uri(), _from_file(document, source, file)
    else:
        raise document.error(source, f"{written!r} is neither a file nor an address that begins with http", name="url")
    if not isinstance(api, dict) or not isinstance(api.get("paths"), dict) or "openapi" not in api:
        raise document.error(source, f"{url} is not an OpenAPI document: it has no 'openapi' and 'paths'", name="url")
    server = _address(document, source, url, against or _server(api))
    if urlsplit(server).scheme not in ("http", "https"):
        sentence = f"{url} does not say where its API is (servers); give its address with --against"
        raise document.error(source, sentence, name="url")
    _require_loopback(document, source, server)
    try:
        found = tuple(operations_in(api, server))
    except (AttributeError, TypeError) as error:
        raise document.error(source, f"{url} is an OpenAPI document with a mistake: {error}", name="url") from error
    return API(name=source.value["name"], url=written, operations=found)


def _server(api: Mapping[str, object]) -> str:
    servers = api.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    return str(first.get("url", "/")) if isinstance(first, dict) else "/"


def _address(document: Document, source: Part, url: str, server: str) -> str:
    try:
        return urljoin(url, server).rstrip("/")
    except ValueError as error:
        raise document.error(source, f"{server!r} is not an address: {error}", name="url") from error


def _require_loopback(document: Document, source: Part, url: str) -> None:
    if not is_loopback(url):
        sentence = (
            f"{url} is not an address on this machine: a document sends requests to 127.0.0.1, ::1 or localhost only; "
            f"serve a sandbox with `{command('serve')}`, and name its address"
        )
        raise document.error(source, sentence, name="url")


async def _fetched(document: Document, source: Part, url: str, http: httpx.AsyncClient) -> Any:
    try:
        with anyio.fail_after(FETCH_SECONDS):
            async with http.stream("GET", url) as answer:
                content = await read_bounded(answer, largest=LARGEST_API)
    except (httpx.HTTPError, AnswerTooLarge, TimeoutError) as error:
        why = str(error) or type(error).__name__
        sentence = f"{url} cannot be fetched ({why}); is it served? Try `{command('serve')}`"
        raise document.error(source, sentence, name="url") from error
    if answer.status_code != 200:
        raise document.error(source, f"{url} answers {answer.status_code}, and not with a document", name="url")
    return _read(document, source, content, url)


def _from_file(document: Document, source: Part, file: Path) -> Any:
    """Only below the folder of the document: its author may be anybody, and gets no other files."""
    try:
        if not file.resolve().is_relative_to(Path(document.source.file).resolve().parent):
            sentence = (
                f"{source.value['url']!r} is outside of the document's folder; put a copy there, or give an address"
            )
            raise document.error(source, sentence, name="url")
        content = content_of(file, largest=LARGEST_API)
    except UnfitFile as error:
        raise document.error(source, f"{file} is {error}", name="url") from error
    except (OSError, ValueError, RuntimeError) as error:  # an impossible file name; links in a circle
        reason = getattr(error, "strerror", None) or str(error)
        raise document.error(source, f"{file} cannot be read: {reason}", name="url") from error
    return _read(document, source, content, str(file))


def _read(document: Document, source: Part, content: bytes, file: str) -> Any:
    """JSON, or else YAML."""
    try:
        return wire.loads(content)
    except ValueError as no_json:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise document.error(source, f"{file} is not UTF-8", name="url") from error
        if text.lstrip().startswith("{") and len(text) > reading.LARGEST_FILE:
            raise document.error(source, f"{file} is {no_json}", name="url") from no_json
        return reading.parse(text, file=file).value

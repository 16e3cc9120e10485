"""The operations of the OpenAPI documents that an Arazzo document speaks of."""

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import anyio
import attrs
import httpx

from impact_sdk import wire

from ...invocation import command
from . import reading
from .answers import AnswerTooLarge, read_bounded
from .document import Document, Part
from .errors import NoSuchValue, instead
from .parameters import FORM, SIMPLE, STYLES, Style
from .selection import at_pointer

# OpenAPI documents of large vendors have some megabytes.
LARGEST_API = 10_000_000
FETCH_SECONDS = 30.0

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@attrs.frozen(kw_only=True)
class Operation:
    """One operation of an API.

    Attributes:
        server: Where the API is, without a slash at the end.
        parameters: How each declared parameter is written, by where it goes and its name.
        content_types: What a body can be written as, the first by preference.
    """

    id: str
    method: str
    path: str
    server: str
    parameters: Mapping[tuple[str, str], Style]
    content_types: tuple[str, ...]

    def style(self, place: str, name: str) -> Style:
        """How a parameter is written; the document of the API does not have to know a header or a cookie."""
        return self.parameters.get((place, name), SIMPLE if place in ("path", "header") else FORM)

    @property
    def label(self) -> str:
        """As messages of a trace are called."""
        return f"{self.method} {self.path.removeprefix('/v1')}"


@attrs.frozen(kw_only=True)
class API:
    """One source description, read."""

    name: str
    url: str
    operations: tuple[Operation, ...]

    def by_id(self) -> dict[str, Operation]:
        return {operation.id: operation for operation in self.operations if operation.id}


def is_loopback(url: str) -> bool:
    """Whether an address is of this machine, as whoever sends the request will read it."""
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
        against: Where the API is, instead of where the document says; also the document of the API is taken from there
            when it was to be fetched.

    Raises:
        DocumentError: One cannot be had, is no OpenAPI document, or is of another host than this machine.
    """
    return {
        name: await _load(document, source, http=http, against=against) for name, source in document.sources.items()
    }


async def _load(document: Document, source: Part, *, http: httpx.AsyncClient, against: str | None) -> API:
    written = source.value["url"]
    try:
        parts = urlsplit(written)
    except ValueError as error:
        raise document.error(source, f"{written!r} is no address: {error}", name="url") from error
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
        raise document.error(source, f"{url} is no OpenAPI document: it has no 'openapi' and 'paths'", name="url")
    server = _address(document, source, url, against or _server(api))
    if urlsplit(server).scheme not in ("http", "https"):
        sentence = f"{url} does not say where its API is (servers); give its address with --against"
        raise document.error(source, sentence, name="url")
    _require_loopback(document, source, server)
    try:
        found = tuple(_operations(api, server))
    except (AttributeError, TypeError) as error:
        raise document.error(source, f"{url} is an OpenAPI document with a mistake: {error}", name="url") from error
    return API(name=source.value["name"], url=written, operations=found)


def _server(api: Mapping[str, Any]) -> str:
    servers = api.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    return str(first.get("url", "/")) if isinstance(first, dict) else "/"


def _address(document: Document, source: Part, url: str, server: str) -> str:
    try:
        return urljoin(url, server).rstrip("/")
    except ValueError as error:
        raise document.error(source, f"{server!r} is no address: {error}", name="url") from error


def _require_loopback(document: Document, source: Part, url: str) -> None:
    if not is_loopback(url):
        sentence = (
            f"{url} is no address on this machine: a document sends requests to 127.0.0.1, ::1 or localhost only; "
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
    """Below the folder of the document: whoever wrote it may be somebody else, and has no business elsewhere."""
    try:
        if not file.resolve().is_relative_to(Path(document.source.file).resolve().parent):
            sentence = (
                f"{source.value['url']!r} is outside of the document's folder; put a copy there, or give an address"
            )
            raise document.error(source, sentence, name="url")
        content = reading.content(file, largest=LARGEST_API)
    except reading.UnfitFile as error:
        raise document.error(source, f"{file} is {error}", name="url") from error
    except (OSError, ValueError, RuntimeError) as error:  # a name of a file that cannot be; links in a circle
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
            raise document.error(source, f"{file} is no text in UTF-8", name="url") from error
        if text.lstrip().startswith("{") and len(text) > reading.LARGEST_FILE:
            raise document.error(source, f"{file} is {no_json}", name="url") from no_json
        return reading.parse(text, file=file).value


def _operations(api: Mapping[str, Any], server: str) -> Iterator[Operation]:
    for path, item in api["paths"].items():
        if not path.startswith("/") or not path.isprintable():  # behind the host it could be a part of the host
            raise TypeError(f"{path!r} is no path: it begins with /, and prints")
        for method in _METHODS:
            if method not in item:
                continue
            operation = item[method]
            parameters = [_whole(api, each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]
            body = _whole(api, operation.get("requestBody", {}))
            yield Operation(
                id=str(operation.get("operationId", "")),
                method=method.upper(),
                path=path,
                server=server,
                parameters={(str(each.get("in")), str(each.get("name"))): Style.of(each) for each in parameters},
                content_types=tuple(body.get("content", {})),
            )


def _whole(api: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = value.get("$ref", "")
    if not reference.startswith("#"):
        return value
    try:
        found: Mapping[str, Any] = at_pointer(api, reference[1:], of=reference)
    except NoSuchValue:
        return {}
    return found


def find(document: Document, apis: Mapping[str, API], step: Part) -> Operation:
    """The operation that a step calls.

    Raises:
        DocumentError: There is none, or its parameters are not those of the step.
    """
    return _by_id(document, apis, step) if "operationId" in step.value else _by_path(document, apis, step)


def _by_id(document: Document, apis: Mapping[str, API], step: Part) -> Operation:
    wanted = step.value["operationId"]
    prefix, among = "$sourceDescriptions.", list(apis.values())
    if wanted.startswith(prefix):
        name, _, wanted = wanted.removeprefix(prefix).partition(".")
        if name not in apis:
            sentence = f"there is no source description {name!r}{instead(name, apis)}"
            raise document.error(step, sentence, name="operationId")
        among = [apis[name]]
    found = [api.by_id()[wanted] for api in among if wanted in api.by_id()]
    if not found:
        known = [other for api in among for other in api.by_id()]
        of = " and ".join(repr(api.name) for api in among)
        raise document.error(step, f"{of} has no operation {wanted!r}{instead(wanted, known)}", name="operationId")
    if len(found) > 1:
        sentence = f"several sources have an operation {wanted!r}; write $sourceDescriptions.NAME.{wanted}"
        raise document.error(step, sentence, name="operationId")
    return found[0]


def _by_path(document: Document, apis: Mapping[str, API], step: Part) -> Operation:
    written = step.value["operationPath"]
    source, sharp, pointer = written.partition("#")
    name = source.removeprefix("{$sourceDescriptions.").removesuffix(".url}")
    names = pointer.replace("~1", "/").rsplit("/", 1)
    if not sharp or source != f"{{$sourceDescriptions.{name}.url}}" or not names[0].startswith("/paths//"):
        shape = "{$sourceDescriptions.NAME.url}#/paths/~1dreams~1{id}/get"
        raise document.error(
            step, f"operationPath {written!r} is not understood; it is written {shape}", name="operationPath"
        )
    if name not in apis:
        sentence = f"there is no source description {name!r}{instead(name, apis)}"
        raise document.error(step, sentence, name="operationPath")
    path, method = names[0].removeprefix("/paths/").replace("~0", "~"), names[1].upper()
    for operation in apis[name].operations:
        if (operation.path, operation.method) == (path, method):
            return operation
    known = [f"{operation.method} {operation.path}" for operation in apis[name].operations]
    wanted = f"{method} {path}"
    raise document.error(step, f"{name!r} has no {wanted}{instead(wanted, known)}", name="operationPath")


def check_parameters(document: Document, workflow: Part, step: Part, operation: Operation) -> None:
    """`DocumentError` where a path stays without a value, or a parameter is of no use to the operation."""
    given = {(each.value["in"], each.value["name"]): each for each in document.parameters(workflow, step)}
    for place, name in sorted(operation.parameters):
        if place == "path" and ("path", name) not in given:
            raise document.error(step, f"{operation.method} {operation.path} needs the path parameter {name!r}")
    for (place, name), parameter in given.items():
        known = [other for where, other in operation.parameters if where == place]
        if place in ("path", "query") and name not in known:
            sentence = f"{operation.method} {operation.path} has no {place} parameter {name!r}{instead(name, known)}"
            raise document.error(parameter, sentence)
        style = operation.style(place, name).name
        if place in STYLES and style != STYLES[place]:
            sentence = (
                f"{name!r} is of style {style!r}, which cannot be sent; of a {place} parameter {STYLES[place]!r} can"
            )
            raise document.error(parameter, sentence)

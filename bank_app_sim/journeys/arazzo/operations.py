"""The operations of an OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from .errors import NoSuchValue
from .parameters import FORM, SIMPLE, Style
from .selection import at_pointer

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@attrs.frozen(kw_only=True)
class DocumentOperation:
    """One operation of an API, as an OpenAPI document has it.

    Attributes:
        server: Where the API is, without a slash at the end.
        parameters: The style of each declared parameter, by its place and name.
        content_types: The media types of a body, the preferred one first.
    """

    id: str
    method: str
    path: str
    server: str
    parameters: Mapping[tuple[str, str], Style]
    content_types: tuple[str, ...]

    def style(self, place: str, name: str) -> Style:
        """The style of a parameter. The document of the API may not know a header or a cookie."""
        return self.parameters.get((place, name), SIMPLE if place in ("path", "header") else FORM)

    @property
    def label(self) -> str:
        """The label of its messages in a trace."""
        return f"{self.method} {self.path.removeprefix('/v1')}"


@attrs.frozen(kw_only=True)
class API:
    """One source description, read."""

    name: str
    url: str
    operations: tuple[DocumentOperation, ...]

    def by_id(self) -> dict[str, DocumentOperation]:
        return {operation.id: operation for operation in self.operations if operation.id}


def operations_in(api: Mapping[str, Any], server: str) -> Iterator[DocumentOperation]:
    """The operations of an OpenAPI document.

    Raises:
        AttributeError or TypeError: The document has a mistake.
    """
    for path, item in api["paths"].items():
        if not path.startswith("/") or not path.isprintable():  # after the host it could become a part of the host
            raise TypeError(f"{path!r} is not a path: a path begins with / and has only printable characters")
        for method in _METHODS:
            if method not in item:
                continue
            operation = item[method]
            parameters = [_whole(api, each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]
            body = _whole(api, operation.get("requestBody", {}))
            yield DocumentOperation(
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

"""Which operation each step calls, and whether the step's parameters are those of the operation."""

from collections.abc import Mapping

from .document import Document, Part
from .errors import instead
from .operations import API, DocumentOperation
from .parameters import STYLES


def find(document: Document, apis: Mapping[str, API], step: Part) -> DocumentOperation:
    """The operation that a step calls.

    Raises:
        DocumentError: There is no such operation.
    """
    return _by_id(document, apis, step) if "operationId" in step.value else _by_path(document, apis, step)


def _by_id(document: Document, apis: Mapping[str, API], step: Part) -> DocumentOperation:
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


def _by_path(document: Document, apis: Mapping[str, API], step: Part) -> DocumentOperation:
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


def check_parameters(document: Document, workflow: Part, step: Part, operation: DocumentOperation) -> None:
    """`DocumentError` if a part of the path gets no value, or if the operation has no such parameter."""
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

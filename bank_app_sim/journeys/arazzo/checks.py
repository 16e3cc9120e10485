"""Checks that every name in a document exists: steps, outputs, inputs, workflows, components, expressions."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from . import conditions, criteria, expressions, selection
from .document import TARGETS, Document, Part
from .errors import ExpressionError, instead
from .expressions import Expression
from .inputs import TYPES
from .reading import Steps

# Texts under these names are for people, are names, or are checked elsewhere.
_NO_EXPRESSIONS = (
    *("summary", "description", "workflowId", "stepId", "name", "in", "type", "inputs", "dependsOn", "contentType"),
    *("operationId", "operationPath", "reference", "condition", "selector"),
)
_JSONPATH_VERSIONS = ("rfc9535",)


def check(document: Document) -> None:
    """`DocumentError` for the first name that does not exist."""
    if "#" in document.source.value.get("$self", ""):
        raise document.source.error(("$self",), "$self is the address of the document, and has no part behind '#'")
    _unique(document, document.sources, "sourceDescriptions", "name")
    _unique(document, document.workflows, "workflows", "workflowId")
    for source in document.sources.values():
        if source.value.get("type", "openapi") != "openapi":
            sentence = f"a source of type {source.value['type']!r} is not run here; one of type 'openapi' is"
            raise document.error(source, sentence, name="type")
    for kind in ("parameters", "successActions", "failureActions"):
        for name, value in document.components.get(kind, {}).items():
            _Names(document, None).values(value, ("components", kind, name))
    for workflow in document.workflows.values():
        _workflow(document, workflow)


def _unique(document: Document, by_name: Mapping[str, Part], plural: str, name: str) -> None:
    for position, value in enumerate(document.source.value[plural]):
        first = by_name[value[name]].at
        if first != (plural, position):  # the last one of a name is kept
            raise document.source.error((*first, name), f"{name} {value[name]!r} is there twice")


def _workflow(document: Document, workflow: Part) -> None:
    seen: set[str] = set()
    steps = workflow.parts("steps")
    for step in steps:
        if step.value["stepId"] in seen:
            raise document.error(step, f"stepId {step.value['stepId']!r} is there twice in the workflow", name="stepId")
        seen.add(step.value["stepId"])
    for position, needed in enumerate(workflow.value.get("dependsOn", ())):
        _known(document, (*workflow.at, "dependsOn", position), "workflow", needed, document.workflows)
    for step in steps:
        _step(document, workflow, step, seen)
    _inputs(document, workflow)
    _Names(document, workflow).values(workflow.value, workflow.at)


def _inputs(document: Document, workflow: Part) -> None:
    at, schema = (*workflow.at, "inputs"), document.schema_of_inputs(workflow)
    if "$ref" in schema:
        known = [f"#/components/inputs/{name}" for name in document.components.get("inputs", {})]
        raise document.source.error(at, f"there is no {schema['$ref']!r}{instead(str(schema['$ref']), known)}")
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, dict) or not all(isinstance(each, dict) for each in properties.values()):
        raise document.source.error(at, "'properties' must be an object with a JSON Schema for each input")
    for name, each in properties.items():
        types = each.get("type", [])
        for word in types if isinstance(types, list) else [types]:
            if not isinstance(word, str) or word not in TYPES:
                raise document.source.error(at, f"input {name!r} has no type {word!r}{instead(str(word), TYPES)}")
        if not isinstance(each.get("enum", []), list):
            raise document.source.error(at, f"'enum' of input {name!r} must be a list")
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise document.source.error(at, "'required' must be a list of names of inputs")
    for name in required:
        _known(document, at, "input", name, properties)


def _step(document: Document, workflow: Part, step: Part, ids: set[str]) -> None:
    targets = [name for name in TARGETS if name in step.value]
    if len(targets) != 1:
        has = "none of them" if not targets else " and ".join(map(repr, targets))
        raise document.error(step, f"a step has one of {', '.join(map(repr, TARGETS))}; this one has {has}")
    if targets == ["workflowId"]:
        _known(document, (*step.at, "workflowId"), "workflow", step.value["workflowId"], document.workflows)
        if "requestBody" in step.value:
            sentence = "a step that runs a workflow has no body; give the workflow 'parameters'"
            raise document.error(step, sentence, name="requestBody", at_key=True)
    for position, needed in enumerate(step.value.get("dependsOn", ())):
        _known(document, (*step.at, "dependsOn", position), "step", needed, ids)
    for part, plural in ((step, ("onSuccess", "onFailure")), (workflow, ("successActions", "failureActions"))):
        for action in (action for name in plural for action in part.parts(name)):
            _reference(document, action, ("successActions", "failureActions"))
            _action(document, document.whole(action), ids)
    for part in (step, workflow):
        for parameter in part.parts("parameters"):
            _reference(document, parameter, ("parameters",))
        _no_parameter_twice(document, part)
    for parameter in step.parts("parameters") + workflow.parts("parameters"):
        if targets != ["workflowId"] and "in" not in document.whole(parameter).value:
            raise document.error(parameter, "a parameter of an operation needs 'in': path, query, header or cookie")


def _no_parameter_twice(document: Document, part: Part) -> None:
    seen: set[tuple[str, str | None]] = set()
    for parameter in document.listed(part, "parameters"):
        key = parameter.value["name"], parameter.value.get("in")
        if key in seen:
            raise document.error(parameter, f"the parameter {key[0]!r} is there twice")
        seen.add(key)


def _action(document: Document, action: Part, ids: set[str]) -> None:
    goes_to = [name for name in ("stepId", "workflowId") if name in action.value]
    if action.value["type"] == "goto" and len(goes_to) != 1:
        raise document.error(action, "an action of type 'goto' needs 'stepId' or 'workflowId', and one of them only")
    if "stepId" in goes_to:
        _known(document, (*action.at, "stepId"), "step", action.value["stepId"], ids)
    if "workflowId" in goes_to:
        _known(document, (*action.at, "workflowId"), "workflow", action.value["workflowId"], document.workflows)


def _reference(document: Document, part: Part, kinds: tuple[str, ...]) -> None:
    text = part.value.get("reference")
    if text is None:
        return
    match = re.fullmatch(r"\$components\.(\w+)\.([\w.\-]+)", text)
    if match is None or match[1] not in kinds:
        forms = " or ".join(f"$components.{kind}.NAME" for kind in kinds)
        raise document.error(part, f"reference {text!r} is not understood here; {forms} is", name="reference")
    names = document.components.get(match[1], {})
    if match[2] not in names:
        sentence = f"components.{match[1]} has no {match[2]!r}{instead(match[2], names)}"
        raise document.error(part, sentence, name="reference")


def _known(document: Document, at: Steps, what: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise document.source.error(at, f"there is no {what} {name!r}{instead(name, known)}")


@attrs.frozen
class _Names:
    """Checks every expression in a workflow, or in a component, which belongs to no workflow."""

    document: Document
    workflow: Part | None

    def values(self, value: object, at: Steps) -> None:
        if isinstance(value, dict):
            is_data = _is_data(at)
            self._object(value, at, is_data=is_data)
            for name, member in value.items():
                if is_data or not (name.startswith("x-") or name in _NO_EXPRESSIONS):
                    self.values(member, (*at, name))
        elif isinstance(value, list):
            for position, element in enumerate(value):
                self.values(element, (*at, position))
        elif isinstance(value, str):
            self._text(value, at)

    def _object(self, value: Mapping[str, Any], at: Steps, *, is_data: bool) -> None:
        """Conditions and selectors: they contain expressions."""
        if selection.is_selector(value) if is_data else "selector" in value:
            self._selector(value["selector"], value["type"], (*at, "selector"), (*at, "type"))
        elif "condition" in value and not is_data:
            self._criterion(value, at)

    def _text(self, text: str, at: Steps) -> None:
        for expression in self._parsed(at, lambda: _expressions(text)):
            self._leads_somewhere(expression, at)
        if (at[-1] == "context" or "outputs" in at[-2:-1]) and not _is_data(at[:-1]):
            self._parsed(at, lambda: [expressions.parse(text)])

    def _parsed(self, at: Steps, parse: Any) -> list[Expression]:
        try:
            return list(parse())
        except ExpressionError as error:
            raise self.document.source.error(at, str(error)) from error

    def _criterion(self, value: Mapping[str, Any], at: Steps) -> None:
        kind, condition, where = value.get("type", "simple"), value["condition"], (*at, "condition")
        if kind == "simple":
            for expression in self._parsed(where, lambda: conditions.references(conditions.parse(condition))):
                self._leads_somewhere(expression, where)
            return
        if "context" not in value:
            raise self.document.source.error(at, f"a condition of type {_type_name(kind)!r} needs 'context'")
        for expression in self._parsed(where, lambda: _embedded(condition)):
            self._leads_somewhere(expression, where)
        if kind == "regex":
            self._regex(condition, where)
        elif _type_name(kind) == "jsonpath":
            self._selector(condition, kind, where, (*at, "type"))
        else:
            raise self._unsupported(kind, (*at, "type"), ("simple", "regex", "jsonpath"))

    def _regex(self, text: str, at: Steps) -> None:
        try:
            criteria.pattern(text)
        except ExpressionError as error:
            raise self.document.source.error(at, str(error)) from error

    def _selector(self, text: str, kind: Any, at: Steps, kind_at: Steps) -> None:
        name = _type_name(kind)
        if name == "jsonpath" and (isinstance(kind, str) or kind["version"] in _JSONPATH_VERSIONS):
            if not list(_embedded(text)):
                self._path(text, at)
        elif name == "jsonpointer":
            if text and not text.startswith("/"):
                raise self.document.source.error(at, f"{text!r} is not a JSON pointer: a pointer begins with /")
        else:
            raise self._unsupported(kind, kind_at, ("jsonpath", "jsonpointer"))

    def _path(self, text: str, at: Steps) -> None:
        try:
            selection.path(text)
        except ExpressionError as error:
            raise self.document.source.error(at, str(error)) from error

    def _unsupported(self, kind: Any, at: Steps, known: tuple[str, ...]) -> Exception:
        named = kind if isinstance(kind, str) else f"{kind['type']} {kind['version']}"
        return self.document.source.error(at, f"type {named!r} cannot be run here; {', '.join(known)} can")

    def _leads_somewhere(self, expression: Expression, at: Steps) -> None:
        workflow = self.workflow
        if expression.root == "components":
            raise self.document.source.error(at, f"{expression}: a component is spoken of in 'reference', not here")
        if expression.root == "sourceDescriptions":
            _known(self.document, at, "source description", expression.of, self.document.sources)
        elif expression.root == "workflows":
            _known(self.document, at, "workflow", expression.of, self.document.workflows)
        elif workflow is not None and expression.root == "inputs":
            names = self.document.inputs(workflow)
            if not _is_among(expression.name, names):
                sentence = (
                    f"{expression}: the workflow has no input {expression.name!r}{instead(expression.name, names)}"
                )
                raise self.document.source.error(at, sentence)
        elif workflow is not None and expression.root == "steps":
            self._output(workflow, expression, at)

    def _output(self, workflow: Part, expression: Expression, at: Steps) -> None:
        steps = {step.value["stepId"]: step for step in workflow.parts("steps")}
        if expression.of not in steps:
            sentence = f"{expression}: there is no step {expression.of!r}{instead(expression.of, steps)}"
            raise self.document.source.error(at, sentence)
        outputs = steps[expression.of].value.get("outputs", {})
        if not _is_among(expression.name, outputs):
            sentence = f"{expression}: step {expression.of!r} has no output {expression.name!r}"
            raise self.document.source.error(at, sentence + instead(expression.name, outputs))
        here = at[len(workflow.at) + 1] if len(at) > len(workflow.at) + 1 and at[len(workflow.at)] == "steps" else None
        there = steps[expression.of].at[-1]
        if isinstance(here, int) and isinstance(there, int) and there > here and not _jumps(workflow):
            sentence = f"{expression}: step {expression.of!r} comes later, so it has no outputs yet"
            raise self.document.source.error(at, sentence)


def _is_data(at: Steps) -> bool:
    """Whether a value is data for the API: its names have no meaning in Arazzo."""
    return "payload" in at or "value" in at


def _is_among(name: str, names: Iterable[str]) -> bool:
    """Whether a name is known; it can contain dots, or names of inner values can follow it."""
    return name in names or name.partition(".")[0] in names


def _jumps(workflow: Part) -> bool:
    return "'goto'" in repr(workflow.value)


def _type_name(kind: Any) -> str:
    return str(kind if isinstance(kind, str) else kind["type"])


def _expressions(text: str) -> Iterator[Expression]:
    if expressions.is_expression(text):
        yield expressions.parse(text)
    else:
        yield from _embedded(text)


def _embedded(text: str) -> Iterator[Expression]:
    yield from (piece for piece in expressions.pieces(text) if isinstance(piece, Expression))

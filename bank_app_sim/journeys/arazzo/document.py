"""The parts of a document that has passed its checks, by name."""

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from .reading import Source, Steps

# What a step calls: it has exactly one of these.
TARGETS = ("operationId", "operationPath", "workflowId")


@attrs.frozen(eq=False)
class Part:
    """An object of the document, and the way to it."""

    value: Mapping[str, Any] = attrs.field(repr=False)
    at: Steps

    def parts(self, name: str) -> "list[Part]":
        """The objects of the list under a name; none if it is missing."""
        return [Part(value, (*self.at, name, position)) for position, value in enumerate(self.value.get(name, ()))]


@attrs.frozen(eq=False)
class Document:
    """An Arazzo document."""

    source: Source

    @functools.cached_property
    def workflows(self) -> dict[str, Part]:
        root = Part(self.source.value, ())
        return {workflow.value["workflowId"]: workflow for workflow in root.parts("workflows")}

    @functools.cached_property
    def sources(self) -> dict[str, Part]:
        root = Part(self.source.value, ())
        return {part.value["name"]: part for part in root.parts("sourceDescriptions")}

    @functools.cached_property
    def components(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.source.value.get("components", {})
        return found

    def error(self, part: Part, sentence: str, *, name: str = "", at_key: bool = False) -> Exception:
        return self.source.error((*part.at, name) if name else part.at, sentence, at_key=at_key)

    def whole(self, part: Part) -> Part:
        """The object that a reference stands for, with the value of the reference; other objects are returned as is."""
        if "reference" not in part.value:
            return part
        _, kind, name = part.value["reference"].split(".", 2)
        found = self.components[kind][name]
        if "value" in part.value:
            found = {**found, "value": part.value["value"]}
        return Part(found, part.at)

    def listed(self, part: Part, name: str) -> list[Part]:
        """As `Part.parts()`, with references replaced by what they stand for."""
        return [self.whole(each) for each in part.parts(name)]

    def actions(self, workflow: Part, step: Part, *, succeeded: bool) -> list[Part]:
        """The actions after a step, in order: its own, then those of the workflow that it does not override."""
        own, shared = ("onSuccess", "successActions") if succeeded else ("onFailure", "failureActions")
        listed = self.listed(step, own)
        names = {action.value["name"] for action in listed}
        return listed + [action for action in self.listed(workflow, shared) if action.value["name"] not in names]

    def parameters(self, workflow: Part, step: Part) -> list[Part]:
        """A step's own parameters, and those of the workflow that it does not override."""
        own = self.listed(step, "parameters")
        if "workflowId" in step.value:
            return own
        names = {(each.value["name"], each.value.get("in")) for each in own}
        shared = self.listed(workflow, "parameters")
        return own + [each for each in shared if (each.value["name"], each.value.get("in")) not in names]

    def inputs(self, workflow: Part) -> Mapping[str, Any]:
        """The schemas of a workflow's inputs, by name."""
        properties: Mapping[str, Any] = self.schema_of_inputs(workflow).get("properties", {})
        return properties

    def required_inputs(self, workflow: Part) -> list[str]:
        return list(self.schema_of_inputs(workflow).get("required", []))

    def schema_of_inputs(self, workflow: Part) -> Mapping[str, Any]:
        """The schema of a workflow's inputs; a reference is replaced by the schema that it names, if that exists."""
        schema: Mapping[str, Any] = workflow.value.get("inputs", {})
        name = str(schema.get("$ref", "")).removeprefix("#/components/inputs/")
        found: Mapping[str, Any] = self.components.get("inputs", {}).get(name, schema) if "$ref" in schema else schema
        return found

    def called_by_others(self) -> set[str]:
        """The workflows that steps and actions of the document go to."""
        return {
            part.value["workflowId"]
            for workflow in self.workflows.values()
            for part in self._with_workflow_id(workflow)
            if "workflowId" in part.value
        }

    def _with_workflow_id(self, workflow: Part) -> Iterator[Part]:
        yield from self.listed(workflow, "successActions") + self.listed(workflow, "failureActions")
        for step in workflow.parts("steps"):
            yield step
            yield from self.listed(step, "onSuccess") + self.listed(step, "onFailure")

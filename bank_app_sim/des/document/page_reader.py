"""Reads the OpenAPI document for its page: what each operation, event and shape has to show."""

import json
from collections.abc import Sequence

import attrs
import markdown_it
from markupsafe import Markup, escape

from .document import operations
from .page_parts import DocumentedOperation, Example, Reply, Section, Shape, TableRow
from .schemas import Node, Schemas, or_null, words

# Who may ask, by the name of the security scheme.
PRINCIPALS = {"bank": "bank", "session": "user"}

_ON_EVERY_ANSWER = ("X-Request-Id", "Idempotency-Key-Lifetime")


class PageReader:
    """Turns the document into what the template shows."""

    def __init__(self, document: Node) -> None:
        self._document = document
        self._schemas = Schemas(document)
        self._markdown = markdown_it.MarkdownIt("commonmark").enable("table")

    def prose(self, node: Node) -> Markup:
        return Markup(self._markdown.render(node.get("description", "")))

    def sections(self) -> list[Section]:
        """By the first tag of each operation, in the order of the tags."""
        found: dict[str, list[DocumentedOperation]] = {tag["name"]: [] for tag in self._document["tags"]}
        for method, path, node in operations(self._document):
            of_path = self._document["paths"][path].get("parameters", ())
            found[node["tags"][0]].append(self._operation(method, path, node, of_path))
        return [
            Section(
                name=tag["name"],
                anchor=tag["name"].lower().replace(" ", "-"),
                description=self.prose(tag),
                operations=found[tag["name"]],
            )
            for tag in self._document["tags"]
        ]

    def events(self) -> list[DocumentedOperation]:
        """What is sent to the bank."""
        return [
            attrs.evolve(self._operation("POST", "", item["post"], ()), body=self._event_data(name))
            for name, item in self._document["webhooks"].items()
        ]

    def _event_data(self, event: str) -> Markup:
        """What the `data` of an event is; nothing for a message that is no event."""
        mapping = self._schemas.named("Event")["discriminator"]["mapping"]
        if event not in mapping:
            return Markup()
        return self._kind(self._schemas.follow({"$ref": mapping[event]})["properties"]["data"])

    def shapes(self) -> list[Shape]:
        return [self._shape(name) for name in self._schemas.shapes]

    def _operation(self, method: str, path: str, node: Node, of_path: Sequence[Node]) -> DocumentedOperation:
        body = self._schemas.follow(node["requestBody"]) if "requestBody" in node else {"content": {}}
        media: Node = next(iter(body["content"].values()), {})
        inner = self._schemas.merged(media.get("schema", {}))
        parameters = [self._schemas.follow(parameter) for parameter in (*of_path, *node.get("parameters", ()))]
        return DocumentedOperation(
            id=node["operationId"],
            method=method,
            path=path,
            summary=node["summary"],
            description=self.prose(node),
            principals=[PRINCIPALS[name] for each in node.get("security", ()) for name in each],
            source=node.get("x-source", ""),
            is_ours=_is_ours(node),
            parameters=[self._parameter(parameter) for parameter in parameters],
            media_types=", ".join(body["content"]),
            body=self._kind(media["schema"]) if "schema" in media else Markup(),
            body_fields=self._unwrapped(inner),
            body_examples=self._examples(media),
            replies=[self._reply(str(status), reply) for status, reply in node["responses"].items()],
        )

    def _reply(self, status: str, node: Node) -> Reply:
        reply = self._schemas.follow(node)
        media: Node = next(iter(reply.get("content", {}).values()), {})
        return Reply(
            status=status,
            description=self.prose(reply),
            headers=", ".join(name for name in reply.get("headers", {}) if name not in _ON_EVERY_ANSWER),
            kind=self._insides(media["schema"]) if "schema" in media else Markup(),
            # A refusal looks the same everywhere: once is enough.
            examples=self._examples(media) if status[0] == "2" else [],
        )

    def _insides(self, schema: Node) -> Markup:
        """What is under the root keys of a body."""
        properties = self._schemas.merged(schema).get("properties", {})
        if "$ref" in schema or not properties:
            return self._kind(schema)
        parts = [Markup("<code>{}</code> {}").format(name, self._kind(each)) for name, each in properties.items()]
        return Markup(", ").join(parts)

    def _parameter(self, parameter: Node) -> TableRow:
        return TableRow(
            name=parameter["name"],
            where=parameter["in"],
            kind=self._kind(parameter["schema"]),
            description=self.prose(parameter),
            is_required=parameter.get("required", False),
            is_ours=_is_ours(parameter),
        )

    def _shape(self, name: str) -> Shape:
        node = self._schemas.named(name)
        merged = self._schemas.merged(node)
        variants = node.get("oneOf") or node.get("anyOf") or ()
        return Shape(
            name=name,
            description=self.prose(node),
            source=node.get("x-source", ""),
            is_ours=_is_ours(node),
            fields=self._fields(merged),
            one_of=[self._kind(variant) for variant in variants if "$ref" in variant],
            also=[self._kind(part) for part in node.get("allOf", ()) if not self._schemas.has_fields(part)],
        )

    def _fields(self, merged: Node) -> list[TableRow]:
        required = merged.get("required", ())
        return [
            TableRow(
                name=name,
                kind=self._kind(each),
                description=self.prose(self._schemas.scalar(each)),
                is_required=name in required,
                is_ours=_is_ours(self._schemas.scalar(each)),
            )
            for name, each in merged.get("properties", {}).items()
        ]

    def _unwrapped(self, body: Node) -> list[TableRow]:
        """The fields of a body: with their paths, where all are under one root key."""
        fields = self._fields(body)
        if len(fields) != 1:
            return fields
        root = fields[0].name
        inside = self._fields(self._schemas.merged(body["properties"][root]))
        return [attrs.evolve(field, name=f"{root}.{field.name}") for field in inside] or fields

    def _kind(self, schema: Node) -> Markup:
        """What a value looks like, in a few words, with links to shapes."""
        name = self._schemas.shape_name(schema)
        if name is not None:
            return Markup('<a href="#{0}">{0}</a>').format(name)
        schema = self._schemas.scalar(schema)
        if (variants := schema.get("oneOf") or schema.get("anyOf")) and "type" not in schema:
            return Markup(" or ").join(self._kind(variant) for variant in variants)
        if "const" in schema:
            return Markup("<code>{}</code>").format(schema["const"])
        if "enum" in schema:
            return Markup(" or ").join(Markup("<code>{}</code>").format(_json(value)) for value in schema["enum"])
        if "items" in schema:
            return Markup("list of {}").format(self._kind(schema["items"])) + or_null(schema)
        if "properties" in schema:
            return Markup("object")
        return escape(words(schema))

    def _examples(self, media: Node) -> list[Example]:
        if "example" in media:
            return [Example(title="Example", text=_pretty(media["example"]))]
        followed = ((name, self._schemas.follow(each)) for name, each in media.get("examples", {}).items())
        return [Example(title=each.get("summary", "Example"), text=_pretty(each["value"])) for _, each in followed]


def _is_ours(node: Node) -> bool:
    return node.get("x-origin") == "ours"


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)

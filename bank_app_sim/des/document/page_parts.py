"""What the page of the document shows: sections of operations, tables of fields, and shapes."""

from collections.abc import Sequence

import attrs
from markupsafe import Markup


@attrs.frozen(kw_only=True)
class TableRow:
    """A property, a parameter or a header, as one row of a table."""

    name: str
    kind: Markup
    description: Markup
    is_required: bool
    is_ours: bool
    where: str = ""


@attrs.frozen(kw_only=True)
class Example:
    title: str
    text: str


@attrs.frozen(kw_only=True)
class Reply:
    status: str
    description: Markup
    headers: str
    kind: Markup
    examples: Sequence[Example]

    @property
    def is_refusal(self) -> bool:
        return self.status[0] in "45"


@attrs.frozen(kw_only=True)
class DocumentedOperation:
    """An operation, or an event that DES sends: that one has neither principals nor a path."""

    id: str
    method: str
    path: str
    summary: str
    description: Markup
    principals: Sequence[str]
    source: str
    is_ours: bool
    parameters: Sequence[TableRow]
    media_types: str
    body: Markup
    body_fields: Sequence[TableRow]
    body_examples: Sequence[Example]
    replies: Sequence[Reply]


@attrs.frozen(kw_only=True)
class Shape:
    """A schema with a name: its fields, or the shapes that it can take."""

    name: str
    description: Markup
    source: str
    is_ours: bool
    fields: Sequence[TableRow]
    one_of: Sequence[Markup]
    also: Sequence[Markup]


@attrs.frozen(kw_only=True)
class Section:
    name: str
    anchor: str
    description: Markup
    operations: Sequence[DocumentedOperation]

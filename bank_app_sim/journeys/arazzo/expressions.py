"""Runtime expressions such as `$steps.createDream.outputs.dreamId` and `$response.body#/dream/id`.

A parser without I/O and without values: `lookup.py` has the values.
"""

import re
from collections.abc import Iterator, Mapping

import attrs

from .errors import ExpressionError, instead

# What may follow the first word.
_ALONE = ("url", "method", "statusCode", "self")
_ROOTS = (*_ALONE, "request", "response", "inputs", "outputs", "steps", "workflows", "sourceDescriptions", "components")
_ASYNC_ONLY = "message"

_SHAPES: Mapping[str, str] = {
    "inputs": "$inputs.NAME",
    "outputs": "$outputs.NAME",
    "steps": "$steps.STEP.outputs.NAME",
    "workflows": "$workflows.WORKFLOW.outputs.NAME",
    "sourceDescriptions": "$sourceDescriptions.NAME.url",
    "components": "$components.parameters.NAME",
    "request": "$request.body, $request.header.NAME, $request.query.NAME or $request.path.NAME",
    "response": "$response.body or $response.header.NAME",
}
_PATTERNS: Mapping[str, str] = {
    "inputs": r"(?P<name>[\w.\-]+)",
    "outputs": r"(?P<name>[\w.\-]+)",
    "steps": r"(?P<of>[\w\-]+)\.(?P<part>outputs)\.(?P<name>[\w.\-]+)",
    "workflows": r"(?P<of>[\w\-]+)\.(?P<part>inputs|outputs)\.(?P<name>[\w.\-]+)",
    "sourceDescriptions": r"(?P<of>[\w\-]+)\.(?P<name>.+)",
    "components": r"(?P<part>parameters|successActions|failureActions)\.(?P<name>[\w.\-]+)",
    "request": r"(?P<part>body)|(?P<part2>header|query|path)\.(?P<name>.+)",
    "response": r"(?P<part>body)|(?P<part2>header)\.(?P<name>.+)",
}
_WITH_POINTER = ("inputs", "outputs", "steps", "workflows", "request", "response")

_LOOKS_LIKE_ONE = re.compile(r"\$([A-Za-z]+)(?=$|[.#])")


@attrs.frozen(kw_only=True)
class Expression:
    """A parsed expression.

    Attributes:
        root: Its first word, without the dollar sign.
        of: The step, workflow or source description that it refers to.
        part: `outputs`, `inputs`, `body`, `header`, `query`, `path`, or the kind of a component.
        name: Of the input, output, header, parameter or component.
        pointer: The JSON pointer after `#`; None if there is none.
    """

    text: str
    root: str
    of: str = ""
    part: str = ""
    name: str = ""
    pointer: str | None = None

    def __str__(self) -> str:
        return self.text


def is_expression(value: object) -> bool:
    """Whether a value is meant as an expression; a price such as `$5` is not."""
    if not isinstance(value, str):
        return False
    match = _LOOKS_LIKE_ONE.match(value)
    return match is not None and (match[1] in (*_ROOTS, _ASYNC_ONLY) or bool(_misspelt(match[1])))


def parse(text: str) -> Expression:
    """The expression that a text is.

    Raises:
        ExpressionError: It is not one; the message says what is expected.
    """
    match = _LOOKS_LIKE_ONE.match(text)
    if match is None:
        raise ExpressionError(f"{text!r} is not a runtime expression: write $ first, as in $inputs.NAME")
    root = match[1]
    if root == _ASYNC_ONLY:
        raise ExpressionError(f"{text}: $message is of AsyncAPI steps, which cannot be run here")
    if root not in _ROOTS:
        raise ExpressionError(f"{text}: ${root} is not known{instead('$' + root, [f'${known}' for known in _ROOTS])}")
    rest = text[match.end() :]
    if root in _ALONE:
        if rest:
            raise ExpressionError(f"{text}: nothing can follow ${root}, but {rest!r} does")
        return Expression(text=text, root=root)
    return _with_names(text, root, rest)


def _with_names(text: str, root: str, rest: str) -> Expression:
    names, sharp, pointer = rest.removeprefix(".").partition("#") if root in _WITH_POINTER else (rest[1:], "", "")
    shape = re.fullmatch(_PATTERNS[root], names)
    if shape is None:
        raise ExpressionError(f"{text}: ${root} is written as {_SHAPES[root]}")
    if sharp and pointer and not pointer.startswith("/"):
        raise ExpressionError(f"{text}: behind # a JSON pointer is expected, which begins with /")
    found = {name: value or "" for name, value in shape.groupdict().items()}
    return Expression(
        text=text,
        root=root,
        of=found.get("of", ""),
        part=found.get("part") or found.get("part2", ""),
        name=found.get("name", ""),
        pointer=pointer if sharp else None,
    )


def pieces(text: str) -> Iterator[str | Expression]:
    """A text with expressions embedded in braces, in order: the texts between them and the expressions.

    Other braces are part of the text.
    """
    end = 0
    for match in re.finditer(r"\{(\$[^{}]*)\}", text):
        if not is_expression(match[1]):
            continue
        if match.start() > end:
            yield text[end : match.start()]
        yield parse(match[1])
        end = match.end()
    if end < len(text):
        yield text[end:]


def _misspelt(root: str) -> bool:
    return "did you mean" in instead(root, _ROOTS)

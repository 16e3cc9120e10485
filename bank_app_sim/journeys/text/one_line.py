"""Writes a tree as YAML on one line."""

import json
import re

from .nodes import Listed, Mapped, Node, Plain
from .script_yaml import NULLS

# Texts that need no quotes in YAML: anywhere, and outside of all brackets.
_PLAIN_ANYWHERE = re.compile(r"-?[\w/.+(<](?:[\w /.+()<>@'*=-]|:(?=\w))*(?<! )")
_PLAIN_BEHIND_COLON = re.compile(r"-?[\w/.+(<](?:[\w /.+()<>@'*=,{}\[\]?!;\"%&|-]|:(?=\w))*(?<! )")
_UNPRINTABLE = re.compile(r"[^ -\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


def one_line(node: Node) -> str:
    """The text that stands behind a colon; the reader makes the same tree of it."""
    if isinstance(node, Plain):
        return _quoted(node.text, _PLAIN_BEHIND_COLON) if node.text else ""
    return _in_line(node)


def _in_line(node: Node) -> str:
    if isinstance(node, Mapped):
        pairs = [f"{_quoted(name.text, _PLAIN_ANYWHERE)}: {_in_line(value)}" for name, value in node]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(node, Listed):
        return "[" + ", ".join(map(_in_line, node.items)) + "]"
    return _quoted(node.text, _PLAIN_ANYWHERE)


def _quoted(text: str, plain: re.Pattern[str]) -> str:
    """In quotes, if YAML would not read the text as itself."""
    if text not in NULLS and plain.fullmatch(text):
        return text
    return _UNPRINTABLE.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

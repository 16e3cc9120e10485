"""The document as a page for people: one HTML text that needs no network and no script."""

import base64
import hashlib

import jinja2

from .page_reader import PageReader
from .schemas import Node


def render(document: Node) -> str:
    """The whole page."""
    reader = PageReader(document)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("openapi.html.j2").render(
        info=document["info"],
        introduction=reader.prose(document["info"]),
        sections=reader.sections(),
        events=reader.events(),
        shapes=reader.shapes(),
    )


def headers(page: str) -> dict[str, str]:
    """What a browser must know of the page: it needs its own style only, and no other page may frame it."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in allowed.items()),
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    }

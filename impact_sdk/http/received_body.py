"""The body of an answer, in words for an error message: what it says is wrong, or else what it looks like.

A proxy, a login page or a network's own page may answer in place of DES. So the message shows what came.
"""

import re

import attrs

from .. import wire
from ..errors import FieldError
from ..parsing.visible import visible
from ..secrets import Redaction
from .reasons import BASE, reasons

# An error message holds no more of them. The error's `errors` has all.
MOST_ERRORS = 20
# The beginning of a body in a format that we do not know.
SHOWN = 200
MOST_NAMES = 10
LONGEST_NAME = 40
# Only so many bytes are decoded for SHOWN. A character may take several bytes.
LOOKED_AT = 8 * 1024

_TITLE = re.compile("<title[^<>]{0,100}>([^<]{1,100})", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"\s*([a-z0-9!#$&^_.+-]{1,40}/[a-z0-9!#$&^_.+-]{1,60})", re.IGNORECASE)


@attrs.frozen
class ReceivedBody:
    """The body of one answer.

    Args:
        content_type: The header's value; empty if there is none.
        redaction: Takes the secrets of the request out of all that is shown.
    """

    content: bytes = attrs.field(repr=False)
    content_type: str
    redaction: Redaction

    @property
    def errors(self) -> list[FieldError]:
        """What the answer says is wrong."""
        try:
            said = reasons(wire.loads(self.content))
        except wire.Unreadable:
            text = self._beginning.strip() if self._media_type == "text/plain" else ""
            said = [FieldError(BASE, (text,))] if text else []
        redacted = self.redaction.of
        return [FieldError(redacted(error.field), tuple(map(redacted, error.errors))) for error in said]

    def described(self, *, may_hold_secret: bool = False) -> str:
        """What the body is.

        Args:
            may_hold_secret: The request was for a secret, so the body may contain it.
        """
        if not self.content.strip():
            return "the body is empty"
        try:
            answer = wire.loads(self.content)
        except wire.Unreadable:
            return self._shown(may_hold_secret=may_hold_secret)
        said = "; ".join(map(str, self.errors[:MOST_ERRORS]))
        return f"the body says {said}" if said else self._names_in(answer)

    def _shown(self, *, may_hold_secret: bool) -> str:
        text = " ".join(self._beginning.split())
        of_type = f"the body is {self._media_type or 'of no type'}"
        if may_hold_secret and not text.startswith("<"):  # an HTML page holds no token
            return f"{of_type}, and not shown"
        title = _TITLE.search(text)
        entitled = f" with the title {visible(title[1].strip())!r}" if title else ""
        return f"{of_type}{entitled} and begins with {visible(text, longest=SHOWN)!r}"

    def _names_in(self, answer: object) -> str:
        """The names in a JSON answer. Its values are not shown: they are data about a person."""
        if not isinstance(answer, dict):
            return f"the body is JSON, {'a list' if isinstance(answer, list) else type(answer).__name__}"
        names = [visible(self.redaction.of(name), longest=LONGEST_NAME) for name in list(answer)[:MOST_NAMES]]
        return f"the body has {', '.join(names)}" if names else "the body is an empty object"

    @property
    def _beginning(self) -> str:
        """The first characters of a body that is not JSON."""
        looked_at = self.content[:LOOKED_AT]
        encoding = "utf-16" if looked_at.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        return self.redaction.of(looked_at.decode(encoding, errors="replace"))

    @property
    def _media_type(self) -> str:
        found = _MEDIA_TYPE.match(self.content_type)
        return self.redaction.of(found[1].lower()) if found else ""

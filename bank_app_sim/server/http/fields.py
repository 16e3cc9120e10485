"""Reads the JSON object in a request's body, field by field, and tells all that is wrong with it at once."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from .answers import MOST_ERRORS, Refused
from .nearest import not_known
from .readers import Reader

T = TypeVar("T")

MISSING = "is missing"

# One transaction changes so many elements of a list, while all other writers wait for a fraction of a second.
MOST_ELEMENTS = 500


class Fields:
    """The fields of an object.

    Each reader returns the right value, or notes what is wrong and returns a blank one. `check()` comes after the last
    reader and refuses the request if anything was noted, or if the object has a field that no reader asked for.

    Args:
        body: The object, or the object that wraps it.
        root: The key that wraps the object, such as `dream`. A body without it is refused at once.
        within: The object that this one is a part of; its `check()` speaks for both.
        named_in_errors: The names of fields that errors name differently.
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        root: str | None = None,
        *,
        within: "Fields | None" = None,
        named_in_errors: Mapping[str, str] | None = None,
    ) -> None:
        self._named_in_errors = named_in_errors or {}
        self._root = root if root is None or within is None else within.path(root)
        self._object = body
        self._asked: dict[str, None] = {}  # in the order in which readers asked for them
        self._parts: list[Fields] = []
        self._errors: dict[str, list[str]] = {} if within is None else within._errors
        if root is not None:
            self._object = self._unwrapped(body, root, str(self._root))

    def _unwrapped(self, body: Mapping[str, Any], root: str, path: str) -> Mapping[str, Any]:
        strangers = not_known(body.keys() - {root}, [root])
        if root not in body:
            raise Refused(400, {path: [MISSING], **strangers})
        if not isinstance(body[root], dict):
            raise Refused(400, {path: ["must be an object"]})
        self._errors.update(strangers)
        inside: Mapping[str, Any] = body[root]
        return inside

    def given(self, name: str) -> bool:
        """Whether the field is there, null or not."""
        self._asked[name] = None
        return name in self._object

    def cleared(self, name: str) -> bool:
        """Whether the field is there and null."""
        return self.given(name) and self._object[name] is None

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.given(name) and self._object[name] is not None

    @property
    def are_right(self) -> bool:
        """Whether nothing was noted so far."""
        return not self._errors

    def required(self, name: str, read: Reader[T], default: T | None = None) -> T:
        """The value of a field that can't be null. Without a default it must be there."""
        if self.given(name):
            return self._read(name, read.read, read.blank)
        if default is None:
            self.refuse(name, MISSING)
            return read.blank
        return default

    def optional(self, name: str, read: Callable[[object], T], present: T | None = None) -> T | None:
        """The value of a field; None if it is null, and `present` if it is not there."""
        if not self.given(name):
            return present
        return None if self._object[name] is None else self._read(name, read, None)

    def _read(self, name: str, read: Callable[[object], T], blank: T) -> T:
        try:
            return read(self._object[name])
        except ValueError as error:
            self.refuse(name, str(error))
            return blank

    def unchanged(self, name: str, present: object, *, otherwise: str = "can't be changed") -> None:
        """Refuse another value for a field that can't be written; clients may send back what they were shown."""
        if self.given(name) and self._object[name] != present:
            self.refuse(name, otherwise)

    def objects(self, name: str) -> Iterator["Fields"]:
        """Each object of a list; null and missing are an empty list.

        The request is refused at once, and the rest not read, when there are more errors than an answer tells.
        """
        if not self.has(name):
            return
        value = self._object[name]
        if not isinstance(value, list):
            self.refuse(name, "must be a list of objects")
            return
        if len(value) > MOST_ELEMENTS:
            self.refuse(name, f"has {len(value)} elements; send at most {MOST_ELEMENTS} at once")
            return
        for place, part in enumerate(value):
            if len(self._errors) > MOST_ERRORS:
                raise Refused(400, self._errors)
            fields = Fields({f"{name}[{place}]": part}, f"{name}[{place}]", within=self)
            self._parts.append(fields)
            yield fields

    def path(self, name: str) -> str:
        """What errors call the field, such as `dream.targetCents`."""
        called = self._named_in_errors.get(name, name)
        return called if self._root is None else f"{self._root}.{called}"

    def refuse(self, name: str, sentence: str) -> None:
        """Note that the field is wrong."""
        self._asked[name] = None
        self._errors.setdefault(self.path(name), []).append(sentence)

    def pass_over(self) -> None:
        """Accept the other fields unread: a wrong field leaves open what they mean."""
        self._asked |= dict.fromkeys(self._object)

    def check(self) -> None:
        """Refuse the request if anything was noted: 400, with all of it."""
        for fields in (self, *self._parts):
            if len(self._errors) > MOST_ERRORS:
                break
            for name, sentences in not_known(fields._object.keys() - fields._asked.keys(), fields._asked).items():
                self._errors.setdefault(fields.path(name), []).extend(sentences)
        if self._errors:
            raise Refused(400, self._errors)

"""What an answer says is wrong, in each of the forms in which servers, and what stands before them, say it. Pure."""

from collections.abc import Iterator, Mapping

from ..errors import FieldError

# Of the request as a whole.
BASE = "base"

# RFC 9457 has these two; others the third.
SENTENCES = ("title", "detail", "message")
NAMES = ("field", "param", "parameter", "name", "pointer", "path", "loc")
FIELD_SENTENCES = ("errors", "reason", "msg", *SENTENCES)
# RFC 9457 says that it means nothing.
NO_TYPE = "about:blank"


def reasons(answer: object) -> list[FieldError]:
    """What a JSON answer says, field by field where it does, then of the whole; empty where it says nothing we know.

    The form that DES documents; `{"errors": …}` as a list of texts, or by fields; OAuth's `error` and
    `error_description`; problem details with `errors` or `invalid-params` (RFC 9457); `{"detail": [{"loc": …}]}`;
    `{"message": …}`.
    """
    # docs/des.md 2.8
    if not isinstance(answer, dict):
        return []
    found = [
        *_of_fields(answer.get("errors")),
        *_of_fields(answer.get("invalid-params")),
        *_of_fields(answer.get("invalid_params")),
        *(_of_fields(answer["detail"]) if isinstance(answer.get("detail"), list) else []),
    ]
    whole = list(dict.fromkeys(_of_the_whole(answer)))
    return [*found, FieldError(BASE, tuple(whole))] if whole else found


def _of_the_whole(answer: Mapping[str, object]) -> Iterator[str]:
    error = answer.get("error")
    if isinstance(error, dict):
        yield from _of_the_whole(error)
    else:
        yield from _texts(error)
    yield from _texts(answer.get("error_description"))
    said = [text for name in SENTENCES for text in _texts(answer.get(name))]
    yield from said
    if not said and not error:
        kind = answer.get("type")
        yield from _texts(answer.get("code")) or _texts(kind if kind != NO_TYPE and "status" in answer else None)


def _of_fields(errors: object, within: str = "") -> Iterator[FieldError]:
    if isinstance(errors, dict):
        for name, said in errors.items():
            yield from _of_fields(said, f"{within}.{name}" if within else name)
        return
    texts = _texts(errors)
    if texts:
        yield FieldError(within or BASE, tuple(texts))
    for each in errors if isinstance(errors, list) else []:
        if isinstance(each, dict):
            sentences = [text for name in FIELD_SENTENCES for text in _texts(each.get(name))]
            if sentences:
                yield FieldError(_name(each) or within or BASE, tuple(dict.fromkeys(sentences)))


def _name(error: Mapping[str, object]) -> str:
    source = error.get("source")  # as JSON:API has it
    for held in (error, source if isinstance(source, dict) else {}):
        for name in NAMES:
            value = held.get(name)
            if isinstance(value, list):
                value = ".".join(map(str, value))
            if isinstance(value, (str, int)) and value != "":
                # Of a JSON Pointer, what it points to.
                return str(value).removeprefix("#").strip("/").replace("/", ".") or BASE
    return ""


def _texts(said: object) -> list[str]:
    """A text, or those of a list."""
    each = said if isinstance(said, list) else [said]
    return [text for text in each if isinstance(text, str) and text.strip()]

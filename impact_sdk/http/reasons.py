"""The reasons in a refusal, in any of the formats that servers and proxies use. Pure."""

from collections.abc import Iterator, Mapping

from ..errors import FieldError

# The name for the request as a whole.
BASE = "base"

# The first two are those of RFC 9457; others use the third.
SENTENCES = ("title", "detail", "message")
NAMES = ("field", "param", "parameter", "name", "pointer", "path", "loc")
FIELD_SENTENCES = ("errors", "reason", "msg", *SENTENCES)
# RFC 9457: a type without meaning.
NO_TYPE = "about:blank"


def reasons(answer: object) -> list[FieldError]:
    """The reasons in a JSON answer: first field by field, then for the whole request; empty if we find none.

    Read are the format that DES documents; `{"errors": …}` with a list of texts, or with fields; OAuth's `error` and
    `error_description`; problem details with `errors` or `invalid-params` (RFC 9457); `{"detail": [{"loc": …}]}`; and
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
    source = error.get("source")  # JSON:API
    for held in (error, source if isinstance(source, dict) else {}):
        for name in NAMES:
            value = held.get(name)
            if isinstance(value, list):
                value = ".".join(map(str, value))
            if isinstance(value, (str, int)) and value != "":
                # A JSON Pointer is written as a path.
                return str(value).removeprefix("#").strip("/").replace("/", ".") or BASE
    return ""


def _texts(said: object) -> list[str]:
    """The text, or the texts of a list."""
    each = said if isinstance(said, list) else [said]
    return [text for text in each if isinstance(text, str) and text.strip()]

"""Makes text of others safe for a terminal, a log or a message. Pure."""


def visible(text: str, *, longest: int | None = None) -> str:
    r"""`text` with each character that does not print as itself written as an escape, such as `\x1b` or `\u202e`.

    These are the control characters, the escape among them, which move a terminal's cursor and write over what stands
    there; new lines, which make one line of a log two; what turns the direction of writing round; halves of characters
    (lone surrogates), which cannot be written at all; and blanks other than the space. A backslash stays as it is.

    Args:
        longest: Cut what is longer to so many characters, the last of which is then "…".
    """
    if longest is not None and len(text) > longest:
        text = f"{text[: longest - 1]}…"
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)

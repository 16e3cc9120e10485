"""How an HTTP status is shown to people: the number and its name."""

import functools
import http

# The name of a status that has none of its own, by its first digit.
CLASSES = {1: "Informational", 2: "Successful", 3: "Redirection", 4: "Client Error"}


@functools.cache
def status_line(status: int) -> str:
    """Such as `201 Created`; a status without a name gets the name of its class: `520 Server Error`.

    Peers may send any number. A number outside all classes counts as a server's error (RFC 9110, 15).
    """
    try:
        return f"{status} {http.HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} {CLASSES.get(status // 100, 'Server Error')}"

"""The session's cookie stays out of httpcore's log, which has every response header at DEBUG."""

import logging
import re

LOGGERS = ("httpcore.http11", "httpcore.http2", "httpcore2.http11", "httpcore2.http2")

_COOKIE = re.compile(r"(b'set-cookie', b)('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", re.IGNORECASE)


class _WithoutCookies(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if "set-cookie" in record.getMessage().lower():
            record.msg, record.args = _COOKIE.sub(r"\1'[redacted]'", record.getMessage()), None
        return True


_without_cookies = _WithoutCookies()


def hide_cookies() -> None:
    """Keep cookies out of these logs from now on. A second call changes nothing."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_without_cookies)

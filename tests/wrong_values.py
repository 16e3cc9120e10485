"""Malicious and broken values for bodies, addresses and headers."""

import orjson

# JSON texts. Python would not write some of these values.
NUMBERS = ["0", "-1", "-0.0", "0.5", "1e3", "9223372036854775808", "-9223372036854775809", "1" + "0" * 30, "1e308"]
UNREADABLE = ["1" * 5_000, "1e999", "NaN", "-Infinity", r'"\ud800"', r'"\udfff\ud800"', '"\x00"', "\ufeff1"]
TEXTS = [
    "",
    " ",
    "\u00a0",
    "\0",
    "a\0b",
    "a" * 70_000,
    "\U0001f4b8" * 300,
    "e\u0301\u202e\u200b",
    "\x1b[31m",
    "%00",
    "../..",
    "'; DROP TABLE users; --",
    "NaN",
    "2027-06-01",
    "2027-06-01T12:00:00Z",
    "2027-06-01T12:00:00",
    "0001-01-01T00:00:00+01:00",
    "0001-01-01",
    "9999-12-31T23:59:59-01:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:60Z",
    "9999-12-31",
    "20270601",
    "2027-W22-2",
    "00000000-0000-0000-0000-000000000000",
]
OTHERS = ["null", "true", "false", "[]", "{}", "[null]", '[[{"a": []}]]', '{"": {"\\u0000": null}}']
# Parts of an address, percent-encoded or not, that are not UTF-8, not text or not an id.
IN_ADDRESSES = [
    "",
    "%00",
    "%FF%FE",
    "%ED%A0%80",
    "%F0%9F%92%B8",
    "%",
    "%zz",
    "a" * 60_000,
    "1" * 5_000,
    "-1",
    "1.0",
    "%C2%B2",
    "%D9%A3",
    "NaN",
    "Infinity",
    "0001-01-01T00:00:00%2B01:00",
    "9999-12-31T23:59:59-01:00",
    "2027-06-01",
    "2027-06-01T12:00:00+02:00",
    "..%2F..",
    "%0D%0ASet-Cookie:a=b",
]
HEADERS = ["Authorization", "Cookie", "Idempotency-Key", "Accept", "Content-Type", "Content-Encoding", "Content-Length"]
HEADERS += ["X-Request-Id", "X-Forwarded-Prefix", "X-Forwarded-Proto", "Origin", "Transfer-Encoding", "Expect"]
IN_HEADERS = [
    b"",
    b" ",
    b"\xff\xfe",
    b"\xc2\xb2",
    b"\xb2",
    b"=",
    b";",
    b"a" * 60_000,
    b"1" * 5_000,
    b"Basic !",
    b"Basic /w==",
    b"Bearer",
    b"Bearer \xff",
    b"impact_session",
    b"impact_session=\xff",
    b'impact_session="a',
    b"-1",
    b"\t",
]

VALUES = [*NUMBERS, *(orjson.dumps(text).decode() for text in TEXTS), *OTHERS, *UNREADABLE]

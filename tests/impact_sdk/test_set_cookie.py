"""`Set-Cookie` as RFC 6265, 5.2 and 5.1.1, has user agents read it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk.parsing.set_cookie import LONGEST_LIFETIME, parsed

NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOTHING = timedelta()


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("a=b", "a", "b"),
        ("impact_session=abc; Path=/; Secure; Partitioned", "impact_session", "abc"),
        ("a=b; Priority=High; SameSite=None; HttpOnly; x; =; ;;", "a", "b"),
        (" a\t=  b c\t; Path=/", "a", "b c"),
        ('a="b;c"', "a", '"b'),
        ("a=b=c==; Path", "a", "b=c=="),
        ("a={[(,)]}/:?@ \\ '", "a", "{[(,)]}/:?@ \\ '"),
        ("a=b, c=d; Max-Age=5", "a", "b, c=d"),
        ("a=", "a", ""),
        ("a=;", "a", ""),
        ("a=\xe4\xff\x80", "a", "\xe4\xff\x80"),
        ("a@:[]=b", "a@:[]", "b"),
        ("expires=b; Max-Age=abc", "expires", "b"),
        ("a=b; Max-Age", "a", "b"),
        ("a=b\t; x\t=y", "a", "b"),
    ],
)
def test_a_cookie_is_what_stands_before_the_first_semicolon(text: str, name: str, value: str) -> None:
    cookie = parsed(text, NOW)

    assert cookie is not None
    assert (cookie.name, cookie.value) == (name, value)


@pytest.mark.parametrize(
    "text", ["", ";", "a", "a; b=c", "=b", " =b", "; a=b", "a=b\0", "a=b\r\nX: y", "a=b; c\x1b", "a=\x7fb", "a\x01=b"]
)
def test_what_has_no_name_or_has_control_characters_sets_none(text: str) -> None:
    assert parsed(text, NOW) is None


@pytest.mark.parametrize(
    ("attributes", "lifetime"),
    [
        ("Max-Age=3600", HOUR),
        ("max-AGE =\t3600 ", HOUR),
        ("Max-Age=0003600", HOUR),
        ("Max-Age=0", NOTHING),
        ("Max-Age=000", NOTHING),
        ("Max-Age=-1", NOTHING),
        ("Max-Age=-99999999999999999999", NOTHING),
        ("Max-Age=999999999999999", LONGEST_LIFETIME),
        (f"Max-Age={'9' * 100_000}", LONGEST_LIFETIME),
        # What makes no sense is passed over, and the last that does counts.
        *((f"Max-Age={nonsense}", None) for nonsense in ("", "soon", "1.5", "1e3", "+5", "- 5", "5s", '"5"', "\xb2")),
        ("Max-Age=5; Max-Age=3600", HOUR),
        ("Max-Age=3600; Max-Age=soon", HOUR),
        # Max-Age comes before Expires, wherever it stands.
        ("Max-Age=3600; Expires=Thu, 01 Jan 1970 00:00:00 GMT", HOUR),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=3600", HOUR),
        ("Expires=Mon, 04 Jan 2027 09:00:00 GMT", HOUR),
        ("Expires=Mon, 04-Jan-2027 09:00:00 GMT", HOUR),
        ("Expires=Monday, 04-Jan-27 09:00:00 GMT", HOUR),
        ("expires=Mon Jan  4 09:00:00 2027", HOUR),
        ("Expires=4 jAnUaRy 2027 9:0:0", HOUR),
        ("Expires=2027 09:00:00 Jan 04", HOUR),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOTHING),
        ("Expires=Thu, 01-Jan-70 00:00:01 GMT", NOTHING),
        ("Expires=Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_LIFETIME),
        *(
            (f"Expires={nonsense}", None)
            for nonsense in (
                *("", "0", "-1", "never", "Mon, 04 Jan 2027", "Mon, 04 Jan 99999 09:00:00 GMT"),
                *("Mon, 30 Feb 2027 09:00:00 GMT", "Mon, 04 Jan 2027 24:00:00 GMT", "Mon, 04 Jan 2027 09:60:00 GMT"),
                *("Mon, 04 Jan 1600 09:00:00 GMT", "Mon, 00 Jan 2027 09:00:00 GMT", "Mon, 04 Foo 2027 09:00:00 GMT"),
            )
        ),
    ],
)
def test_how_long_it_lasts(attributes: str, lifetime: timedelta | None) -> None:
    cookie = parsed(f"a=b; {attributes}; Path=/", NOW)

    assert cookie is not None
    assert cookie.lifetime == lifetime


octets = st.text(st.characters(max_codepoint=255))


@given(octets)
def test_any_octets_are_a_cookie_or_none(text: str) -> None:
    cookie = parsed(text, NOW)

    if cookie is not None:
        assert text.partition(";")[0].partition("=")[0].strip(" \t") == cookie.name
        assert cookie.lifetime is None or NOTHING <= cookie.lifetime <= LONGEST_LIFETIME


@given(st.lists(octets | st.from_regex(r"\A(Max-Age|Expires)=[0-9A-Za-z:, -]*\Z"), max_size=4))
def test_no_attribute_changes_what_it_is(attributes: list[str]) -> None:
    text = "; ".join(["a=b", *attributes])
    cookie = parsed(text, NOW)

    assert cookie is None or (cookie.name, cookie.value) == ("a", "b")
    assert cookie is not None or any(ord(sign) < 32 or ord(sign) == 127 for sign in text)


@given(
    st.integers(0, int(datetime(2069, 12, 31, tzinfo=UTC).timestamp())).map(lambda at: datetime.fromtimestamp(at, UTC)),
    st.sampled_from(["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"]),
)
def test_the_three_dates_of_http_are_read(at: datetime, written: str) -> None:
    cookie = parsed(f"a=b; Expires={at.strftime(written)}", NOW)

    assert cookie is not None
    assert cookie.lifetime == min(max(at - NOW, NOTHING), LONGEST_LIFETIME)

"""Text of others says what is in it, and does nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_sdk.parsing.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Båt, 50 % \N{SAILBOAT} \\x1b", "Båt, 50 % \N{SAILBOAT} \\x1b"),
        ("\x1b[2J\x1b]0;pwned\x07", r"\x1b[2J\x1b]0;pwned\x07"),
        ("a\r\nb\tc\0", r"a\r\nb\tc\x00"),
        ("\x7f \x85 \x9b31m", r"\x7f \x85 \x9b31m"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe\N{LEFT-TO-RIGHT ISOLATE}", r"\u202efdp.exe\u2066"),
        ("\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}", r"\u2028\u2029"),
        ("\N{ZERO WIDTH SPACE}\N{BYTE ORDER MARK}\N{NO-BREAK SPACE}", r"\u200b\ufeff\xa0"),
        ("\ud800 \udc80", r"\ud800 \udc80"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_does_not_print_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_it_is_it_prints_on_one_line(text: str) -> None:
    shown = visible(text)

    assert shown.isprintable()
    assert shown.encode().decode() == shown
    assert visible(shown) == shown
    assert shown == text or not text.isprintable()


def test_what_is_long_is_cut() -> None:
    assert visible("a" * 70_000, longest=10) == "a" * 9 + "…"
    assert visible("a" * 10, longest=10) == "a" * 10

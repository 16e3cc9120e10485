"""What a status is called, also one that nobody has named."""

import http

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_app_sim.server.http.status_lines import status_line


@given(st.integers())
def test_any_number_has_a_line_that_begins_with_it(status: int) -> None:
    assert status_line(status).startswith(f"{status} ")


@pytest.mark.parametrize("status", http.HTTPStatus)
def test_what_has_a_name_is_called_by_it(status: http.HTTPStatus) -> None:
    assert status_line(status.value) == f"{status.value} {status.phrase}"


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (199, "199 Informational"),
        (299, "299 Successful"),
        (399, "399 Redirection"),
        (499, "499 Client Error"),
        (520, "520 Server Error"),
        (600, "600 Server Error"),
        (0, "0 Server Error"),
    ],
)
def test_what_has_none_is_called_by_its_class(status: int, line: str) -> None:
    assert status_line(status) == line

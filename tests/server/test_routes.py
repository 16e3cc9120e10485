"""Which of a service's paths was asked for."""

import pytest

from bank_app_sim.server.http.routes import Routes

ROUTES = Routes({"/dreams/{id}": "one", "/dreams": "all", "/dreams/new": "new", "/a.b/{x}/c/{y}": "two"})


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/dreams", ("all", {})),
        ("/dreams/7", ("one", {"id": "7"})),
        ("/dreams/new", ("new", {})),
        ("/dreams/a b\0\n", ("one", {"id": "a b\0\n"})),
        ("/a.b/1/c/2", ("two", {"x": "1", "y": "2"})),
        ("/dreams/", None),
        ("/dreams/7/8", None),
        ("/aXb/1/c/2", None),
        ("", None),
    ],
)
def test_a_path_is_found_by_its_template(path: str, found: object) -> None:
    assert ROUTES.find(path) == found

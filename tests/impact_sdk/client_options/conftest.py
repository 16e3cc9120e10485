from collections.abc import Callable
from typing import Any

import pytest
import respx

from ..answers import DREAM
from .makers import MAKERS


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return MAKERS[request.param]


@pytest.fixture
def one(des: respx.MockRouter) -> respx.Route:
    return des.get("/v1/dreams/d1").respond(200, json={"dream": DREAM})

import pytest
import respx


@pytest.fixture(autouse=True)
def token(des: respx.MockRouter) -> None:
    des.post("/oauth/token").respond(200, json={"access_token": "acc3ss-t0ken"})

"""No report of wrong options, arguments or webhooks shows a secret."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from impact_sdk import (
    ClientCredentials,
    ConfigurationError,
    ImpactAPI,
    ReplayedWebhook,
    WebhookError,
    WebhookVerifier,
)

from .bad_des import ACCESS_TOKEN, CLIENT_SECRET, CREDENTIALS, WEBHOOK_SECRET, raised, require_no_secret


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: ClientCredentials("", CLIENT_SECRET),
        lambda: ClientCredentials(5, CLIENT_SECRET),  # type: ignore[arg-type]
        lambda: ClientCredentials("demo-bank", CLIENT_SECRET.encode()),  # type: ignore[arg-type]
        lambda: ClientCredentials("demo-bank", [CLIENT_SECRET]),  # type: ignore[arg-type]
        lambda: ClientCredentials("demo-bank", f"{CLIENT_SECRET}\ud800"),
        lambda: ImpactAPI("http://des", auth=("demo-bank", CLIENT_SECRET)),  # type: ignore[arg-type]
        lambda: ImpactAPI("http://des", auth=CLIENT_SECRET),  # type: ignore[arg-type]
        lambda: ImpactAPI("http://des", auth={"client_secret": CLIENT_SECRET}),  # type: ignore[arg-type]
        lambda: ImpactAPI("ftp://des", auth=CREDENTIALS),
        lambda: WebhookVerifier(WEBHOOK_SECRET.encode(), replays=None),  # type: ignore[arg-type]
        lambda: WebhookVerifier([WEBHOOK_SECRET, "none"], replays=None),
        lambda: WebhookVerifier([WEBHOOK_SECRET, "whsec_c2hvcnQ="], replays=None),
        lambda: WebhookVerifier(WEBHOOK_SECRET, replays=5),  # type: ignore[arg-type]
        lambda: WebhookVerifier(WEBHOOK_SECRET, replays=None, tolerance=timedelta(days=-1)),
        lambda: WebhookVerifier({WEBHOOK_SECRET}, replays=None),  # type: ignore[arg-type]
        lambda: ImpactAPI("http://des", auth=CREDENTIALS, default_headers={"X-Key": f"{CLIENT_SECRET}\n"}),
        lambda: ImpactAPI("http://des", auth=CREDENTIALS, default_headers={"X-Key": CLIENT_SECRET, "Host": "a"}),
        lambda: ImpactAPI("http://des", auth=CREDENTIALS, proxy="ftp://me:" + ACCESS_TOKEN + "@proxy"),
        lambda: ImpactAPI("http://des", auth=CREDENTIALS, cert=("none.pem", "none.key", ACCESS_TOKEN)),
    ],
)
def test_what_cannot_be_set_up(mistake: Callable[[], object]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        mistake()

    require_no_secret(caught.value, ConfigurationError)


@pytest.mark.parametrize("variable", ["IMPACT_BASE_URL", "IMPACT_CLIENT_ID", "IMPACT_TIMEOUT", "HTTPS_PROXY"])
def test_what_cannot_be_set_up_from_the_environment(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    good = {"BASE_URL": "https://des", "CLIENT_ID": "demo-bank", "CLIENT_SECRET": CLIENT_SECRET}
    for name, value in good.items():
        monkeypatch.setenv(f"IMPACT_{name}", value)
    monkeypatch.setenv(variable, "ftp://me:" + ACCESS_TOKEN + "@a b" if "PROXY" in variable else " ")
    if variable == "IMPACT_TIMEOUT":
        monkeypatch.setenv(variable, "soon")

    with pytest.raises(ConfigurationError) as caught:
        ImpactAPI.from_env()

    require_no_secret(caught.value, ConfigurationError)


async def test_webhooks_that_are_not_accepted() -> None:
    from standardwebhooks import Webhook

    from impact_sdk import MemoryReplayStore

    verifier = WebhookVerifier(WEBHOOK_SECRET, replays=MemoryReplayStore())
    now = int(time.time())

    def headers(body: str, at: int = now, name: str = "w1") -> dict[str, str]:
        from datetime import UTC, datetime

        signature = Webhook(WEBHOOK_SECRET).sign(name, datetime.fromtimestamp(at, UTC), body)
        return {"webhook-id": name, "webhook-timestamp": str(at), "webhook-signature": signature}

    for body, sent in (
        (b"{}", {}),
        (b"{}", {**headers("{}"), "webhook-signature": "v1,AAAA"}),
        (b"\xff", headers("{}")),
        (b"{}", headers("{}", at=now - 10_000)),
        (b"{}", {**headers("{}"), "webhook-timestamp": "soon"}),
        (b"{}", headers("{}", name="w2")),
        (b"[", headers("[", name="w3")),
    ):
        require_no_secret(await raised(lambda body=body, sent=sent: verifier.verify(body, sent)), WebhookError)  # type: ignore[misc]
    good = headers("{}", name="w4")
    await verifier.check(b"{}", good)
    require_no_secret(await raised(lambda: verifier.check(b"{}", good)), ReplayedWebhook)

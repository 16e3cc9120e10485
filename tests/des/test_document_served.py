"""The document as the sandbox serves it: for programs, and for people."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import httpx

from bank_app_sim.des.document.document import document
from bank_app_sim.timeline.trace import Trace

from .from_document import CONTRACT


class Page(HTMLParser):
    """What a browser would find: places, links to places, and what is fetched from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in ("src", "href"):
                self.fetched.append(value or "")


async def test_the_document_says_where_the_api_is_when_something_stands_before_its_paths(
    stranger: httpx.AsyncClient,
) -> None:
    behind = await stranger.get("/openapi.json", headers={"X-Forwarded-Prefix": "/worlds/41/des"})
    nonsense = await stranger.get("/openapi.json", headers={"X-Forwarded-Prefix": "//elsewhere.example/"})

    assert [server["url"] for server in behind.json()["servers"]] == ["/worlds/41/des/"]
    assert nonsense.json() == document()


async def test_the_document_is_served_to_everybody(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/openapi.json")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == document()


async def test_the_page_may_do_nothing_but_look_as_it_does(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/docs")

    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    [style] = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.pop("style-src") == f"'sha256-{digest}'"
    assert set(policy) == {"default-src", "base-uri", "form-action", "frame-ancestors"}
    assert set(policy.values()) == {"'none'"}
    assert not re.search("<script| style=| on[a-z]+=", answer.text)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_page_shows_every_operation_event_and_object(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/docs")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    wanted = [operation.node["operationId"] for operation in CONTRACT.operations]
    wanted += [item["post"]["operationId"] for item in document()["webhooks"].values()]
    wanted += CONTRACT.schemas.shapes
    assert set(wanted) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


async def test_the_page_needs_no_network_and_no_script(stranger: httpx.AsyncClient) -> None:
    text = (await stranger.get("/docs")).text

    page = Page(text)
    assert page.fetched == []
    assert "<script" not in text
    assert "url(" not in text
    assert {link for link in page.links if not link.startswith("#")} == {"openapi.json"}
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


async def test_the_page_says_what_is_ours_and_why(stranger: httpx.AsyncClient) -> None:
    text = (await stranger.get("/docs")).text

    [shown] = re.findall(r'<article id="deleteUser">.*?</article>', text, re.DOTALL)
    assert ">ours</span>" in shown
    assert "Ours: the vendor has the event and no request for it" in shown
    assert ">bank</span>" in shown
    assert ">user</span>" not in shown


async def test_neither_fills_the_trace(stranger: httpx.AsyncClient, trace: Trace) -> None:
    await stranger.get("/docs")
    await stranger.get("/openapi.json")

    assert [message.detail.get("body") for message in trace if message.kind == "response"] == [None, None]

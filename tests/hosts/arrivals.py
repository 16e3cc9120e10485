"""A small DES on loopback for the pages of hosts. It notes what arrived, and on which connection."""

import itertools
import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import attrs

TOKEN = {"access_token": "t-1", "token_type": "Bearer", "expires_in": 3600}


@attrs.define(eq=False)
class Arrivals:
    """What arrived so far.

    Attributes:
        asked: For each user the connections of requests for the user's Dreams.
        tokens: The connections of requests for an access token.
    """

    base_url: str
    asked: dict[str, list[int]] = attrs.field(factory=lambda: defaultdict(list))
    tokens: list[int] = attrs.field(factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Where a host finds it."""
        return {
            "IMPACT_BASE_URL": self.base_url,
            "IMPACT_CLIENT_ID": "demo-bank",
            "IMPACT_CLIENT_SECRET": "s3cret",
            "IMPACT_WEBHOOK_SECRET": "whsec_dGhlIHNlY3JldCBvZiB0aGUgZXhhbXBsZXMsIGxvbmcgZW5vdWdo",
        }

    def processes_by_connection(self, process_of: Mapping[str, int]) -> dict[int, set[int]]:
        """Which processes a connection served.

        Args:
            process_of: Which process asked for which user.
        """
        served: dict[int, set[int]] = defaultdict(set)
        for user, connections in self.asked.items():
            for connection in connections:
                served[connection].add(process_of[user])
        return served


class Server(ThreadingHTTPServer):
    """Notes what arrives, and answers it."""

    block_on_close = False  # hosts keep connections

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.connections = itertools.count()
        self.lock = threading.Lock()
        self.arrivals = Arrivals(f"http://localhost:{self.server_port}")


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.connection_number = next(self.server.connections)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.arrivals.tokens.append(self.connection_number)
        self.answer(TOKEN)

    def do_GET(self) -> None:
        [user] = parse_qs(urlsplit(self.path).query)["externalUserId"]
        with self.server.lock:
            self.server.arrivals.asked[user].append(self.connection_number)
        self.answer({"dreams": []})

    def answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def arriving() -> Iterator[Arrivals]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server.arrivals
        finally:
            server.shutdown()

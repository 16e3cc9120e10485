"""Holds what passes between DES and others against the contract, and counts it."""

from collections.abc import Mapping

import attrs
import orjson

from bank_app_sim.des.watching import Exchange

from .contract import Contract
from .coverage import Coverage


@attrs.define
class Recorder:
    """A watcher of DES.

    Attributes:
        faults: What was wrong since the last `take_faults()`.
    """

    contract: Contract
    coverage: Coverage = attrs.field(factory=Coverage)
    faults: list[str] = attrs.field(factory=list)

    def take_faults(self) -> list[str]:
        taken, self.faults = self.faults, []
        return taken

    def exchanged(self, exchange: Exchange) -> None:
        found = self.contract.faults(exchange)
        self.faults += [f"{exchange.method} {exchange.path}?{exchange.query} {fault}" for fault in found]
        template = self.contract.template(exchange.path)
        if template is not None:
            self.coverage.answers.add((exchange.method, template, str(exchange.status)))
        if template == "/v1/events" and (exchange.method, exchange.status) == ("GET", 200):
            self.coverage.listed_events.update(event["type"] for event in orjson.loads(exchange.body)["events"])

    def sent(self, headers: Mapping[str, str], body: bytes, status: int) -> None:
        found = self.contract.faults_of_webhook(headers, body)
        self.faults += [f"webhook: {fault}" for fault in found]
        batch = orjson.loads(body)
        self.coverage.sent_events.update(event["type"] for event in batch.get("events", ()))
        self.coverage.webhook_answers.add("2XX" if 200 <= status < 300 else str(status))

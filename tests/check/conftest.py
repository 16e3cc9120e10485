"""A sandbox in which callbacks are checked: one for all tests, because it may take a second to start."""

import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest

from bank_app_sim.check import RULES, Finding, Hearing, Options, Secrets, TrialWorld, Verdict, check, trial_world
from bank_app_sim.server.http.ports import listening_socket

# Whoever says no.
CLEO = "cleo"

# Twenty times what a callback takes here: others work on this machine, too.
OPTIONS = Options(time_limit=timedelta(seconds=2), patience=timedelta(seconds=0.6), declines=CLEO)


@attrs.frozen
class Checker:
    """Checks callbacks, and never shows a secret."""

    world: TrialWorld

    def findings(self, callback: Any, rules: Sequence[str] = (), **options: Any) -> dict[str, Finding]:
        """What came of these rules, or of all, by their ids."""
        wanted = [rule for rule in RULES if not rules or rule.id in rules]
        with Hearing() as hearing:
            found = check(
                callback,
                world=self.world,
                hearing=hearing,
                options=attrs.evolve(OPTIONS, **options),
                rules=wanted,
            )
        return {finding.rule.id: finding for finding in found}

    def verdicts(self, callback: Any, rules: Sequence[str] = (), **options: Any) -> dict[str, Verdict]:
        return {rule_id: finding.verdict for rule_id, finding in self.findings(callback, rules, **options).items()}


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checker]:
    secrets = Secrets()
    with (
        listening_socket(0) as listener,
        trial_world(data=tmp_path_factory.mktemp("check"), listener=listener, secrets=secrets) as served,
    ):
        environment = {
            "IMPACT_DES_URL": served.bank_url,
            "IMPACT_CLIENT_ID": served.simulation.client_id,
            "IMPACT_CLIENT_SECRET": served.simulation.client_secret,
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            yield Checker(served)
    assert not set(environment) & set(os.environ)

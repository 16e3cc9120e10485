"""Secrets are found wherever they are heard, and shown nowhere."""

import base64
import logging
import sys

from bank_app_sim.check import Hearing, Secrets
from bank_app_sim.check.leaks import Heard, leaks

SECRET = "5ecre7" * 8


def secrets() -> Secrets:
    known = Secrets()
    known.know_credentials("demo-bank", SECRET)
    return known


def test_a_secret_is_known_as_http_basic_sends_it() -> None:
    sent = base64.b64encode(f"demo-bank:{SECRET}".encode()).decode()

    assert secrets().within(f"Authorization: Basic {sent}") == ["client secret, in base64"]
    assert SECRET not in secrets().masked(f"{sent} {SECRET}")
    assert sent not in secrets().masked(f"{sent} {SECRET}")


def test_a_secret_within_another_one_is_masked_with_it() -> None:
    known = secrets()
    known.know("ID token", f"head.{SECRET}.tail")

    assert known.masked(f"<head.{SECRET}.tail>") == "<[ID token]>"


def test_a_leak_is_reported_once_for_each_place_with_its_context() -> None:
    heard = [
        Heard(place="stdout", trial="twice", text=f"a line before\n{'x' * 100} {SECRET} after\n"),
        Heard(place="log", trial="ordinary", text=f"DEBUG bank: {SECRET}"),
        Heard(place="log", trial="twice", text=f"DEBUG bank: {SECRET}"),
    ]

    in_the_log, printed = leaks(heard, secrets())

    assert (in_the_log.place, in_the_log.trial, in_the_log.excerpt) == (
        "log",
        "ordinary",
        "DEBUG bank: [client secret]",
    )
    assert printed.excerpt.startswith("…xxx")
    assert printed.excerpt.endswith("x [client secret] after")


def test_secrets_have_no_repr() -> None:
    assert SECRET not in repr(secrets())
    assert SECRET not in repr(Heard(place="log", trial="ordinary", text=SECRET))


def test_all_output_is_captured_and_none_is_printed() -> None:
    before = sys.stdout, sys.stderr, logging.getLogger().level, list(logging.getLogger().handlers)
    with Hearing() as hearing:
        hearing.trial = "ordinary"
        sys.stdout.write("on ")
        sys.stdout.write("stdout\n")
        sys.stderr.buffer.write(b"on stderr\n")
        logging.getLogger("bank").debug("in the log")

    assert (sys.stdout, sys.stderr, logging.getLogger().level, list(logging.getLogger().handlers)) == before
    assert hearing.printed == "on stdout\non stderr\n"
    assert {(heard.place, heard.text) for heard in hearing.heard} >= {
        ("stdout", "on stdout\n"),
        ("stderr", "on stderr\n"),
        ("log", "DEBUG bank: in the log"),
    }
    assert {heard.trial for heard in hearing.heard} == {"ordinary"}


def test_the_log_of_a_module_that_turns_it_down_is_captured_and_not_printed() -> None:
    handler = logging.StreamHandler()
    root = logging.getLogger()
    with Hearing() as hearing:
        handler.setStream(sys.stderr)
        root.addHandler(handler)
        root.setLevel(logging.WARNING)
        hearing.hear_everything()
        try:
            logging.getLogger("bank").debug("in the log")
        finally:
            root.removeHandler(handler)

    assert "in the log" in str([heard.text for heard in hearing.heard])
    assert hearing.printed == ""
    assert handler.level == logging.NOTSET

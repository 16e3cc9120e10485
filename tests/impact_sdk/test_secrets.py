"""Secrets that nothing shows, and what takes them out of what a server says."""

import copy
import json
import pickle

import pytest

from impact_sdk import ClientCredentials, Secret, wire
from impact_sdk.auth import IDToken
from impact_sdk.secrets import ConcealedBytes, Redaction

TEXT = "s3cret&= /\"x'"


@pytest.mark.parametrize("kind", [Secret, IDToken])
def test_a_secret_is_shown_in_no_way(kind: type[Secret]) -> None:
    secret = kind(TEXT)

    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>50}",
        f"{secret!r:.99}",
        f"{secret.encode():>50}",
        "%s %r" % (secret, secret),  # noqa: UP031
        repr([secret]),
        repr({1: secret}),
    ):
        assert "s3cret" not in shown
    assert secret.reveal() == TEXT


@pytest.mark.parametrize("shown", [repr, str, "{}".format, "{!r}".format])
def test_bytes_that_may_hold_a_secret_are_not_shown(shown: object) -> None:
    assert callable(shown)
    assert "s3cret" not in shown(Secret(TEXT).encode())
    assert "s3cret" not in shown([ConcealedBytes(b"s3cret")])


def test_secrets_are_equal_by_what_they_hold_and_stay_so_in_a_copy() -> None:
    secret = Secret(TEXT)

    assert secret == Secret(TEXT) == Secret(secret) == copy.deepcopy(secret) == pickle.loads(pickle.dumps(secret))
    assert secret != Secret("another")
    assert secret != IDToken(TEXT)
    assert secret != TEXT
    assert len({secret, Secret(TEXT)}) == 1


def test_credentials_take_a_secret_and_show_none() -> None:
    credentials = ClientCredentials("demo-bank", Secret(TEXT))

    assert credentials == ClientCredentials("demo-bank", TEXT)
    assert credentials == pickle.loads(pickle.dumps(credentials))
    assert "s3cret" not in repr(credentials)
    assert credentials.client_secret.reveal() == TEXT


def test_a_secret_in_a_body_is_written_at_the_last_moment() -> None:
    assert json.loads(wire.dumps({"token": Secret(TEXT), "locale": "en"})) == {"token": TEXT, "locale": "en"}


@pytest.mark.parametrize(
    "said",
    [
        TEXT,
        "s3cret%26%3D%20%2F%22x%27",
        "s3cret%26%3D+%2F%22x%27",
        "s3cret&amp;= /&quot;x&#x27;",
        'the secret s3cret&= /\\"x\' is "wrong"',
        "c00kie-value",
        "acc3ss-token",
        "route=c00kie-value; a=b",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWI",
        "eyJhbGciOiJSUzI1NiJ9.eyJzd!eyJhbGciOiJSUzI1NiJ9.",
    ],
)
def test_a_secret_is_taken_out_however_it_is_written(said: str) -> None:
    proof = {"Cookie": Secret("a=b; route=c00kie-value"), "Authorization": Secret("Bearer acc3ss-token")}

    redacted = Redaction([Secret(TEXT), Secret("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl")], proof).of(said)

    assert "[redacted]" in redacted
    assert not any(piece in redacted for piece in ("s3cret", "c00kie", "acc3ss", "eyJ", "sdW"))


def test_headers_of_the_hosts_own_are_taken_out_too() -> None:
    headers: dict[str, str | Secret] = {
        "X-Key": Secret("k3y-of-the-bank"),
        "X-Two": Secret("Token t0ken-of-it"),
        "User-Agent": "impact-sdk/1",
    }

    assert Redaction([], headers).of("k3y-of-the-bank, Token t0ken-of-it, impact-sdk/1") == (
        "[redacted], Token [redacted], impact-sdk/1"
    )


def test_words_that_stand_beside_secrets_stay() -> None:
    redaction = Redaction([Secret("")], {"Cookie": Secret("lang=en"), "Authorization": Secret("Bearer short")})

    assert redaction.of("Bearer of an en short cookie") == "Bearer of an en short cookie"
    assert Redaction().of(TEXT) == TEXT


def test_a_secret_does_not_go_along_with_a_copy_of_what_takes_it_out() -> None:
    redaction = Redaction([Secret(TEXT)])

    assert b"s3cret" not in pickle.dumps(redaction)
    assert "s3cret" not in repr(redaction)

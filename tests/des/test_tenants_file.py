"""The file in which somebody brings banks of their own."""

from datetime import timedelta
from pathlib import Path

import pytest

from bank_app_sim.des import AccountSetup, SessionRenewal, Tenant
from bank_app_sim.des.tenants_file import TenantsFileError, read_tenants

NEEDED = """
client_id = "mine"
client_secret = "planted-and-long"
issuer = "https://mine.example"
audience = "impact"
jwks_url = "http://127.0.0.1:9000/jwks.json"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "tenants.toml"
    file.write_text(text)
    return file


def test_a_bank_is_read_with_all_its_settings(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        f"""
        [mine]{NEEDED}
        account_setup = "one SharedSavings per Dream"
        performance_dreams = true
        transfer_consents = true
        session_renewal = "activity"
        session_inactivity_timeout_seconds = 300
        session_maximum_duration_seconds = 3600
        currency = "EUR"
        """,
    )

    assert read_tenants(file) == [
        Tenant(
            id="mine",
            client_id="mine",
            client_secret="planted-and-long",
            issuer="https://mine.example",
            audience="impact",
            jwks_url="http://127.0.0.1:9000/jwks.json",
            currency="EUR",
            account_setup=AccountSetup.PER_DREAM,
            performance_dreams=True,
            transfer_consents=True,
            session_renewal=SessionRenewal.ACTIVITY,
            session_inactivity_timeout=timedelta(minutes=5),
            session_maximum_duration=timedelta(hours=1),
        )
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no bank"),
        ("[mine", "is no TOML"),
        ("mine = 1", "mine stands outside of any bank"),
        ('[mine]\nissuer = "x"', "bank 'mine': client_id, client_secret, audience, jwks_url missing"),
        (f"[mine]{NEEDED}acount_setup = 'x'", "acount_setup is no setting; did you mean account_setup"),
        (f"[mine]{NEEDED}account_setup = 'x'", "account_setup must be 'one SharedSavings per user' or"),
        (f"[mine]{NEEDED}performance_dreams = 'yes'", "performance_dreams must be true or false"),
        (f"[mine]{NEEDED}session_inactivity_timeout_seconds = 0", "must be a whole number of seconds, 1 or more"),
        (f"[mine]{NEEDED}currency = ' '", "currency must be a text that is not blank"),
        (
            f"[mine]{NEEDED}".replace("planted-and-long", "planted"),
            "client_secret has 7 characters and could be guessed",
        ),
        (f"[mine]{NEEDED}".replace("planted-and-long", ""), "client_secret must be a text that is not blank"),
        (f"[mine]{NEEDED}".replace("http://", ""), "jwks_url must be an http or https address"),
        (f"[mine]{NEEDED}".replace("http://127", "http://[127"), "jwks_url"),
        (f"[mine]{NEEDED}".replace("127.0.0.1", "xn--"), "jwks_url must be an http or https address"),
        (f"[mine]{NEEDED}".replace("127.0.0.1", "127.1"), "jwks_url must be an http or https address"),
        (f"[mine]{NEEDED}".replace("127.0.0.1", "a\\u001b[31m"), "jwks_url must be an http or https address"),
        (f"[mine]{NEEDED}".replace("http://", "http://me:planted@"), "jwks_url can't hold a user or a password"),
        ("x = " + "[" * 5_000, "nested too deep"),
        ("x = " + "1" * 5_000, "is no TOML"),
        (f"[mine]{NEEDED}[yours]{NEEDED}", "client_id 'mine' is given to several banks"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_without_the_secret(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(TenantsFileError) as refused:
        read_tenants(written(tmp_path, text))

    assert said in str(refused.value)
    assert "planted" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TenantsFileError, match=r"nothing\.toml: No such file"):
        read_tenants(tmp_path / "nothing.toml")


def test_a_bank_whose_secret_can_be_guessed_is_none() -> None:
    with pytest.raises(ValueError, match="has 7 characters and could be guessed") as refused:
        Tenant(id="mine", client_id="mine", client_secret="planted", issuer="i", audience="a", jwks_url="http://j")

    assert "planted" not in str(refused.value)

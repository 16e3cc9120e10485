"""Banks say where their events go; they cannot say that they go into the sandbox's own network."""

import ipaddress
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bank_app_sim.des.events.addresses import what_is_wrong_with, what_is_wrong_with_url


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "2001:4860:4860::8888",
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "64:ff9b::808:808",
    ],
)
def test_public_addresses_and_loopback_are_reached(address: str) -> None:
    assert what_is_wrong_with(ipaddress.ip_address(address)) is None


@pytest.mark.parametrize(
    ("address", "purpose"),
    [
        ("10.0.0.1", "Private-Use (RFC1918)"),
        ("172.16.0.1", "Private-Use (RFC1918)"),
        ("192.168.1.1", "Private-Use (RFC1918)"),
        ("169.254.169.254", "Cloud metadata"),  # where clouds keep their secrets
        ("100.64.0.1", "Shared Address Space (RFC6598)"),
        ("0.0.0.0", "This host on this network (RFC1122)"),
        ("224.0.0.1", "Multicast (RFC5771)"),
        ("255.255.255.255", "Limited Broadcast (RFC8190, RFC919)"),
        ("198.18.0.1", "Benchmarking (RFC2544)"),
        ("::", "Unspecified Address (RFC4291)"),
        ("fe80::1", "Link-Local Unicast (RFC4291)"),
        ("fc00::1", "Unique-Local (RFC4193, RFC8190)"),
        ("fec0::1", "Site-Local (deprecated)"),
        ("4000::1", "given out to nobody"),
        ("ff02::1", "Multicast (RFC4291)"),
        ("::ffff:10.0.0.1", "which stands for 10.0.0.1, an address set apart for Private-Use"),
        ("64:ff9b::a00:1", "which stands for 10.0.0.1, an address set apart for Private-Use"),  # behind a translator
        ("2002:a00:1::", "6to4 (RFC3056)"),  # 10.0.0.1 behind a relay
        ("2001:0:808:808::f5ff:fffe", "TEREDO"),  # 10.0.0.1 behind a relay
        ("64:ff9b::7f00:1", "which stands for 127.0.0.1, an address set apart for Loopback"),  # the translator itself
        ("2002:7f00:1::", "6to4 (RFC3056)"),  # the relay itself
        ("::10.0.0.1", "IPv4-Compatible (deprecated)"),
        ("::8.8.8.8", "IPv4-Compatible (deprecated)"),
        ("::ffff:0:a00:1", "given out to nobody"),  # 10.0.0.1 as RFC 2765 translates it
        ("2a00::5efe:a00:1", "an ISATAP address, which is of one network only (RFC 5214)"),
        ("2a00::200:5efe:808:808", "an ISATAP address, which is of one network only (RFC 5214)"),
    ],
)
def test_other_addresses_are_not_however_they_are_written(address: str, purpose: str) -> None:
    wrong = what_is_wrong_with(ipaddress.ip_address(address)) or ""

    assert wrong.startswith(f"leads to {ipaddress.ip_address(address)}, ")
    assert purpose in wrong


# By hand, from the registries of IANA (special-purpose addresses of IPv4 and IPv6, multicast, IPv6's address space) and
# the RFCs that took some of them away.
NOBODYS = [
    ipaddress.ip_network(block)
    for block in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "::2/127",
        "::1:0:0/96",
        "64:ff9b:1::/48",
        "100::/64",
        "100:0:0:1::/64",
        "200::/7",
        "400::/6",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "4000::/3",
        "5f00::/16",
        "6000::/3",
        "8000::/1",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ]
]


def addresses_of(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> st.SearchStrategy[Any]:
    return st.ip_addresses(network=network)


@given(st.sampled_from(NOBODYS).flatmap(addresses_of))
def test_no_address_with_a_purpose_of_its_own_is_reached(address: Any) -> None:
    assert what_is_wrong_with(address)


@given(st.sampled_from(NOBODYS[:17]).flatmap(addresses_of), st.sampled_from(["::ffff:0:0", "64:ff9b::", "::"]))
def test_nor_is_one_that_is_hidden_in_another(hidden: Any, around: str) -> None:
    assume(int(hidden) != 1)  # ::1 is loopback
    assert what_is_wrong_with(ipaddress.ip_address(int(ipaddress.ip_address(around)) | int(hidden)))


@given(st.ip_addresses(v=6, network="2a00::/12"), st.ip_addresses(v=4), st.sampled_from([0x5EFE, 0x0200_5EFE]))
def test_an_isatap_address_is_within_somebodys_network(prefix: Any, inside: Any, mark: int) -> None:
    address = ipaddress.IPv6Address(int(prefix) >> 64 << 64 | mark << 32 | int(inside))

    assert what_is_wrong_with(address)


@given(st.ip_addresses(v=6, network="2a00::/12"))
def test_what_is_given_out_to_the_public_is_reached(address: Any) -> None:
    assume(int(address) >> 32 & 0xFFFF_FFFF not in (0x5EFE, 0x0200_5EFE))

    assert what_is_wrong_with(address) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://bank.example/webhooks",
        "http://127.0.0.1:8701/x?y=z",
        "http://[::1]:80/",
        "http://bank.example./",
        "http://BANK-1.example",
        "http://bank_1",
        "http://4bank.3example/",
        "http://xn--bnk-qla.example/",
    ],
)
def test_urls_that_can_be_sent_to(url: str) -> None:
    assert what_is_wrong_with_url(url) is None


@pytest.mark.parametrize(
    "host",
    [
        "xn--",
        "xn--a",
        "xn--zz--zz.example",
        "bank..example",
        ".example",
        f"{'a' * 64}.example",
        ".".join(["a" * 60] * 5),
        "999.1.1.1",
        "[v1.a]",
        # Addresses in the forms of old, which some resolvers take and others do not.
        "2130706433",
        "0x7f000001",
        "127.1",
        "10.1",
        "1.2.3.4.5",
        "8.8.8.8.",
        "bank.0x7f",
        "%31%32%37.0.0.1",
        "%41",
        "*",
        "a,b",
        'a"b',
        "a<b>",
        "a|b",
        "-",
        "-a.example",
        "a-.example",
        # The zone is one of a machine's own interfaces, and no address of anybody.
        "[2001:4860:4860::8888%25eth0]",
        "[::1%25lo]",
        "[::1%lo]",
    ],
)
def test_a_name_that_nobody_can_look_up_is_refused_at_once(host: str) -> None:
    assert "no name of a host" in (what_is_wrong_with_url(f"https://{host}/webhooks") or "")

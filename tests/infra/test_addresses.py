"""Where requests to receivers may go."""

import ipaddress

import pytest

from service.infra.addresses import carried, is_public, is_within

PRIVATE = (
    "127.0.0.1", "127.8.9.1", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.2.1", "198.18.0.1", "203.0.113.7",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.0.170",
    "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:1::1", "::127.0.0.1", "fec0::1", "feff::1",
)  # fmt: skip
PUBLIC = ("1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1",
          "64:ff9b::808:808")  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_what_is_not_everybodys_is_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_what_the_internet_reaches_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


def test_an_address_is_judged_by_the_one_it_carries() -> None:
    assert carried(ipaddress.ip_address("::ffff:10.0.0.1")) == ipaddress.ip_address("10.0.0.1")
    assert carried(ipaddress.ip_address("64:ff9b::a00:1")) == ipaddress.ip_address("10.0.0.1")


def test_a_network_of_the_operator_is_one_however_it_is_written() -> None:
    networks = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))
    within = [
        text
        for text in ("10.9.8.7", "::ffff:10.9.8.7", "fd12::1", "11.0.0.1", "::1")
        if is_within(ipaddress.ip_address(text), networks)
    ]
    assert within == ["10.9.8.7", "::ffff:10.9.8.7", "fd12::1"]

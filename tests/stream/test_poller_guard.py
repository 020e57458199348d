"""No request reaches an address that is not of the public internet, however it is spelled."""

from __future__ import annotations

import socket

import pytest

from agents.poller.fetch import Fetcher
from agents.poller.guard import BlockedAddressError, is_public, refusal, socket_factory
from pipeline.feeds.catalog import PollerSpec
from pipeline.feeds.outcome import ErrorKind
from tests.stream.feed_server import FeedServer, answer, rss

PUBLIC = PollerSpec(user_agent="khabar-test")
FORMS = [
    "http://127.0.0.1:8080/",
    "http://127.1:8080/",
    "http://2130706433:8080/",
    "http://0x7f000001:8080/",
    "http://0x7f.0.0.1:8080/",
    "http://017700000001:8080/",
    "http://0:8080/",
    "http://0.0.0.0:8080/",
    "http://localhost:8080/",
    "http://localhost.:8080/",
    "http://LOCALHOST:8080/",
    "http://[::1]:8080/",
    "http://[::]:8080/",
    "http://[::ffff:127.0.0.1]:8080/",
    "http://[::ffff:7f00:1]:8080/",
    "http://[64:ff9b::7f00:1]:8080/",
    "http://[2002:7f00:1::]:8080/",
    "http://①②⑦.⓪.⓪.①:8080/",
    "http://news.example@127.0.0.1:8080/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1:8080/",
]


@pytest.mark.parametrize("url", FORMS)
async def test_no_form_of_a_private_address_is_connected_to(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connected = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: connected.append(address))
    monkeypatch.setattr(socket.socket, "connect_ex", lambda self, address: connected.append(address) or 0)
    async with Fetcher(PUBLIC, timeout=5) as fetcher:
        result = await fetcher.fetch(url)
    assert result.error in {ErrorKind.BLOCKED_ADDRESS, ErrorKind.BAD_REDIRECT, ErrorKind.DNS}, result.message
    assert result.body == b""
    assert connected == []


@pytest.mark.parametrize("path", ["/direct", "/redirected", "/named"])
async def test_a_server_on_loopback_is_never_asked(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FeedServer() as server:
        monkeypatch.setattr("agents.poller.guard.PORTS", {server.port})
        server.answers["/direct"] = [answer(200, rss(("a", "A")))]
        async with Fetcher(PUBLIC, timeout=5) as fetcher:
            result = await fetcher.fetch(
                server.url(path).replace("127.0.0.1", "localhost" if path == "/named" else "127.0.0.1")
            )
    assert result.error is ErrorKind.BLOCKED_ADDRESS
    assert server.requests == []


async def test_a_redirect_to_loopback_is_blocked_after_the_first_hop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop stands for a public server: the guard lets exactly one connection through."""
    async with FeedServer() as outside, FeedServer() as inside:
        outside.answers["/feed"] = [answer(302, Location=inside.url("/secret"))]
        inside.answers["/secret"] = [answer(200, rss(("a", "secret")))]
        monkeypatch.setattr("agents.poller.guard.PORTS", {outside.port, inside.port})
        answers = iter([True])
        monkeypatch.setattr("agents.poller.guard.is_public", lambda _: next(answers, False))
        async with Fetcher(PUBLIC, timeout=5) as fetcher:
            result = await fetcher.fetch(outside.url())
    assert result.error is ErrorKind.BLOCKED_ADDRESS
    assert len(outside.requests) == 1
    assert inside.requests == []


async def test_a_name_that_resolves_differently_the_second_time_is_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard judges the address that is connected to, not an earlier answer of the resolver."""
    make = socket_factory(allow_private=False)
    with make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 80))) as made:
        assert made.getblocking() is False
    with pytest.raises(BlockedAddressError):
        make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80)))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "100::1",
        "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "2001:db8::1", "fc00::1", "fd00::1", "fe80::1", "fe80::1%eth0",
        "fec0::1", "ff02::1", "3fff::1", "5f00::1", "", "localhost", "127.1", "999.1.1.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("file:///etc/passwd", ErrorKind.BLOCKED_SCHEME),
        ("gopher://a.example/", ErrorKind.BLOCKED_SCHEME),
        ("ftp://a.example/", ErrorKind.BLOCKED_SCHEME),
        ("javascript:alert(1)", ErrorKind.BLOCKED_SCHEME),
        ("http://a.example:22/", ErrorKind.BLOCKED_ADDRESS),
        ("http://a.example:6379/", ErrorKind.BLOCKED_ADDRESS),
        ("http:///path", ErrorKind.BAD_REDIRECT),
        ("http://a.example:99999/", ErrorKind.BAD_REDIRECT),
        ("http://[::1/", ErrorKind.BAD_REDIRECT),
        ("https://a.example:8443/", None),
        ("http://a.example/", None),
    ],
)
def test_schemes_and_ports_are_few(url: str, kind: ErrorKind | None) -> None:
    assert refusal(url, allow_private=False) is kind

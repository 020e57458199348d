"""Answers of servers, right and wrong."""

from __future__ import annotations

import gzip
import resource
import zlib

import pytest

from agents.poller.fetch import Fetcher
from pipeline.feeds.catalog import PollerSpec
from pipeline.feeds.conditional import Validators
from pipeline.feeds.outcome import ErrorKind
from tests.stream.feed_server import FeedServer, Raw, answer, rss

SPEC = PollerSpec(user_agent="khabar-test/1 (+https://example.org)", allow_private=True)
BODY = rss(("a", "A"))
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


def zeros(size: int) -> bytes:
    """Compress zeros without holding them."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"\0" * 1_048_576
    return b"".join(press.compress(block) for _ in range(size // len(block))) + press.flush()


async def test_a_request_says_who_asks_and_nothing_more() -> None:
    async with FeedServer() as server, Fetcher(SPEC) as fetcher:
        server.answers["/feed"] = [answer(200, BODY, Set_Cookie="a=b"), answer(200, BODY)]
        result = await fetcher.fetch(
            server.url(), Validators(etag='W/"v1"', last_modified="Tuesday, 03-Mar-26 04:30:00 GMT")
        )
        await fetcher.fetch(server.url())
    assert (result.status, result.body, result.error) == (200, BODY, None)
    first, second = server.requests
    assert first.headers["user-agent"] == "khabar-test/1 (+https://example.org)"
    assert first.headers["if-none-match"] == 'W/"v1"'
    assert first.headers["if-modified-since"] == "Tuesday, 03-Mar-26 04:30:00 GMT"
    assert not {"cookie", "referer", "authorization"} & {*first.headers, *second.headers}


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (answer(302), ErrorKind.BAD_REDIRECT),
        (answer(302, Location="file:///etc/hostname"), ErrorKind.BLOCKED_SCHEME),
        (answer(302, Location="http://[::1"), ErrorKind.BAD_REDIRECT),
        (answer(301, Location="/feed"), ErrorKind.REDIRECT_LOOP),
        (answer(200, gzip.compress(gzip.compress(BODY)), Content_Encoding="gzip, gzip"), ErrorKind.BAD_ENCODING),
        (answer(200, BODY, Content_Encoding="gzip"), ErrorKind.BAD_ENCODING),
        (answer(200, BODY, X="y" * 1_048_576), ErrorKind.BAD_RESPONSE),
        (INTERIM * 40 + answer(200, BODY), ErrorKind.BAD_RESPONSE),
        (b"SSH-2.0-OpenSSH_9.6\r\n", ErrorKind.BAD_RESPONSE),
        (b"", ErrorKind.BAD_RESPONSE),
        ([b"HTTP/1.1 200 OK\r\n", 3.0], ErrorKind.TIMEOUT),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"<", 0.6, b"r", 3.0], ErrorKind.TIMEOUT),
        (answer(200, zeros(64 * 1_048_576), Content_Encoding="gzip"), ErrorKind.TOO_LARGE),
        (answer(200, b"x" * (11 * 1_048_576)), ErrorKind.TOO_LARGE),
    ],
    ids=[
        "no-location",
        "file",
        "bad-location",
        "loop",
        "double-gzip",
        "no-gzip",
        "huge-header",
        "interim",
        "ssh",
        "nothing",
        "slow-head",
        "slow-body",
        "bomb",
        "large",
    ],
)
async def test_wrong_answers_are_errors_of_their_kind(script: Raw, kind: ErrorKind) -> None:
    async with FeedServer() as server, Fetcher(SPEC, timeout=1.5) as fetcher:
        server.answers["/feed"] = [script]
        result = await fetcher.fetch(server.url())
    assert result.error is kind, result.message


async def test_a_bomb_takes_little_memory() -> None:
    bomb = zeros(256 * 1_048_576)
    async with FeedServer() as server, Fetcher(SPEC) as fetcher:
        server.answers["/feed"] = [answer(200, bomb, Content_Encoding="gzip")]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = await fetcher.fetch(server.url())
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert result.error is ErrorKind.TOO_LARGE
    assert grown < 64 * 1024


async def test_compressed_answers_are_decoded() -> None:
    async with FeedServer() as server, Fetcher(SPEC) as fetcher:
        server.answers["/feed"] = [
            answer(200, gzip.compress(BODY), Content_Encoding="gzip", Content_Type="text/xml; charset=windows-1251")
        ]
        result = await fetcher.fetch(server.url())
    assert (result.body, result.charset) == (BODY, "windows-1251")


async def test_a_few_interim_answers_are_read_over() -> None:
    async with FeedServer() as server, Fetcher(SPEC) as fetcher:
        server.answers["/feed"] = [INTERIM * 3 + answer(200, BODY)] * 12
        for _ in range(12):
            assert (await fetcher.fetch(server.url())).body == BODY


async def test_redirects_are_followed_five_times_and_permanence_is_told() -> None:
    async with FeedServer() as server, Fetcher(SPEC) as fetcher:
        for number in range(5):
            server.answers[f"/{number}"] = [answer(301 if number % 2 else 308, Location=f"/{number + 1}")]
        server.answers["/5"] = [answer(200, BODY)]
        server.answers["/mixed"] = [answer(302, Location="/3")]
        permanent, mixed, direct = [await fetcher.fetch(server.url(path)) for path in ("/0", "/mixed", "/5")]
    assert (permanent.body, permanent.permanent_url, permanent.final_url) == (BODY, server.url("/5"), server.url("/5"))
    assert (mixed.body, mixed.permanent_url) == (BODY, None)
    assert direct.permanent_url is None


async def test_a_password_is_not_carried_to_another_server() -> None:
    async with FeedServer() as first, FeedServer() as second, Fetcher(SPEC) as fetcher:
        first.answers["/feed"] = [answer(302, Location=second.url("/b"))]
        second.answers["/b"] = [answer(200, BODY)]
        await fetcher.fetch(first.url().replace("//", "//user:secret@"))
    assert "authorization" in first.requests[0].headers
    assert "authorization" not in second.requests[0].headers


async def test_what_arrived_before_a_connection_broke_is_kept() -> None:
    async with FeedServer() as server, Fetcher(SPEC) as fetcher:
        server.answers["/feed"] = [answer(200, BODY, Content_Length=str(2 * len(BODY)))]
        result = await fetcher.fetch(server.url())
    assert (result.body, result.complete, result.error) == (BODY, False, None)


async def test_nobody_at_the_address_is_an_error_to_connect() -> None:
    async with FeedServer() as server:
        url = server.url()
    async with Fetcher(SPEC) as fetcher:
        assert (await fetcher.fetch(url)).error is ErrorKind.CONNECT
        assert (await fetcher.fetch("http://nothing.invalid/")).error is ErrorKind.DNS

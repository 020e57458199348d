"""Manners towards hosts and honesty about whose fault a failure is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from agents.poller.emit import BrokerEmitter, EmitError
from agents.poller.fetch import Fetcher
from agents.poller.hosts import Hosts, host_name
from agents.poller.loop import poll_once
from agents.poller.network import MOST_HOSTS, Network
from agents.poller.poll import Polled
from agents.poller.state import MemoryStore
from pipeline.feeds.catalog import Catalog, PollerSpec
from schemas.article import RawArticle
from tests.stream.feed_server import FakeBroker, FakeClock, FeedServer, answer, catalog, rss

GOOD = rss(("a", "A"))


async def once(used: Catalog, store: MemoryStore, clock: FakeClock, **later: float) -> list[Polled]:
    clock.time += timedelta(**later)
    polled: list[Polled] = []
    await poll_once(used, BrokerEmitter(FakeBroker().send), store, polled.append, clock)
    return polled


@pytest.mark.parametrize(
    ("raw", "minutes"),
    [
        (answer(403, Retry_After="600"), 10),
        (answer(403, X_RateLimit_Remaining="0.0", X_RateLimit_Reset="300"), 5),
        (answer(429, RateLimit_Remaining="0", RateLimit_Reset="1200"), 20),
        (answer(503, Retry_After="Tue, 03 Mar 2026 06:30:00 GMT"), 30),
    ],
    ids=["403", "403-reset", "429-reset", "503-date"],
)
async def test_a_host_is_left_alone_for_as_long_as_it_says(raw: bytes, minutes: int) -> None:
    store, clock = MemoryStore(), FakeClock()
    async with FeedServer() as server:
        server.answers = {"/a": [raw], "/b": [answer(200, GOOD)]}
        (first,) = await once(catalog(server, "/a"), store, clock)
        assert (first.status.state, first.status.errors_in_a_row) == ("throttled", 0)
        (early,) = await once(catalog(server, "/b"), store, clock, minutes=minutes - 0.1)
        assert early.status.state == "throttled"
        assert server.asked("/b") == []
        (later,) = await once(catalog(server, "/b"), store, clock, minutes=0.2)
        assert later.status.state == "ok"


async def test_a_plain_403_is_an_error_of_the_feed_alone() -> None:
    async with FeedServer() as server:
        server.answers = {"/a": [answer(403, X_RateLimit_Remaining="7")], "/b": [answer(200, GOOD)]}
        first, second = await once(catalog(server, "/a", "/b"), MemoryStore(), FakeClock())
    assert (first.status.error, second.status.state) == ("http_4xx", "ok")


async def test_a_redirect_waits_for_its_turn_and_respects_the_silence_of_where_it_leads() -> None:
    clock = FakeClock()
    async with FeedServer() as server:
        server.answers = {"/a": [answer(302, Location="/b")], "/b": [answer(200, GOOD)]}
        hosts = Hosts(clock, timedelta(seconds=1))
        async with Fetcher(PollerSpec(user_agent="t", allow_private=True), hosts) as fetcher:
            assert (await fetcher.fetch(server.url("/a"))).body == GOOD
            assert sum(clock.slept) == pytest.approx(1, abs=0.01)
            until = clock.now() + timedelta(hours=1)
            hosts.silence("http://busy.example/", until)
            server.answers["/a"] = [answer(302, Location="http://busy.example/feed")]
            result = await fetcher.fetch(server.url("/a"))
    assert (result.silent_until, result.final_url, result.error) == (until, "http://busy.example/feed", None)


async def test_the_whole_document_is_asked_for_after_a_hundred_short_answers() -> None:
    store, clock = MemoryStore(), FakeClock()
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, GOOD, ETag='"1"'), answer(304)]
        await once(catalog(server), store, clock)
        stored = store.get("feed")
        assert stored is not None
        store.commit("feed", replace(stored, state=replace(stored.state, partial_answers=99)))
        for _ in range(2):
            await once(catalog(server), store, clock, minutes=30)
    assert [request.headers.get("if-none-match") for request in server.asked()] == [None, '"1"', None]
    assert [request.headers.get("a-im") for request in server.asked()] == [None, "feed", None]


async def test_when_no_host_answers_it_is_our_network_and_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two are counted: until then it might be them."""
    store, clock = MemoryStore(), FakeClock()
    async with FeedServer(host="0.0.0.0") as server:
        paths = [f"/{n}" for n in range(8)]
        server.answers = {path: [answer(200, rss((path, path)))] for path in paths}
        used = catalog(server, *paths, requests=1)
        feeds = tuple(
            replace(spec, url=spec.url.replace("127.0.0.1", f"127.0.1.{n + 1}")) for n, spec in enumerate(used.feeds)
        )
        used = Catalog(poller=used.poller, feeds=feeds)
        await once(used, store, clock)

        async def no_names(*_: object, **__: object) -> object:
            raise OSError("no route")

        with monkeypatch.context() as patch:
            patch.setattr("agents.poller.fetch.Fetcher._get", no_names)
            down = await _one_by_one(used, store, clock)
        assert [polled.status.errors_in_a_row for polled in down] == [1, 1, 0, 0, 0, 0, 0, 0]
        assert all(polled.next_poll - clock.now() <= timedelta(minutes=4) for polled in down[2:])
        up = await once(used, store, clock, minutes=4)
    assert {polled.status.errors_in_a_row for polled in up} == {0}


async def _one_by_one(used: Catalog, store: MemoryStore, clock: FakeClock) -> list[Polled]:
    return await once(used, store, clock, minutes=30)


def test_few_failures_or_failures_among_answers_are_no_failure_of_the_network() -> None:
    network, now = Network(), FakeClock().now()
    for number in range(2):
        network.failed(f"dead{number}", now)
    assert not network.is_down(now)
    network.failed("dead3", now)
    assert network.is_down(now)
    network.answered("well", now)
    assert not network.is_down(now)
    for number in range(3 * MOST_HOSTS):
        network.failed(f"h{number}", now)
    assert network.is_down(now)
    assert not network.is_down(now + timedelta(minutes=11))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://News.Example/feed", "news.example"),
        ("http://news.example.:80/", "news.example"),
        ("http://u:p@news.example:8080/", "news.example:8080"),
        ("http://[::1]:9/", "::1:9"),
        ("nothing", "nothing"),
        ("http://[", "http://["),
    ],
)
def test_a_host_has_one_name(url: str, name: str) -> None:
    assert host_name(url) == name


async def test_the_articles_of_a_site_are_sent_one_after_another_and_those_of_others_meanwhile() -> None:
    under_way: dict[bytes, int] = {}
    sent: list[tuple[bytes, str]] = []
    most = 0

    async def send(topic: str, key: bytes | None, value: bytes, headers: tuple[tuple[str, bytes], ...]) -> None:
        nonlocal most
        assert key is not None
        assert not under_way.get(key)
        under_way[key] = 1
        most = max(most, sum(under_way.values()))
        # The later ones are quicker: only waiting keeps their order.
        await asyncio.sleep(0.01 / (1 + len(sent)))
        under_way[key] = 0
        sent.append((key, dict(headers)["ce_subject"].decode()))

    articles = [RawArticle(uri=f"u{n}", url=f"https://{'ab'[n % 2]}site.com/{n}") for n in range(12)]
    await BrokerEmitter(send).send(articles)
    for key in (b"asite.com", b"bsite.com"):
        own = [uri for name, uri in sent if name == key]
        assert own == sorted(own, key=lambda uri: int(uri[1:]))
    assert most == 2


async def test_after_a_refusal_no_later_article_of_the_site_is_sent() -> None:
    broker = FakeBroker()

    async def third() -> None:
        broker.down = len(broker.sent) >= 2

    broker.before = third
    articles = [RawArticle(uri=f"u{n}", url=f"https://site.com/{n}") for n in range(5)]
    with pytest.raises(EmitError):
        await BrokerEmitter(broker.send).send(articles)
    assert [dict(record[3])["ce_subject"] for record in broker.sent] == [b"u0", b"u1"]


async def test_records_carry_the_attributes_of_cloudevents() -> None:
    broker = FakeBroker()
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, GOOD)]
        await poll_once(catalog(server), BrokerEmitter(broker.send), MemoryStore(), lambda _: None, FakeClock())
    ((_, key, _, headers),) = broker.on("news.raw")
    given = {name: value.decode() for name, value in headers}
    assert key is not None
    assert given["ce_specversion"] == "1.0"
    assert given["ce_id"] == f"{given['ce_subject']}#1"
    assert given["ce_type"] == "news.raw_article.created.v1"
    assert given["ce_source"].startswith("/")
    assert given["ce_time"] == "2026-03-03T06:00:00Z"
    assert given["ce_partitionkey"] == key.decode()
    assert given["ce_dataschema"].startswith("urn:khabar:schema:raw_article")
    assert given["content-type"] == "application/json"

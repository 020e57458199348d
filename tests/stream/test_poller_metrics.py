"""What the poller counts, and that one feed's failure stops no other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from agents.poller.emit import BrokerEmitter
from agents.poller.loop import poll_forever, poll_once
from agents.poller.metrics import PollerMetrics
from agents.poller.shard import Shard
from agents.poller.state import MemoryStore
from pipeline.feeds.catalog import Catalog
from tests.stream.feed_server import FakeBroker, FakeClock, FeedServer, answer, catalog, rss
from tests.stream.scaled_clock import ScaledClock

GOOD = rss(("a", "A"), ("b", "B"))


def value(metrics: PollerMetrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"khabar_{name}", labels) or 0.0


async def test_polls_answers_bytes_items_and_parse_kills_are_counted() -> None:
    metrics, store, broker = PollerMetrics(CollectorRegistry()), MemoryStore(), FakeBroker()
    async with FeedServer() as server:
        server.answers = {
            "/a": [answer(200, GOOD, ETag='"1"'), answer(304)],
            "/b": [answer(200, rss(("a", "A"))), answer(200, rss(("a", "A new title"), ("c", "C")))],
            "/slow": [answer(200, b"<rss><channel><item><title>" + b"<" * 3_000_000)],
            "/busy": [answer(429, Retry_After="60")],
        }
        clock = FakeClock()
        for _ in range(2):
            used = catalog(server, "/a", "/b", "/slow", "/busy", requests=1)
            await poll_once(used, BrokerEmitter(broker.send), store, lambda _: None, clock, metrics=metrics)
            await clock.sleep(3600)
    assert value(metrics, "polls_total", outcome="changed", error="") == 3
    assert value(metrics, "polls_total", outcome="unchanged", error="") == 1
    assert value(metrics, "polls_total", outcome="error", error="parse_timeout") >= 1
    assert value(metrics, "polls_total", outcome="throttled", error="throttled") == 2
    assert value(metrics, "fetches_total", status="304") == 1
    assert value(metrics, "fetches_total", status="429") == 2
    assert value(metrics, "fetch_bytes_total") > 3_000_000
    assert [value(metrics, "entries_total", kind=kind) for kind in ("new", "updated", "unchanged")] == [4, 1, 0]
    assert value(metrics, "parse_failures_total", reason="parse_timeout") >= 1
    assert value(metrics, "parse_cpu_seconds_count") == 3


async def test_no_label_holds_what_a_feed_wrote() -> None:
    metrics = PollerMetrics(CollectorRegistry())
    async with FeedServer() as server:
        server.answers["/feed"] = [b"HTTP/1.1 799 Evil\r\nContent-Length: 0\r\n\r\n"]
        await poll_once(
            catalog(server), BrokerEmitter(FakeBroker().send), MemoryStore(), lambda _: None, metrics=metrics
        )
    assert value(metrics, "fetches_total", status="other") == 1


async def test_feeds_that_fail_in_every_way_hold_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each bad feed is beside a good one, which is polled on time though the others hang, die or lie."""
    metrics, broker, stop = PollerMetrics(CollectorRegistry()), FakeBroker(), asyncio.Event()
    async with FeedServer(host="0.0.0.0") as server:
        server.answers = {
            "/hangs": [[b"HTTP/1.1 200 OK\r\n", 30.0]],
            "/dies": [answer(200, b"<rss><channel><item><title>" + b"<" * 3_000_000)],
            "/lies": [b"SSH-2.0-OpenSSH_9.6\r\n"],
            "/gone": [answer(410)],
            **{f"/good{n}": [answer(200, rss((str(n), f"Good {n}")))] for n in range(4)},
        }
        running = asyncio.create_task(
            poll_forever(
                _many_hosts(server, *server.answers),
                broker.send,
                state_path=tmp_path / "feeds.db",
                stop=stop,
                clock=ScaledClock(20),
                metrics=metrics,
            )
        )
        async with asyncio.timeout(60):
            while len(broker.on("news.raw")) < 4 or not value(metrics, "parse_failures_total", reason="parse_timeout"):  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.02)
        stop.set()
        monkeypatch.setattr("agents.poller.loop.GRACE_SECONDS", 0.1)
        await running
    assert value(metrics, "feeds") == 8
    assert value(metrics, "poll_lag_seconds_count") >= 8


def _many_hosts(server: FeedServer, *paths: str) -> Catalog:
    """Give each feed a name of its own for loopback."""
    used = catalog(server, *paths)
    feeds = tuple(
        type(spec)(id=spec.id, url=spec.url.replace("127.0.0.1", f"127.0.0.{n + 1}"))
        for n, spec in enumerate(used.feeds)
    )
    return type(used)(poller=used.poller, feeds=feeds)


async def test_a_feed_that_has_failed_for_six_hours_is_silent_until_it_answers_well(tmp_path: Path) -> None:
    metrics, broker, stop = PollerMetrics(CollectorRegistry()), FakeBroker(), asyncio.Event()
    good, bad = answer(200, GOOD), answer(500)
    async with FeedServer() as server:
        server.answers = {"/good": [good], "/bad": [good, bad]}
        running = asyncio.create_task(
            poll_forever(
                catalog(server, "/good", "/bad"),
                broker.send,
                state_path=tmp_path / "feeds.db",
                stop=stop,
                clock=FakeClock(),
                metrics=metrics,
            )
        )
        for silent in (1, 0):
            async with asyncio.timeout(60):
                while value(metrics, "feeds_silent") != silent or len(server.asked("/bad")) < 3:  # noqa: ASYNC110 - nobody tells of it
                    await asyncio.sleep(0.02)
            server.answers["/bad"] = [good]
        stop.set()
        await running


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "a/b", "1/99999", "-1/3", ""])
def test_shares_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no share"):
        Shard.parse(text)


def test_every_feed_has_one_share_and_a_host_is_never_split() -> None:
    shards = [Shard.parse(f"{number}/3") for number in (1, 2, 3)]
    urls = [f"https://site{n}.example/{path}" for n in range(300) for path in ("a", "b")]
    taken = [[shard.number for shard in shards if shard.takes(url)] for url in urls]
    assert all(len(numbers) == 1 for numbers in taken)
    assert taken[0::2] == taken[1::2]
    assert all(60 < taken[0::2].count([number]) < 140 for number in (1, 2, 3))
    assert shards[0].takes("http://SITE1.example.:80/x") == shards[0].takes("https://site1.example/y")


async def test_pollers_of_two_shares_poll_every_feed_once(tmp_path: Path) -> None:
    broker = FakeBroker()
    async with FeedServer(host="0.0.0.0") as server:
        paths = [f"/{n}" for n in range(12)]
        server.answers = {path: [answer(200, rss((path, path)))] for path in paths}
        for text in ("1/2", "2/2"):
            await poll_once(
                _many_hosts(server, *paths),
                BrokerEmitter(broker.send),
                MemoryStore(),
                lambda _: None,
                shard=Shard.parse(text),
            )
    assert sorted(request.path for request in server.requests) == sorted(paths)
    assert len(broker.on("news.raw")) == 12

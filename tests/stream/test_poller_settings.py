"""What a feed's settings do to its polls: first items, permanent redirects, headers of the operator's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from agents.poller.emit import BrokerEmitter
from agents.poller.loop import poll_once
from agents.poller.poll import Polled
from agents.poller.state import SQLiteStore, Stored
from pipeline.feeds.catalog import Catalog
from schemas import codec
from schemas.article import RawArticle
from tests.stream.feed_server import FakeBroker, FakeClock, FeedServer, answer, catalog, rss


class Bench:
    """Polls a catalog again and again, a new process each time."""

    def __init__(self, used: Catalog, folder: Path) -> None:
        self.used = used
        self.file = folder / "feeds.db"
        self.broker = FakeBroker()
        self.clock = FakeClock()

    async def poll(self, hours: float = 0.0) -> Polled:
        self.clock.time += self.clock.time.resolution * int(hours * 3.6e9)
        polled: list[Polled] = []
        with SQLiteStore(self.file) as store:
            await poll_once(self.used, BrokerEmitter(self.broker.send), store, polled.append, self.clock)
        return polled[0]

    def stored(self) -> Stored:
        with SQLiteStore(self.file) as store:
            stored = store.get(self.used.feeds[0].id)
        assert stored is not None
        return stored

    def articles(self) -> list[RawArticle]:
        return [codec.decode(RawArticle, value) for _, _, value, _ in self.broker.on("news.raw")]


def with_settings(used: Catalog, **settings: object) -> Catalog:
    return replace(used, feeds=tuple(replace(feed, **settings) for feed in used.feeds))  # type: ignore[arg-type]


async def test_the_first_poll_sends_the_newest_and_says_so_and_the_second_sends_what_is_new(tmp_path: Path) -> None:
    items = [(str(n), f"Headline {n}") for n in range(8)]
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, rss(*items)), answer(200, rss(("new", "Another"), *items))]
        bench = Bench(with_settings(catalog(server), first_items=3, tags=("gov",)), tmp_path)
        await bench.poll()
        await bench.poll(hours=1)
    assert [article.headline for article in bench.articles()] == ["Headline 0", "Headline 1", "Headline 2", "Another"]
    warnings = [article.provenance.warnings for article in bench.articles() if article.provenance]
    assert warnings == [("entries_withheld", "first_poll")] * 3 + [()]
    assert [(subject.name, subject.scheme) for subject in bench.articles()[0].subject] == [("gov", "tag")]


async def test_a_permanent_redirect_is_adopted_after_a_day_and_the_old_address_left_alone(tmp_path: Path) -> None:
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(301, Location="/moved")]
        server.answers["/moved"] = [answer(200, rss((str(n), f"Headline {n}"))) for n in range(9)]
        bench = Bench(catalog(server), tmp_path)
        for _ in range(5):
            await bench.poll(hours=6.5)
        assert bench.stored().state.address == server.url("/moved")
        await bench.poll(hours=6.5)
        assert (len(server.asked("/feed")), len(server.asked("/moved"))) == (5, 6)
        assert len({article.uri for article in bench.articles()}) == 6


async def test_an_outage_page_behind_a_permanent_redirect_takes_no_feed_away(tmp_path: Path) -> None:
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(301, Location="/sorry")]
        server.answers["/sorry"] = [answer(200, b"<html><body>Sorry</body></html>")]
        bench = Bench(catalog(server), tmp_path)
        for _ in range(8):
            await bench.poll(hours=12)
    assert bench.stored().state.address is None
    assert bench.stored().state.last_message == "the root element is <html>"


async def test_headers_of_a_feed_reach_its_origin_and_no_other(tmp_path: Path) -> None:
    async with FeedServer() as other, FeedServer() as server:
        server.answers["/feed"] = [answer(302, Location="/here")]
        server.answers["/here"] = [answer(302, Location=other.url("/there"))]
        other.answers["/there"] = [answer(200, rss(("a", "A")))]
        bench = Bench(with_settings(catalog(server), headers={"X-Key": "s3cret"}), tmp_path)
        polled = await bench.poll()
        sent = [request.headers.get("x-key") for request in (*server.requests, *other.requests)]
    assert polled.status.state == "ok"
    assert sent == ["s3cret", "s3cret", None]
    assert b"s3cret" not in b"".join(value for _, _, value, _ in bench.broker.sent)

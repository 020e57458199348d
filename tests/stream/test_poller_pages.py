"""The text of linked pages: fetched where it may be, never at the price of the item."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agents.poller import pages
from agents.poller.emit import BrokerEmitter
from agents.poller.loop import poll_once
from agents.poller.state import SQLiteStore
from pipeline.feeds.catalog import CatalogError
from schemas import codec
from schemas.article import FullText, RawArticle
from tests.stream.feed_server import FakeBroker, FakeClock, FeedServer, Raw, answer, catalog

pytest.importorskip("trafilatura", reason="the extra fulltext is not installed")

SENTENCES = [
    f"The minister of area {n} said on Tuesday that {n + 3} roads to the border would be opened again next month."
    for n in range(12)
]


def page(*, charset: str = "utf-8", head: str = "", text: list[str] | None = None) -> bytes:
    inner = "".join(f"<p>{sentence}</p>" for sentence in text or SENTENCES)
    html = f"<html><head><title>T</title>{head}</head><body><nav>Home</nav><article><h1>T</h1>{inner}</article></body></html>"
    return html.encode(charset)


class Bench:
    """Polls one feed of items that link to pages of the same server."""

    def __init__(self, server: FeedServer, folder: Path, *paths: str) -> None:
        self.server = server
        self.folder = folder
        self.clock = FakeClock()
        self.broker = FakeBroker()
        self.feed(*paths)

    def feed(self, *paths: str, text: str = "Short.") -> None:
        items = "".join(
            f"<item><guid>{path}</guid><title>Headline {path}</title><link>{self.server.url(path)}</link>"
            f"<description>{text}</description></item>"
            for path in paths
        )
        self.server.answers["/feed"] = [answer(200, f"<rss version='2.0'><channel>{items}</channel></rss>".encode())]

    def answers(self, path: str, *raws: Raw) -> None:
        self.server.answers[path] = list(raws)

    async def poll(self) -> list[RawArticle]:
        used = catalog(self.server)
        used = replace(used, feeds=tuple(replace(feed, fulltext=True) for feed in used.feeds))
        first = len(self.broker.sent)
        with SQLiteStore(self.folder / "feeds.db") as store:
            await poll_once(used, BrokerEmitter(self.broker.send), store, lambda _: None, self.clock)
        return [
            codec.decode(RawArticle, value) for topic, _, value, _ in self.broker.sent[first:] if topic == "news.raw"
        ]


def statuses(articles: list[RawArticle]) -> list[str]:
    return [article.fulltext.status for article in articles if article.fulltext]


async def test_the_text_of_the_page_is_the_body_and_the_version_is_the_items(tmp_path: Path) -> None:
    async with FeedServer() as server:
        bench = Bench(server, tmp_path, "/a")
        bench.answers("/robots.txt", answer(404))
        bench.answers("/a", answer(200, page(head="<link rel=canonical href=/A>"), Content_Type="text/html"))
        (article,) = await bench.poll()
        bench.answers("/a", answer(200, page(text=["Changed. " * 50]), Content_Type="text/html"))
        bench.clock.time += bench.clock.time.resolution * 3_600_000_000
        again = await bench.poll()
    assert article.fulltext is not None
    assert (article.fulltext.status, str(article.fulltext.extractor).split()[0]) == ("fetched", "trafilatura")
    assert all(sentence in str(article.body_text) for sentence in SENTENCES)
    assert "Home" not in str(article.body_text)
    assert article.description_text == "Short."
    assert article.altids is not None
    assert article.altids.canonical == server.url("/A")
    assert again == []


async def test_robots_txt_is_asked_once_a_host_and_obeyed(tmp_path: Path) -> None:
    async with FeedServer() as server:
        bench = Bench(server, tmp_path, "/open", "/closed/a", "/closed/b")
        rules = b"User-agent: *\nDisallow: /\n\nUser-agent: khabar-test\nDisallow: /closed\n"
        bench.answers("/robots.txt", answer(200, rules))
        bench.answers("/open", answer(200, page(), Content_Type="text/html"))
        articles = await bench.poll()
        assert statuses(articles) == ["fetched", "robots", "robots"]
        assert [article.body_text for article in articles[1:]] == [None, None]
        assert len(server.asked("/robots.txt")) == 1
        assert not server.asked("/closed/a")


@pytest.mark.parametrize(("status", "expected"), [(500, "robots"), (429, "robots"), (403, "fetched"), (404, "fetched")])
async def test_rules_that_cannot_be_had_forbid_and_rules_that_do_not_exist_allow(
    status: int, expected: str, tmp_path: Path
) -> None:
    async with FeedServer() as server:
        bench = Bench(server, tmp_path, "/a")
        bench.answers("/robots.txt", answer(status))
        bench.answers("/a", answer(200, page(), Content_Type="text/html"))
        assert statuses(await bench.poll()) == [expected]


async def test_the_crawl_delay_is_kept_between_pages(tmp_path: Path) -> None:
    async with FeedServer() as server:
        bench = Bench(server, tmp_path, "/a", "/b", "/c")
        bench.answers("/robots.txt", answer(200, b"User-agent: *\nCrawl-delay: 7\n"))
        for path in ("/a", "/b", "/c"):
            bench.answers(path, answer(200, page(), Content_Type="text/html"))
        assert statuses(await bench.poll()) == ["fetched"] * 3
    assert sum(bench.clock.slept) >= 14


async def test_what_cannot_be_read_is_sent_without(tmp_path: Path) -> None:
    async with FeedServer() as server:
        bench = Bench(server, tmp_path, "/twice", "/never", "/pdf", "/wall", "/large", "/bomb")
        bench.answers("/robots.txt", answer(404))
        good = answer(200, page(), Content_Type="text/html")
        bench.answers("/twice", answer(502), good)
        bench.answers("/never", answer(500))
        bench.answers("/pdf", answer(200, page(), Content_Type="application/pdf"))
        bench.answers("/wall", answer(200, b"<html><p>No</p></html>", Content_Type="text/html"))
        bench.answers("/large", answer(200, page() + b" " * pages.LARGEST_PAGE, Content_Type="text/html"))
        bench.answers("/bomb", answer(200, b"<div>" * 400_000, Content_Type="text/html"))
        articles = await bench.poll()
    assert statuses(articles) == ["fetched", *["failed"] * 5]
    assert len(server.asked("/never")) == pages.ATTEMPTS
    assert all(article.text == "Short." for article in articles[1:])


async def test_a_page_that_never_comes_holds_no_item_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages.Pages.__init__, "__kwdefaults__", {"patience": 1.0})
    async with FeedServer() as server:
        bench = Bench(server, tmp_path, "/slow")
        bench.answers("/robots.txt", answer(404))
        bench.answers("/slow", [b"HTTP/1.1 200 OK\r\n", 30.0])
        assert statuses(await bench.poll()) == ["failed"]


async def test_an_item_that_leads_to_the_inside_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FeedServer() as server:
        bench = Bench(server, tmp_path)
        used = catalog(server)
        bench.answers("/robots.txt", answer(404))
        spec = replace(used.poller, allow_private=False)
        async with pages.Pages(spec, pages.Hosts(bench.clock, spec.host_spacing), bench.clock) as found:
            articles = tuple(
                RawArticle(uri=url, url=url)
                for url in ("http://127.0.0.1/a", "http://169.254.169.254/latest", "http://[::1]/")
            )
            assert statuses(list(await found.complete(articles))) == ["robots"] * 3
    assert server.requests == []


async def test_feeds_that_do_not_ask_for_it_fetch_no_page(tmp_path: Path) -> None:
    async with FeedServer() as server:
        bench = Bench(server, tmp_path, "/a")
        with SQLiteStore(tmp_path / "feeds.db") as store:
            await poll_once(catalog(server), BrokerEmitter(bench.broker.send), store, lambda _: None, bench.clock)
        assert [request.path for request in server.requests] == ["/feed"]
    (record,) = bench.broker.on("news.raw")
    assert codec.decode(RawArticle, record[2]).fulltext == FullText()


def test_without_the_extra_a_catalog_that_asks_for_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    used = catalog(FeedServer())
    assert not pages.wanted(used)
    with pytest.raises(CatalogError, match=r"pip install 'khabar-pipeline\[fulltext\]'"):
        pages.wanted(replace(used, feeds=(replace(used.feeds[0], fulltext=True),)))

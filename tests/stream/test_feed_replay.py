"""Saved answers give the articles the poller sent when it got them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from agents.poller.emit import BrokerEmitter
from agents.poller.loop import poll_once
from agents.poller.state import SQLiteStore
from agents.replay import read_articles
from pipeline.feeds.dates import rfc3339
from pipeline.feeds.saved import SavedError
from schemas import codec
from schemas.article import RawArticle
from tests.stream.feed_server import FakeBroker, FakeClock, FeedServer, answer, catalog, rss

ITEMS = [(str(n), f"Headline {n}") for n in range(5)]
BODIES = [
    rss(*ITEMS),
    rss(("0", "Headline 0, corrected"), *ITEMS[1:]),
    rss(("0", "Headline 0, corrected"), *ITEMS[1:]),
    b"<html>maintenance</html>",
    rss(("new", "Another"), *ITEMS),
    '<rss version="2.0"><channel><item><guid>x</guid><title>Привет</title></item></channel></rss>'.encode("koi8-r"),
]
HEADERS = [{"ETag": '"1"', "Content_Language": "ur"}, {}, {}, {}, {}, {"Content_Type": "text/xml; charset=koi8-r"}]


def save(folder: Path, number: int, body: bytes, **head: object) -> None:
    (folder / f"{number:03}.headers.json").write_bytes(orjson.dumps(head))
    (folder / f"{number:03}.body").write_bytes(body)


async def test_a_replay_of_saved_answers_is_what_the_poller_sent(tmp_path: Path) -> None:
    clock, broker, folder = FakeClock(), FakeBroker(), tmp_path / "saved"
    folder.mkdir()
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, body, **head) for body, head in zip(BODIES, HEADERS, strict=True)]
        used = catalog(server)
        used = replace(
            used, feeds=tuple(replace(feed, first_items=3, tags=("gov",), country="PAK") for feed in used.feeds)
        )
        for number, (body, head) in enumerate(zip(BODIES, HEADERS, strict=True)):
            with SQLiteStore(tmp_path / "feeds.db") as store:
                await poll_once(used, BrokerEmitter(broker.send), store, lambda _: None, clock)
            headers = {name.replace("_", "-"): value for name, value in head.items()}
            save(folder, number, body, url=server.url(), fetched=rfc3339(clock.now()), headers=headers, feed="feed")
            clock.time += timedelta(hours=1)
        save(folder, 99, b"", url=server.url(), fetched=rfc3339(clock.now()), status=304)
    sent = [codec.decode(RawArticle, value) for _, _, value, _ in broker.on("news.raw")]
    replayed = list(read_articles([folder], used.feeds))
    assert [article.headline for article in sent][-3:] == ["Another", "Headline 0", "Привет"]
    assert replayed == sent


def test_without_a_catalog_a_feed_is_named_after_its_address(tmp_path: Path) -> None:
    save(tmp_path, 1, rss(("a", "A")), url="https://a.example/rss", fetched="2026-03-03T00:00:00Z")
    (article,) = read_articles([tmp_path])
    assert article.feed is not None
    assert article.feed.id.startswith("a.example-")


@pytest.mark.parametrize("head", [b"{", b"[]", b"{}", b'{"url": "https://a.example/", "fetched": "yesterday"}'])
def test_an_answer_that_is_none_is_named(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "7.headers.json").write_bytes(head)
    with pytest.raises(SavedError, match=r"7\.headers\.json"):
        list(read_articles([tmp_path]))

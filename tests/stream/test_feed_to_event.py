"""From an item on a feed to its event on the output, in one process without Kafka, as `khabar run` does it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agents.broker import Start, connect
from agents.poller.loop import poll_forever
from pipeline.feeds.catalog import Catalog
from schemas.codec import decode
from schemas.event import Event
from tests.stream.feed_server import FeedServer, answer, catalog
from tests.stream.harness import fast, running

ITEM = (
    "<item><guid>{0}</guid><title>{1}</title><link>https://www.dailynews.pk/{0}</link>"
    "<pubDate>Wed, 07 Apr 2021 10:00:00 +0500</pubDate><description>{2}</description></item>"
)
FIRST = ITEM.format(
    "1",
    "Lavrov meets Khan",
    "Russian Foreign Minister Sergey Lavrov met Pakistani Prime Minister Imran Khan in Islamabad on Wednesday.",
)
SECOND = ITEM.format(
    "2",
    "Police arrest protesters in Quetta",
    "Police arrested twelve protesters in the Pakistani city of Quetta on Wednesday, officials said.",
)
SECONDS = 3.0


def feed(*items: str) -> bytes:
    inner = "".join(items)
    return f"<rss version='2.0'><channel><title>Daily</title><language>en</language>{inner}</channel></rss>".encode()


async def test_a_new_item_is_an_event_within_three_seconds_of_its_poll(tmp_path: Path) -> None:
    """In seconds of processor time, the whole process and the poll counted: the machine may be busy."""
    async with FeedServer() as server, running(fast("memory://feed-to-event")) as app:
        server.answers["/feed"] = [answer(200, feed(FIRST))]
        stop = asyncio.Event()
        polling = asyncio.create_task(
            poll_forever(every_second(server), app.built.send, state_path=tmp_path / "feeds.db", stop=stop)
        )
        async with connect(app.settings) as broker, asyncio.timeout(90):
            start = spent = 0.0
            async for record in broker.records("news.events", Start("beginning"), follow=True):
                kind = decode(Event, record.value or b"").event_type
                if kind == "CONSULT" and not start:
                    server.answers["/feed"], start = [answer(200, feed(SECOND, FIRST))], time.process_time()
                if kind == "COERCE":
                    spent = time.process_time() - start
                    break
        stop.set()
        await polling
    assert 0 < spent < SECONDS
    assert len(server.asked()) >= 2


def every_second(server: FeedServer) -> Catalog:
    used = catalog(server)
    feeds = tuple(replace(spec, interval=timedelta(seconds=1)) for spec in used.feeds)
    return Catalog(poller=used.poller, feeds=feeds)

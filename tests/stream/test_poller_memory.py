"""A poller on a new host takes up what the last one sent to news.feeds: nothing again, nothing lost, nothing early."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.broker import Received
from agents.poller import memory
from agents.poller.emit import BrokerEmitter
from agents.poller.loop import poll_once
from agents.poller.memory import has_learned, pack, restore, unpack
from agents.poller.poll import Polled
from agents.poller.state import MemoryStore, Stored
from pipeline.feeds.catalog import Catalog
from pipeline.feeds.identity import Known, Seen
from pipeline.feeds.schedule import FeedState
from tests.stream.feed_server import FakeBroker, FakeClock, FeedServer, answer, catalog, rss

ONE = rss(("a", "A"), ("b", "B"))
TWO = rss(("a", "A"), ("b", "B"), ("c", "C"))


async def compacted(broker: FakeBroker) -> AsyncIterator[Received]:
    """The topic as compaction leaves it: the last record of each key."""
    latest = {key: (value, headers) for _, key, value, headers in broker.on("news.feeds")}
    for offset, (key, (value, headers)) in enumerate(latest.items()):
        yield Received("news.feeds", 0, offset, 0.0, key, value, headers)


async def once(used: Catalog, broker: FakeBroker, store: MemoryStore, clock: FakeClock) -> list[Polled]:
    polled: list[Polled] = []
    await poll_once(used, BrokerEmitter(broker.send), store, polled.append, clock)
    return polled


async def test_a_new_host_sends_nothing_again_and_loses_nothing() -> None:
    broker, clock, old, new = FakeBroker(), FakeClock(), MemoryStore(), MemoryStore()
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, ONE, ETag='"1"'), answer(304), answer(200, TWO, ETag='"2"')]
        used = catalog(server)
        await once(used, broker, old, clock)
        clock.time += timedelta(hours=1)
        await once(used, broker, old, clock)
        assert await restore(compacted(broker), new, used.feeds) == 1
        clock.time += timedelta(hours=1)
        sent = len(broker.on("news.raw"))
        (polled,) = await once(used, broker, new, clock)
        asked = server.asked()[-1].headers
    assert asked["if-none-match"] == '"1"'
    assert (polled.status.items, polled.status.new_items) == (3, 1)
    assert len(broker.on("news.raw")) == sent + 1
    before, after = old.get("feed"), new.get("feed")
    assert before is not None
    assert after is not None
    assert before.seen.keys.items() <= after.seen.keys.items()


async def test_what_is_restored_is_due_when_it_was() -> None:
    broker, clock, old, new = FakeBroker(), FakeClock(), MemoryStore(), MemoryStore()
    async with FeedServer() as server:
        server.answers = {"/feed": [answer(200, ONE)], "/busy": [answer(429, Retry_After="7200")]}
        used = catalog(server, "/feed", "/busy", requests=1)
        await once(used, broker, old, clock)
        await restore(compacted(broker), new, used.feeds)
        assert {name: due.replace(microsecond=0) for name, due in old.next_polls().items()} == new.next_polls()
        assert [until - clock.now() for until in new.silences().values()] == [timedelta(hours=2)]


async def test_memory_is_sent_only_when_something_was_learned() -> None:
    broker, clock, store = FakeBroker(), FakeClock(), MemoryStore()
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, ONE), answer(304), answer(200, ONE + b"\n"), answer(200, TWO)]
        for _ in range(4):
            await once(catalog(server), broker, store, clock)
            clock.time += timedelta(hours=1)
        url = server.url().encode()
    assert [key for _, key, _, _ in broker.on("news.feeds")] == [url + b"#memory", url, url, url, url + b"#memory", url]
    ids = [dict(headers)["ce_id"] for _, _, _, headers in broker.on("news.feeds")]
    assert len(set(ids)) == len(ids)


async def test_what_this_host_knows_better_is_kept() -> None:
    broker, clock, store = FakeBroker(), FakeClock(), MemoryStore()
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, ONE)]
        await once(catalog(server), broker, store, clock)
        assert await restore(compacted(broker), store, catalog(server).feeds) == 0
        clock.time += timedelta(hours=1)
        await once(catalog(server), broker, store, clock)
        assert await restore(compacted(broker), store, catalog(server).feeds) == 0


async def test_broken_records_and_foreign_feeds_are_passed_over() -> None:
    store = MemoryStore()

    async def records() -> AsyncIterator[Received]:
        good = (
            b'{"schema":"feed_status/1.0","feed_id":"%b","url":"http://a.example/","state":"ok",'
            b'"last_polled":"2026-03-03T06:00:00Z","memory":"%b"}'
        )
        for value in (b"", b"{}", b"\xff", good % (b"feed", b"AAAA"), good % (b"foreign", b"")):
            yield Received("news.feeds", 0, 0, 0.0, b"k", value, ())

    async with FeedServer() as server:
        assert await restore(records(), store, catalog(server).feeds) == 1
    stored = store.get("feed")
    assert stored is not None
    assert (stored.seen, stored.state.last_ok) == (Seen(), None)


def test_of_very_much_memory_the_latest_is_kept() -> None:
    articles = {
        f"urn:x-article:{number:026}": Known(version=1, content=f"{number:016x}", headline=f"{number:016x}", first=0.0, last=float(number), changed=0.0)
        for number in range(20_000)
    }  # fmt: skip
    keys = {f"g:{number * 7919 % 2**60:024x}": uri for number, uri in enumerate(articles)}
    packed = pack(Stored("http://a.example/", FeedState(), Seen(keys=keys, articles=articles)))
    assert len(packed) <= memory.LONGEST
    kept = unpack(packed).seen
    assert max(articles) in kept.articles
    assert set(kept.keys.values()) == set(kept.articles)


@given(st.text(max_size=40))
def test_no_text_is_taken_for_a_memory(text: str) -> None:
    with pytest.raises(ValueError, match="no memory"):
        unpack(text)


def test_learning_is_about_keys_and_versions_only() -> None:
    known = Known(version=1, content="c", headline="h", first=0.0, last=0.0, changed=0.0)
    seen = Seen(keys={"g:1": "u"}, articles={"u": known})
    later = Seen(
        keys={"g:1": "u"}, articles={"u": Known(version=1, content="c", headline="h", first=0.0, last=9.0, changed=0.0)}
    )
    renamed = Seen(keys={"g:1": "u", "g:2": "u"}, articles={"u": known})
    assert not has_learned(seen, later)
    assert has_learned(seen, renamed)
    assert has_learned(Seen(), seen)

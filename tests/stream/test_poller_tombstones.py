"""A feed takes an article back, and the event that only it told is retracted; what is merely gone stays told."""

from __future__ import annotations

import pytest

from pipeline.driver import Driver
from pipeline.feeds.tombstones import ATOM, NAMESPACE
from schemas.article import RawArticle
from schemas.codec import decode
from tests.stream.feed_server import FeedServer, answer
from tests.stream.test_poller import Bench

SIGNED = {
    "a": "Pakistan and Russia signed an agreement on gas in Islamabad on 1 March 2026.",
    "b": "India and Japan signed an agreement on trade in Tokyo on 2 March 2026.",
    "c": "France and Egypt signed an agreement on ports in Cairo on 2 March 2026.",
}


def atom(*there: str, deleted: str = "", note: str = "") -> bytes:
    entries = "".join(
        f"<entry><id>urn:{name}</id><title>An agreement is signed</title><link href='https://www.dailynews.pk/{name}'/>"
        f"<updated>2026-03-03T04:30:00Z</updated><content>{SIGNED[name]}</content></entry>"
        for name in there
    )
    stones = "".join(f"<at:deleted-entry ref='urn:{name}' when='2026-03-03T06:30:00Z'/>" for name in deleted)
    head = f"<feed xmlns='{ATOM}' xmlns:at='{NAMESPACE}'><title>News</title><subtitle>{note}</subtitle>"
    return f"{head}{entries}{stones}</feed>".encode()


@pytest.fixture
async def bench(tmp_path):
    async with FeedServer() as server:
        yield Bench(server, tmp_path / "feeds.db")


def raws(bench: Bench) -> list[RawArticle]:
    return [decode(RawArticle, value) for _, _, value, _ in bench.broker.on("news.raw")]


def active(driver: Driver) -> set[str]:
    return {
        one.article_id
        for event in driver.events().values()
        if event.status == "active"
        for one in event.headline_mentions
    }


async def polled(bench: Bench, *documents: bytes) -> None:
    bench.server.answers["/feed"] = [answer(200, document) for document in documents]
    for _ in documents:
        await bench.once()
        bench.later(hours=1)


async def test_the_event_of_a_deleted_article_is_retracted_and_that_of_a_vanished_one_is_not(bench):
    await polled(bench, atom("a", "b", "c"), atom("c", deleted="a"), atom("c", deleted="a", note="again"))
    sent = raws(bench)
    uris = {one.altids.guid.removeprefix("urn:"): one.uri for one in sent}
    assert [(one.uri, one.version, one.pubstatus) for one in sent] == [
        (uris["a"], 1, "usable"),
        (uris["b"], 1, "usable"),
        (uris["c"], 1, "usable"),
        (uris["a"], 2, "canceled"),
    ]
    for order in (sent, sent[::-1]):
        driver = Driver(strict=True)
        for raw in order[:-1]:
            driver.feed(raw)
        before = active(driver)
        driver.feed(order[-1])
        assert (uris["a"] in before) == (order is sent)
        assert active(driver) == {uris["b"], uris["c"]}
    retracted = [event for event in driver.events().values() if event.status != "active"]
    assert {event.status for event in retracted} <= {"retracted"}


async def test_a_deleted_article_that_comes_back_is_told_again(bench):
    await polled(bench, atom("a", "b"), atom("b", deleted="a"), atom("a", "b", deleted="a"))
    sent = raws(bench)
    assert [(one.version, one.pubstatus) for one in sent if one.uri == sent[0].uri] == [
        (1, "usable"),
        (2, "canceled"),
        (3, "usable"),
    ]
    driver = Driver(strict=True)
    for raw in sent:
        driver.feed(raw)
    assert active(driver) == {sent[0].uri, sent[1].uri}


async def test_a_document_of_deletions_alone_is_no_fault_of_the_feed(bench):
    await polled(bench, atom("a"))
    bench.server.answers["/feed"] = [answer(200, atom(deleted="a"))]
    (found,) = await bench.once()
    assert (found.status.state, found.status.error, found.updated) == ("ok", None, 1)
    assert raws(bench)[-1].pubstatus == "canceled"


async def test_what_a_crash_interrupts_is_taken_back_once_more_as_the_same_version(bench):
    await polled(bench, atom("a"))
    known = bench.state.read_bytes()
    bench.server.answers["/feed"] = [answer(200, atom(deleted="a"))]
    await bench.once()
    bench.state.write_bytes(known)
    bench.later(hours=1)
    await bench.once()
    first, again = raws(bench)[1:]
    assert (first.uri, first.version, first.pubstatus) == (again.uri, again.version, again.pubstatus)

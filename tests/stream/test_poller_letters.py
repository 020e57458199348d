"""Documents that no parser can read are kept as dead letters, as they came."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from agents.poller.emit import BrokerEmitter, EmitError
from agents.poller.loop import poll_once
from agents.poller.state import MemoryStore, dump_state, load_state
from pipeline.feeds.schedule import FeedState
from schemas.deadletter import TOPIC_LIMIT, DeadLetter, from_message
from tests.stream.feed_server import FakeBroker, FakeClock, FeedServer, Raw, answer, catalog, rss

PAGE = "<!doctype html><html><body>Bitte melden Sie sich an \x00 \xff</body></html>".encode("latin-1")
ENDLESS = b"<rss><channel><item><title>" + b"<" * 3_000_000


class Bench:
    """A feed whose answers are told, polled by pollers that know what the ones before knew."""

    def __init__(self, server: FeedServer) -> None:
        self.server = server
        self.broker = FakeBroker()
        self.clock = FakeClock()
        self.store = MemoryStore()

    async def poll(self, raw: Raw, *, hours: float = 0.0, largest: int = TOPIC_LIMIT) -> None:
        self.clock.time += timedelta(hours=hours)
        self.server.answers["/feed"] = [raw]
        emitter = BrokerEmitter(self.broker.send, largest=largest)
        await poll_once(catalog(self.server), emitter, self.store, lambda _: None, self.clock)

    def letters(self) -> list[DeadLetter]:
        return [from_message(key, value, headers) for _, key, value, headers in self.broker.on("news.dead")]


@pytest.fixture
async def bench() -> Bench:  # type: ignore[misc]
    async with FeedServer() as server:
        yield Bench(server)  # type: ignore[misc]


async def test_a_page_in_place_of_a_feed_is_kept_byte_for_byte_with_what_tells_how_to_read_it(bench: Bench) -> None:
    await bench.poll(answer(200, PAGE, Content_Type="text/html; charset=latin-1", ETag='"e"', Set_Cookie="secret=1"))
    (letter,) = bench.letters()
    assert letter.value == PAGE
    assert (letter.topic, letter.stage, letter.reason) == ("/feeds/feed", "poll", "decode")
    assert letter.message.startswith("not_a_feed: ")
    assert letter.key == bench.server.url().encode()
    assert letter.headers == (
        ("http.status", b"200"),
        ("content-type", b"text/html; charset=latin-1"),
        ("etag", b'"e"'),
    )


async def test_a_document_that_takes_too_long_is_kept_up_to_the_largest_message(bench: Bench) -> None:
    await bench.poll(answer(200, ENDLESS), largest=100_000)
    (letter,) = bench.letters()
    assert letter.reason == "timeout"
    assert letter.value is not None
    assert 95_000 < len(letter.value) < 100_000
    assert ENDLESS.startswith(letter.value)
    assert (letter.value_size, letter.value_sha256) == (len(ENDLESS), hashlib.sha256(ENDLESS).hexdigest())


async def test_a_feed_gets_one_letter_a_day_however_its_documents_change(bench: Bench) -> None:
    for number in range(6):
        await bench.poll(answer(200, PAGE + b"%d" % number), hours=1)
        await bench.poll(answer(200, rss((f"a{number}", "A"))), hours=1)
    assert [letter.value for letter in bench.letters()] == [PAGE + b"0"]
    await bench.poll(answer(200, PAGE + b"next day"), hours=13)
    assert [letter.value for letter in bench.letters()][1:] == [PAGE + b"next day"]


async def test_the_same_document_is_the_same_letter(bench: Bench) -> None:
    await bench.poll(answer(200, PAGE))
    await bench.poll(answer(200, PAGE), hours=25)
    first, second = bench.letters()
    assert first.id == second.id


async def test_a_letter_that_was_not_taken_is_sent_by_the_next_poll(bench: Bench) -> None:
    bench.broker.down = True
    with pytest.raises(EmitError):
        await bench.poll(answer(200, PAGE))
    bench.broker.down = False
    await bench.poll(answer(200, PAGE))
    assert len(bench.letters()) == 1


async def test_nothing_is_kept_of_an_empty_answer_a_refusal_or_an_unchanged_document(bench: Bench) -> None:
    for raw in (answer(200, b""), answer(403, PAGE), answer(503, PAGE), answer(200, rss(("a", "A"))), answer(304)):
        await bench.poll(raw, hours=25)
    assert bench.letters() == []


def test_the_time_of_the_last_letter_is_remembered() -> None:
    state = replace(FeedState(), letter_at=FakeClock().now())
    assert load_state(dump_state(state)) == state

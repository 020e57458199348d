"""Polls against a local server: what is sent, what is remembered, and what survives a crash."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from agents.poller.emit import BrokerEmitter, EmitError
from agents.poller.loop import make_poller, poll_forever, poll_once
from agents.poller.poll import Polled
from agents.poller.state import MemoryStore, SQLiteStore, StateError, Stored, dump_state, load_state
from pipeline.feeds import identity
from pipeline.feeds.catalog import Catalog
from pipeline.feeds.schedule import FeedState
from schemas import codec
from schemas.article import RawArticle
from schemas.feed import FeedStatus
from tests.paths import shared_data
from tests.stream.feed_server import FakeBroker, FakeClock, FeedServer, Raw, answer, catalog, rss

ONE = rss(("a", "Turkish minister visits Tashkent"), ("b", "Earthquake shakes Quetta"))
TWO = rss(
    ("a", "Turkish minister visits Tashkent (updated)"), ("b", "Earthquake shakes Quetta"), ("c", "Port workers strike")
)


class Bench:
    """A server, a broker that takes everything, a clock that stands still, and a state file."""

    def __init__(self, server: FeedServer, state: Path) -> None:
        self.server = server
        self.state = state
        self.broker = FakeBroker()
        self.clock = FakeClock()

    async def once(self, used: Catalog | None = None) -> list[Polled]:
        """Poll every feed once, as a new process would."""
        polled: list[Polled] = []
        with SQLiteStore(self.state) as store:
            await poll_once(
                used or catalog(self.server), BrokerEmitter(self.broker.send), store, polled.append, self.clock
            )
        return polled

    def later(self, **time: float) -> None:
        self.clock.time += timedelta(**time)

    def articles(self) -> list[RawArticle]:
        return [codec.decode(RawArticle, value) for _, _, value, _ in self.broker.on("news.raw")]

    def versions(self) -> list[tuple[str, int]]:
        return [(article.uri, article.version) for article in self.articles()]


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:  # type: ignore[misc]
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, ONE, ETag='"v1"')]
        yield Bench(server, tmp_path / "state" / "feeds.db")  # type: ignore[misc]


async def test_every_item_becomes_one_raw_article(bench: Bench) -> None:
    (polled,) = await bench.once()
    assert (polled.status.state, polled.status.items, polled.status.new_items) == ("ok", 2, 2)
    assert [article.headline for article in bench.articles()] == [
        "Turkish minister visits Tashkent",
        "Earthquake shakes Quetta",
    ]
    first = bench.articles()[0]
    assert (first.url, first.language, first.contentcreated) == (
        "https://www.dailynews.pk/a",
        "en",
        "2026-03-03T04:30:00Z",
    )
    assert first.provenance is not None
    assert first.provenance.etag == '"v1"'
    topic, key, _, headers = bench.broker.on("news.raw")[0]
    assert (topic, key) == ("news.raw", b"dailynews.pk")
    assert dict(headers)["ce_id"] == f"{first.uri}#1".encode()


async def test_the_state_of_a_feed_is_told_by_its_address(bench: Bench) -> None:
    await bench.once()
    (_, memory_key, _, _), (_, key, value, _) = bench.broker.on("news.feeds")
    assert memory_key == bench.server.url().encode() + b"#memory"
    status = codec.decode(FeedStatus, value)
    assert key == status.url.encode() == bench.server.url().encode()
    assert (status.feed_id, status.http_status, status.etag) == ("feed", 200, '"v1"')


async def test_the_second_request_is_conditional_and_304_sends_nothing(bench: Bench) -> None:
    bench.server.answers["/feed"] = [
        answer(200, ONE, ETag='W/"v1"', Last_Modified="Tuesday, 03-Mar-26 04:30:00 GMT"),
        answer(304),
    ]
    await bench.once()
    bench.later(hours=1)
    (polled,) = await bench.once()
    second = bench.server.asked()[1]
    assert second.headers["if-none-match"] == 'W/"v1"'
    assert second.headers["if-modified-since"] == "Tuesday, 03-Mar-26 04:30:00 GMT"
    assert (polled.status.state, polled.status.etag) == ("unchanged", 'W/"v1"')
    assert len(bench.broker.on("news.raw")) == 2


async def test_a_changed_item_is_version_two_of_the_same_article(bench: Bench) -> None:
    bench.server.answers["/feed"] = [answer(200, ONE), answer(200, TWO)]
    await bench.once()
    bench.later(hours=1)
    (polled,) = await bench.once()
    (first, _), (second, _), changed, new = bench.versions()
    assert changed == (first, 2)
    assert new[1] == 1
    assert new[0] not in {first, second}
    assert (polled.status.new_items, polled.updated) == (2, 1)
    assert dict(bench.broker.on("news.raw")[2][3])["ce_type"] == b"news.raw_article.updated.v1"


async def test_a_body_that_is_the_same_is_not_parsed_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.server.answers["/feed"] = [answer(200, ONE, ETag='"1"'), answer(200, ONE, ETag='"2"')]
    await bench.once()
    monkeypatch.setattr("agents.poller.children.Pool.parse", None)
    (polled,) = await bench.once()
    assert (polled.status.state, polled.status.etag) == ("unchanged", '"2"')


async def test_a_crash_between_sending_and_remembering_repeats_the_same_names(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(self: SQLiteStore, feed_id: str, stored: Stored) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SQLiteStore, "commit", crash)
        with pytest.raises(KeyboardInterrupt):
            await _in_own_task(bench)
    bench.later(minutes=5)
    await bench.once()
    versions = bench.versions()
    assert versions[:2] == versions[2:]
    assert "if-none-match" not in bench.server.asked()[-1].headers
    bench.later(minutes=5)
    await bench.once()
    assert len(bench.versions()) == 4


async def _in_own_task(bench: Bench) -> None:
    """Poll without `poll_once`: a KeyboardInterrupt inside a gathered task would end the event loop of the test."""
    async with AsyncExitStack() as stack:
        store = stack.enter_context(SQLiteStore(bench.state))
        used = catalog(bench.server)
        poller = await make_poller(stack, used, BrokerEmitter(bench.broker.send), store, bench.clock)
        await poller.poll(used.feeds[0])


async def test_nothing_is_remembered_that_the_broker_did_not_take(bench: Bench) -> None:
    bench.broker.down = True
    with pytest.raises(EmitError, match="the broker is away"):
        await bench.once()
    with SQLiteStore(bench.state) as store:
        assert store.get("feed") is None
    bench.broker.down = False
    await bench.once()
    assert len(bench.versions()) == 2


async def test_the_update_sequence_gives_three_new_one_updated_one_of_each_and_none(bench: Bench) -> None:
    script: list[Raw] = [answer(200, shared_data(f"feeds/synthetic/sequence_t{n}.xml").read_bytes()) for n in range(4)]
    bench.server.answers["/feed"] = script
    counts = []
    for _ in range(4):
        before = len(bench.versions())
        await bench.once()
        counts.append(sorted(version for _, version in bench.versions()[before:]))
        bench.later(hours=1)
    assert counts == [[1, 1, 1], [2], [1, 2], []]


async def test_an_update_too_soon_is_sent_later_though_the_document_stays(bench: Bench) -> None:
    bench.server.answers["/feed"] = [answer(200, ONE), answer(200, TWO, ETag='"2"')]
    await bench.once()
    bench.later(minutes=2)
    await bench.once()
    assert [version for _, version in bench.versions()] == [1, 1, 1]
    bench.later(minutes=15)
    await bench.once()
    assert "if-none-match" not in bench.server.asked()[-1].headers
    assert [version for _, version in bench.versions()] == [1, 1, 1, 2]


async def test_a_document_that_broke_off_is_used_and_asked_for_again(bench: Bench) -> None:
    bench.server.answers["/feed"] = [
        answer(200, ONE[:-120], Content_Length=str(len(ONE)), ETag='"1"'),
        answer(200, ONE, ETag='"1"'),
    ]
    (polled,) = await bench.once()
    assert polled.status.items >= 1
    assert polled.status.etag is None
    assert "incomplete" in polled.message
    await bench.once()
    assert "if-none-match" not in bench.server.asked()[-1].headers
    assert {uri for uri, _ in bench.versions()} == {article.uri for article in bench.articles()}


@pytest.mark.parametrize(
    ("raw", "state", "error"),
    [
        (answer(404), "error", "http_4xx"),
        (answer(500), "error", "http_5xx"),
        (answer(410), "gone", "gone"),
        (answer(403, Server="cloudflare", cf_mitigated="challenge"), "error", "blocked_by_site"),
        (answer(429, Retry_After="60"), "throttled", "throttled"),
        (answer(503, Retry_After="60"), "throttled", "throttled"),
        (answer(503), "error", "http_5xx"),
        (answer(200, b" \n"), "error", "empty_body"),
        (answer(200, b"<html></html>"), "error", "not_a_feed"),
        (answer(200, b"/etc/passwd"), "error", "not_a_feed"),
        (answer(200, b"<rss><channel><title>t</title></channel></rss>"), "unchanged", "no_entries"),
        (answer(200, b"<rss><channel><item><title>" + b"<" * 3_000_000), "error", "parse_timeout"),
        (answer(301, Location="/loop"), "error", "redirect_loop"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_failure_has_its_kind_and_forgets_nothing(bench: Bench, raw: Raw, state: str, error: str) -> None:
    bench.server.answers["/feed"] = [answer(200, ONE, ETag='"1"'), raw, answer(304)]
    bench.server.answers["/loop"] = [answer(301, Location="/loop")]
    await bench.once()
    bench.later(hours=1)
    (polled,) = await bench.once()
    assert (polled.status.state, polled.status.error) == (state, error)
    bench.later(days=8)
    (recovered,) = await bench.once()
    assert recovered.status.errors_in_a_row == 0
    assert len(bench.versions()) == 2


async def test_a_throttled_host_is_not_asked_again_for_any_of_its_feeds(bench: Bench) -> None:
    bench.server.answers = {"/a": [answer(429, Retry_After="3600")], "/b": [answer(200, ONE)]}
    used = catalog(bench.server, "/a", "/b", requests=1)
    first, second = await bench.once(used)
    assert (first.status.state, second.status.state) == ("throttled", "throttled")
    assert timedelta(hours=1) <= second.next_poll - bench.clock.now() <= timedelta(minutes=65)
    assert bench.server.asked("/b") == []


async def test_an_address_that_was_changed_is_asked_unconditionally_and_keeps_what_was_seen(bench: Bench) -> None:
    await bench.once()
    moved = catalog(bench.server)
    bench.server.answers["/new"] = [answer(200, ONE, ETag='"1"')]
    feeds = tuple(type(spec)(id=spec.id, url=bench.server.url("/new")) for spec in moved.feeds)
    await bench.once(Catalog(poller=moved.poller, feeds=feeds))
    assert "if-none-match" not in bench.server.asked("/new")[0].headers
    assert len(bench.versions()) == 2


async def test_never_more_than_two_requests_at_a_host_and_spaced(tmp_path: Path) -> None:
    paths = [f"/{number}" for number in range(6)]
    async with FeedServer(delay=0.25) as server:
        server.answers = {path: [answer(200, rss((path[1:], "x")))] for path in paths}
        with SQLiteStore(tmp_path / "feeds.db") as store:
            await poll_once(
                catalog(server, *paths, spacing=0.1), BrokerEmitter(FakeBroker().send), store, lambda _: None
            )
    starts = sorted(request.at for request in server.requests)
    assert len(starts) == 6
    assert server.most_at_once <= 2
    assert min(later - earlier for earlier, later in pairwise(starts)) > 0.07


async def test_the_loop_polls_until_it_is_stopped_and_a_restart_polls_nothing_early(bench: Bench) -> None:
    used = catalog(bench.server)
    stop = asyncio.Event()
    running = asyncio.create_task(poll_forever(used, bench.broker.send, state_path=bench.state, stop=stop))
    await _until(lambda: len(bench.broker.on("news.feeds")) == 2)
    stop.set()
    await asyncio.wait_for(running, 5)
    again = asyncio.Event()
    restarted = asyncio.create_task(poll_forever(used, bench.broker.send, state_path=bench.state, stop=again))
    await asyncio.sleep(1.2)
    again.set()
    await asyncio.wait_for(restarted, 5)
    assert len(bench.server.requests) == 1


async def test_a_poll_waits_while_the_broker_is_away_and_asks_the_feed_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.poller.emit.RETRY_SECONDS", 0.05)
    bench.broker.down = True
    stop = asyncio.Event()
    running = asyncio.create_task(
        poll_forever(catalog(bench.server), bench.broker.send, state_path=bench.state, stop=stop)
    )
    await _until(lambda: bench.broker.refused >= 3)
    bench.broker.down = False
    await _until(lambda: len(bench.broker.on("news.raw")) == 2)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert [version for _, version in bench.versions()] == [1, 1]
    assert len(bench.server.requests) == 1


async def test_a_bug_in_one_poll_stops_no_other(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.server.answers["/other"] = [answer(200, ONE)]
    monkeypatch.setattr("pipeline.feeds.reading.diff", _raise_once())
    stop = asyncio.Event()
    used = catalog(bench.server, "/feed", "/other")
    running = asyncio.create_task(poll_forever(used, bench.broker.send, state_path=bench.state, stop=stop))
    await _until(lambda: len(bench.broker.on("news.raw")) == 2)
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_the_loop_stops_although_the_broker_never_answers(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.poller.loop.GRACE_SECONDS", 0.2)
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    bench.broker.before = hang
    stop = asyncio.Event()
    running = asyncio.create_task(
        poll_forever(catalog(bench.server), bench.broker.send, state_path=bench.state, stop=stop)
    )
    await asyncio.wait_for(reached.wait(), 10)
    stop.set()
    await asyncio.wait_for(running, 5)
    with SQLiteStore(bench.state) as store:
        assert store.get("feed") is None


async def test_polls_follow_the_schedule_of_a_moving_clock(bench: Bench) -> None:
    bench.server.answers["/feed"] = [answer(200, rss((str(n), f"Headline {n}"))) for n in range(6)]
    stop = asyncio.Event()
    running = asyncio.create_task(
        poll_forever(catalog(bench.server), bench.broker.send, state_path=bench.state, stop=stop, clock=bench.clock)
    )
    start = bench.clock.now()
    await _until(lambda: len(bench.server.requests) >= 5)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert timedelta(minutes=4 * 20) < bench.clock.now() - start < timedelta(days=2)


def test_a_state_file_of_a_newer_version_or_another_kind_is_refused(tmp_path: Path) -> None:
    newer = tmp_path / "newer.db"
    with SQLiteStore(newer) as store:
        store._open.execute("pragma user_version = 99")
    with pytest.raises(StateError, match="newer version"), SQLiteStore(newer):
        pass
    other = tmp_path / "other.db"
    other.write_bytes(b"no database at all" * 100)
    with pytest.raises(StateError), SQLiteStore(other):
        pass


async def test_a_dry_run_reads_the_state_and_writes_nothing(bench: Bench) -> None:
    await bench.once()
    before = bench.state.read_bytes()
    bench.server.answers["/feed"] = [answer(200, TWO)]
    bench.later(hours=1)
    polled: list[Polled] = []
    with SQLiteStore(bench.state) as store:
        broker = FakeBroker()
        await poll_once(
            catalog(bench.server), BrokerEmitter(broker.send), MemoryStore(store), polled.append, bench.clock
        )
    assert [article.version for article in polled[0].articles] == [2, 1]
    assert bench.state.read_bytes() == before


def _raise_once() -> object:
    calls = iter([True])

    def diff(*args: object) -> object:
        if next(calls, False):
            raise RuntimeError("a bug")
        return identity.diff(*args)  # type: ignore[arg-type]

    return diff


async def _until(condition: object, seconds: float = 20.0) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # type: ignore[operator]  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)


def test_the_state_of_a_feed_is_plain_json(tmp_path: Path) -> None:
    state = FeedState(etag='"1"', last_ok=datetime(2026, 3, 3, tzinfo=UTC), interval=300.0, errors=2)
    assert load_state(dump_state(state)) == state
    assert load_state(orjson.dumps({"etag": "x", "of_a_newer_version": 1})).etag == "x"
    with pytest.raises(ValueError, match="no state"):
        load_state(b"[1]")

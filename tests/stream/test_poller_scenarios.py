"""The HTTP scenarios of the development data, each played by a real server to the real poller."""

from __future__ import annotations

import gzip
import resource
import zlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import orjson
import pytest

from agents.poller.emit import BrokerEmitter, PatientEmitter
from agents.poller.fetch import TOTAL_TIMEOUT, Fetcher
from agents.poller.loop import poll_once
from agents.poller.poll import Polled
from agents.poller.state import SQLiteStore, Stored
from pipeline.feeds.catalog import Catalog, FeedSpec
from pipeline.feeds.parsed import MOST_ITEMS
from schemas import codec
from schemas.article import RawArticle
from tests.paths import shared, shared_data
from tests.stream.feed_server import FakeBroker, FakeClock, FeedServer, Raw, answer, catalog, rss
from tests.stream.scaled_clock import ScaledClock

Step = dict[str, Any]
MIB = 1024 * 1024


class Scene:
    """A scenario being played: the server, the state file, what was sent, and the answers of the script."""

    def __init__(self, server: FeedServer, folder: Path, steps: list[Step]) -> None:
        self.server = server
        self.state = folder / "feeds.db"
        self.steps = steps
        self.broker = FakeBroker()
        self.clock = FakeClock()
        server.answers["/feed"] = [raw_of(step) for step in steps for _ in range(step.get("repeat", 1))]

    async def poll(self, used: Catalog | None = None, **later: float) -> Polled:
        """Move the clock, then poll the first feed, as a new process would."""
        self.clock.time += timedelta(**later)
        polled: list[Polled] = []
        with SQLiteStore(self.state) as store:
            await poll_once(
                used or catalog(self.server), BrokerEmitter(self.broker.send), store, polled.append, self.clock
            )
        return polled[0]

    async def poll_all(self, later: float) -> list[Polled]:
        return [await self.poll(hours=later) for _ in self.server.answers["/feed"][:]]

    def stored(self) -> Stored:
        with SQLiteStore(self.state) as store:
            found = store.get("feed")
        assert found is not None
        return found

    def wait(self, polled: Polled) -> timedelta:
        return polled.next_poll - self.clock.now()

    def articles(self) -> list[RawArticle]:
        return [codec.decode(RawArticle, value) for _, _, value, _ in self.broker.on("news.raw")]

    def asked(self, number: int, header: str) -> str | None:
        return self.server.asked()[number].headers.get(header)


def raw_of(step: Step) -> Raw:
    """Make the answer of a step; what needs more than words is put together by its test."""
    if "bomb" in step:
        return answer(200, {"gzip": gzip_bomb, "br": brotli_bomb}[step["bomb"]](), Content_Encoding=step["bomb"])
    body = shared_data(f"feeds/{step['body']}").read_bytes() if str(step.get("body", "")).startswith("synth") else b""
    headers = {name.replace("-", "_"): value for name, value in step.get("headers", {}).items()}
    if step.get("encoding"):
        headers["Content_Encoding"] = step["encoding"]
        for coding in step["encoding"].split(", "):
            body = brotli.compress(body) if coding == "br" else gzip.compress(body)
    if (location := step.get("location", "")) and location.isascii():
        headers["Location"] = location
    return answer(step.get("status", 200), body, **headers)


def gzip_bomb(size: int = 1024 * MIB) -> bytes:
    """Repeat one compressed block of zeros: a stream of a gibibyte made at once."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = press.compress(b"\0" * MIB) + press.flush(zlib.Z_FULL_FLUSH)
    block = press.compress(b"\0" * MIB) + press.flush(zlib.Z_FULL_FLUSH)
    return head + block * (size // MIB - 1)


def brotli_bomb(size: int = 512 * MIB) -> bytes:
    press = brotli.Compressor(quality=1)
    return bytes(b"".join(press.process(b"\0" * MIB) for _ in range(size // MIB)) + press.finish())


async def validators(scene: Scene) -> None:
    """Both validators go back byte for byte and nothing comes of 304."""
    first, second = await scene.poll(), await scene.poll(hours=1)
    expected = scene.steps[1]
    assert scene.asked(1, "if-none-match") == expected.get("if_none_match")
    assert scene.asked(1, "if-modified-since") == expected.get("if_modified_since")
    assert second.status.state == "unchanged"
    assert len(scene.articles()) == first.status.new_items == 4
    assert (second.status.interval or 0) > (first.status.interval or 0)


async def etag_changes_body_same(scene: Scene) -> None:
    await scene.poll()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agents.poller.children.Pool.parse", None)
        second = await scene.poll(hours=1)
    assert (second.status.state, second.status.etag, len(scene.articles())) == ("unchanged", '"2"', 4)


async def delta_226(scene: Scene) -> None:
    await scene.poll()
    before = len(scene.articles())
    second = await scene.poll(hours=1)
    assert (scene.asked(0, "a-im"), scene.asked(1, "a-im"), scene.asked(1, "if-none-match")) == (None, "feed", '"1"')
    assert (second.status.state, second.status.http_status, second.status.etag) == ("ok", 226, '"2"')
    assert len(scene.articles()) > before
    assert {article.uri for article in scene.articles()[:before]} <= set(scene.stored().seen.articles)


async def permanent_redirect(scene: Scene) -> None:
    """The address of the feed moves only after five answers over a day; identity stays."""
    scene.server.answers["/new.xml"] = [answer(200, rss(("a", "A"), ("b", "B")))]
    scene.server.answers["/feed"] *= 10 // len(scene.server.answers["/feed"])
    for number in range(10):
        await scene.poll(hours=0 if number == 0 else 8)
    at_old = len(scene.server.asked("/feed"))
    assert 5 <= at_old < 10
    assert len(scene.server.asked("/new.xml")) == 10
    assert [article.version for article in scene.articles()] == [1, 1]


async def temporary_redirect(scene: Scene) -> None:
    for status in (302, 303, 307):
        scene.server.answers["/feed"] = [answer(status, Location="/new.xml")]
        scene.server.answers["/new.xml"] = [answer(200, rss(("a", "A")))]
        before = len(scene.server.asked())
        for _ in range(8):
            assert (await scene.poll(hours=8)).status.error is None
        assert len(scene.server.asked()) == before + 8


async def redirect_to_html_maintenance(scene: Scene) -> None:
    page = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Back soon</body></html>"
    scene.server.answers["/maintenance.html"] = [answer(200, page, Content_Type="text/html")]
    for _ in range(8):
        assert (await scene.poll(hours=8)).status.error == "not_a_feed"
    assert len(scene.server.asked()) == 8


async def fails(scene: Scene, error: str) -> None:
    scene.server.answers["/self"] = [answer(301, Location="/self")]
    polled = await scene.poll()
    assert polled.status.error == error
    assert scene.articles() == []


async def redirect_loop(scene: Scene) -> None:
    await fails(scene, "redirect_loop")
    assert len(scene.server.requests) == 6


async def redirect_https_to_http(scene: Scene) -> None:
    """Another origin gets no password, and a temporary redirect is never stored (TLS: test_poller_tls)."""
    async with FeedServer() as other:
        other.answers["/feed"] = [answer(200, rss(("a", "A")))]
        scene.server.answers["/feed"] = [answer(302, Location=other.url())]
        used = catalog(scene.server)
        feed = FeedSpec(id="feed", url=scene.server.url().replace("//", "//user:secret@"))
        for _ in range(6):
            await scene.poll(Catalog(poller=used.poller, feeds=(feed,)), hours=8)
        assert all("authorization" not in request.headers for request in other.requests)
    assert len(scene.server.asked()) == 6
    assert "authorization" in scene.server.asked()[0].headers


async def gone_410(scene: Scene) -> None:
    first = await scene.poll()
    await scene.poll(hours=25)
    third = await scene.poll(hours=25)
    assert {first.status.state, third.status.state} == {"gone"}
    assert scene.wait(first) < timedelta(days=2)
    assert scene.wait(third) > timedelta(days=26)


async def not_found_404(scene: Scene) -> None:
    polls = [await scene.poll(hours=25) for _ in range(20)]
    assert polls[-1].status.errors_in_a_row == 20
    assert timedelta(hours=21) < scene.wait(polls[-1]) < timedelta(hours=27)
    scene.server.answers["/feed"] = [answer(200, rss(("a", "A")))]
    well = await scene.poll(hours=25)
    assert (well.status.errors_in_a_row, well.status.new_items) == (0, 1)
    assert scene.wait(well) < timedelta(hours=1)


async def too_many_429(scene: Scene) -> None:
    scene.server.answers["/other"] = [answer(200, rss(("a", "A")))]
    throttled = await scene.poll()
    assert (throttled.status.state, throttled.status.errors_in_a_row) == ("throttled", 0)
    assert timedelta(seconds=3600) <= scene.wait(throttled)
    other = await scene.poll(catalog(scene.server, "/other"), seconds=3599)
    assert other.status.state == "throttled"
    assert len(scene.server.requests) == 1
    allowed = await scene.poll(catalog(scene.server, "/other"), seconds=2)
    assert allowed.status.state == "ok"


async def retry_after_absurd(scene: Scene) -> None:
    assert scene.wait(await scene.poll()) == timedelta(days=7)


async def retry_after_garbage(scene: Scene) -> None:
    polled = await scene.poll()
    assert (polled.status.state, polled.status.errors_in_a_row) == ("throttled", 0)
    assert timedelta(minutes=15) < scene.wait(polled) < timedelta(hours=2)


async def forbidden_403_bot(scene: Scene) -> None:
    first, second = await scene.poll(), await scene.poll(hours=2)
    assert first.status.error == "blocked_by_site"
    assert "cf-mitigated: challenge" in first.message
    assert scene.wait(second) > timedelta(minutes=30)
    assert {request.headers["user-agent"] for request in scene.server.requests} == {"khabar-test"}


async def max_age(scene: Scene) -> None:
    assert scene.wait(await scene.poll()) >= timedelta(seconds=7200)
    used = catalog(scene.server)
    own = FeedSpec(id="own", url=scene.server.url(), min_interval=timedelta(minutes=5))
    assert scene.wait(await scene.poll(Catalog(poller=used.poller, feeds=(own,)))) < timedelta(seconds=7200)


async def no_cache(scene: Scene) -> None:
    await scene.poll()
    await scene.poll(hours=1)
    assert scene.asked(1, "if-none-match") == '"x"'


async def ttl_skip_hours(scene: Scene) -> None:
    """The clock begins on a Tuesday at six; a poll at Thursday 23:50 must lead to Saturday at two."""
    assert scene.wait(await scene.poll()) >= timedelta(minutes=30)
    late = await scene.poll(days=2, hours=17, minutes=50)
    assert late.next_poll.strftime("%a %H") == "Sat 02"


async def decoded(scene: Scene, advertised: str) -> None:
    assert (await scene.poll()).status.new_items == 4
    assert advertised in (scene.asked(0, "accept-encoding") or "")


async def bomb(scene: Scene) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    polled = await scene.poll()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert polled.status.error == "too_large"
    assert grown < 64 * 1024


async def slow_loris(scene: Scene, *, head: bool) -> None:
    start = b"HTTP/1.1 200 OK\r\n" + (b"X: " if head else b"Content-Length: 9999\r\n\r\n<rss>")
    scene.server.answers["/feed"] = [[start, *(piece for _ in range(60) for piece in (b"X", 0.1))]]
    assert TOTAL_TIMEOUT == 30
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agents.poller.loop.Fetcher", partial(Fetcher, timeout=0.5))
        assert (await scene.poll()).status.error == "timeout"


async def content_length_short(scene: Scene) -> None:
    """The server promises twice what it sends: the items that came are used, its validators are not kept."""
    body = shared_data("feeds/synthetic/rss20_en.xml").read_bytes()
    half = body[: len(body) // 2]
    scene.server.answers["/feed"] = [answer(200, half, Content_Length=str(len(body)), ETag='"1"'), answer(200, body)]
    first = await scene.poll()
    assert first.status.new_items >= 1
    assert first.status.etag is None
    second = await scene.poll(hours=1)
    assert scene.asked(1, "if-none-match") is None
    assert len(scene.stored().seen.articles) == second.status.items


async def huge_headers(scene: Scene) -> None:
    scene.server.answers["/feed"] = [answer(200, rss(("a", "A")), X="y" * MIB)]
    await fails(scene, "bad_response")


async def empty_200(scene: Scene) -> None:
    scene.server.answers["/feed"] = [answer(200, rss(("a", "A"))), *scene.server.answers["/feed"]]
    await scene.poll()
    assert (await scene.poll(hours=1)).status.error == "empty_body"
    assert len(scene.stored().seen.articles) == 1


async def html_200(scene: Scene) -> None:
    polled = await scene.poll()
    assert polled.status.error == "not_a_feed"
    assert polled.message.count("http") == 3, polled.message


async def cookies_ignored(scene: Scene) -> None:
    await scene.poll()
    await scene.poll(hours=1)
    assert not any({"cookie", "referer"} & request.headers.keys() for request in scene.server.requests)


async def update_sequence(scene: Scene) -> None:
    polls = await scene.poll_all(1)
    assert [(polled.status.new_items - polled.updated, polled.updated) for polled in polls] == [
        (3, 0),
        (0, 1),
        (1, 1),
        (0, 0),
    ]


async def guid_storm(scene: Scene) -> None:
    body = shared_data("feeds/synthetic/sequence_t0.xml").read_bytes()
    assert body.count(b"</guid>") == 3
    scene.server.answers["/feed"] = [answer(200, body), answer(200, body.replace(b"</guid>", b"-x</guid>"))]
    await scene.poll()
    second = await scene.poll(hours=1)
    assert second.status.new_items == 0
    assert "guid_unstable" in second.message


async def flood_new(scene: Scene) -> None:
    scene.server.answers["/feed"] = [answer(200, rss(*((str(n), f"Headline {n}") for n in range(50_000)), text="x"))]
    polled = await scene.poll()
    assert 0 < polled.status.new_items <= polled.status.items <= MOST_ITEMS == 1000
    assert "entries_dropped" in polled.message


async def host_of_200_feeds(scene: Scene) -> None:
    """Two hundred feeds of one host, all due: a second apart, two at once, all within their five minutes."""
    clock, starts = ScaledClock(100), []
    original = Fetcher._get

    async def get(self: Fetcher, *args: Any) -> Any:
        starts.append(clock.now())
        return await original(self, *args)

    paths = [f"/{number}" for number in range(200)]
    scene.server.answers = {path: [answer(200, rss((path, path)))] for path in paths}
    with SQLiteStore(scene.state) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fetcher, "_get", get)
        await poll_once(
            catalog(scene.server, *paths, spacing=1.0), BrokerEmitter(scene.broker.send), store, lambda _: None, clock
        )
    assert len(starts) == 200
    # On a clock that runs a hundred times as fast, a late wake-up of the loop takes from the gap behind it.
    starts.sort()
    assert min(later - earlier for earlier, later in zip(starts, starts[20:], strict=False)) >= timedelta(seconds=19)
    assert scene.server.most_at_once <= 2
    assert len(scene.articles()) == 200


async def kafka_down(scene: Scene) -> None:
    """The broker is away for a minute: the poll waits, the feed is asked once, and everything arrives."""
    scene.server.answers["/feed"] = [answer(200, rss(("a", "A"), ("b", "B")), ETag='"1"')]
    scene.broker.down = True
    end = scene.clock.now() + timedelta(seconds=60)

    async def back() -> None:
        with SQLiteStore(scene.state) as store:
            assert store.get("feed") is None
        scene.broker.down = scene.clock.now() < end

    scene.broker.before = back
    with SQLiteStore(scene.state) as store:
        emitter = PatientEmitter(BrokerEmitter(scene.broker.send), scene.clock)
        await poll_once(catalog(scene.server), emitter, store, lambda _: None, scene.clock)
    assert scene.broker.refused >= 5
    assert len(scene.server.requests) == 1
    assert [article.headline for article in scene.articles()] == ["A", "B"]
    assert scene.stored().state.etag == '"1"'


PLAYED: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "etag_304": validators,
    "last_modified_only": validators,
    "weak_etag": validators,
    "etag_changes_body_same": etag_changes_body_same,
    "delta_226": delta_226,
    "redirect_301_ten_times": permanent_redirect,
    "redirect_308": permanent_redirect,
    "redirect_302_307_303": temporary_redirect,
    "redirect_to_html_maintenance": redirect_to_html_maintenance,
    "redirect_loop": redirect_loop,
    "redirect_no_location": partial(fails, error="bad_redirect"),
    "redirect_to_file_scheme": partial(fails, error="blocked_scheme"),
    "redirect_https_to_http": redirect_https_to_http,
    "gone_410": gone_410,
    "not_found_404": not_found_404,
    "too_many_429_seconds": too_many_429,
    "retry_after_absurd": retry_after_absurd,
    "retry_after_garbage": retry_after_garbage,
    "forbidden_403_bot": forbidden_403_bot,
    "max_age": max_age,
    "no_cache": no_cache,
    "ttl_skip_hours": ttl_skip_hours,
    "gzip_ok": partial(decoded, advertised="gzip"),
    "brotli_ok": partial(decoded, advertised="br"),
    "gzip_header_plain_body": partial(fails, error="bad_encoding"),
    "gzip_bomb": bomb,
    "brotli_bomb": bomb,
    "double_gzip": partial(fails, error="bad_encoding"),
    "slow_loris_headers": partial(slow_loris, head=True),
    "slow_loris_body": partial(slow_loris, head=False),
    "content_length_short": content_length_short,
    "huge_headers": huge_headers,
    "empty_200": empty_200,
    "html_200": html_200,
    "cookies_ignored": cookies_ignored,
    "update_sequence": update_sequence,
    "guid_storm": guid_storm,
    "flood_new": flood_new,
    "host_of_200_feeds": host_of_200_feeds,
    "kafka_down": kafka_down,
}


def scenarios() -> dict[str, list[Step]]:
    """Read the scenarios of the development data; none where it is absent."""
    if shared() is None:
        return {}
    return {one["name"]: one["steps"] for one in orjson.loads(shared_data("feeds/http_scenarios.json").read_bytes())}


@pytest.mark.parametrize("name", sorted(PLAYED))
async def test_every_scenario_ends_as_expected(name: str, tmp_path: Path) -> None:
    steps = scenarios().get(name)
    if steps is None:
        pytest.skip("no development data: set KHABAR_SHARED")
    async with FeedServer() as server:
        await PLAYED[name](Scene(server, tmp_path, steps))


def test_no_scenario_is_left_out() -> None:
    if not scenarios():
        pytest.skip("no development data: set KHABAR_SHARED")
    assert set(scenarios()) == set(PLAYED)

"""The shell on an embedded broker: nothing is acknowledged before its outputs and state are delivered."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest

from agents.deadletter import MEMORY, DeadLimitError
from pipeline.stage import Drop, Emit, Put, Reject
from pipeline.topology import StageSpec
from schemas.article import RawArticle
from schemas.codec import decode, encode
from schemas.deadletter import from_message
from tests.stream.harness import fast, read, running

numbers = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """State of the test stage: how often a uri was seen, by the versions that were counted."""

    versions: tuple[int, ...]


def echo(raw: RawArticle, _: Mapping[str, Seen]) -> Iterable[object]:
    """What a headline says is done: drop, reject, fail, fan out; else passed on."""
    match raw.headline:
        case "drop":
            return [Drop("asked")]
        case "reject":
            return [Reject("empty", "nothing in it")]
        case "bug":
            raise ZeroDivisionError(raw.uri)
        case "huge":
            return [Emit(raw.uri, RawArticle(uri=raw.uri, body_text="x" * 3_000_000))]
        case "three":
            return [Emit(f"{raw.uri}-{n}", raw) for n in range(3)]
        case _:
            return [Emit(raw.uri, raw)]


def count_versions(raw: RawArticle, state: Mapping[str, Seen]) -> Iterable[object]:
    """Keep the versions seen of each uri and emit how many there are."""
    before = state[raw.uri].versions if raw.uri in state else ()
    versions = tuple(sorted({*before, raw.version}))
    return [Put(raw.uri, Seen(versions=versions)), Emit(raw.uri, RawArticle(uri=raw.uri, version=len(versions)))]


ECHO = StageSpec(
    name="language",
    source="news.raw",
    sink="news.articles",
    record=RawArticle,
    out=RawArticle,
    state=None,
    make=lambda: echo,
)
COUNT = StageSpec(
    name="dedup",
    source="news.articles",
    sink="news.unique",
    record=RawArticle,
    out=RawArticle,
    state=Seen,
    make=lambda: count_versions,
)


@pytest.fixture(params=["memory", "sqlite"])
def settings(request, tmp_path):
    name = f"shell-{next(numbers)}"
    url = f"memory://{name}" if request.param == "memory" else f"sqlite:///{tmp_path}/{name}.db"
    return fast(url, app_id=name)


def article(uri: str, headline: str | None = None, version: int = 1) -> bytes:
    return encode(RawArticle(uri=uri, headline=headline, version=version))


async def test_every_record_is_passed_dropped_or_dead_and_the_counts_add_up(settings):
    async with running(settings, specs=[ECHO]) as app:
        for index, headline in enumerate(["a", "drop", "reject", "bug", "three", "b", "huge"]):
            await app.send("news.raw", article(f"u{index}", headline))
        await app.done("news.raw")
        counts = app.built.shells["language"].counts
    assert app.code == 0
    assert (counts.received, counts.passed, counts.emitted) == (7, 3, 5)
    assert counts.dropped == Counter(asked=1)
    assert counts.dead == Counter(empty=1, bug=1, too_large=1)
    assert counts.received == counts.passed + counts.dropped.total() + counts.dead.total()
    out = await read(settings, "news.articles")
    assert sorted((record.key or b"").decode() for record in out) == ["u0", "u4-0", "u4-1", "u4-2", "u5"]


POISON = {
    "empty": b"",
    "brace": b"{",
    "array": b"[]",
    "wrong types": b'{"schema":"raw_article/1.0","uri":7}',
    "unknown field": b'{"schema":"raw_article/1.0","uri":"u","colour":"red"}',
    "unknown major": b'{"schema":"raw_article/9.0","uri":"u"}',
    "bad utf-8": b'{"schema":"raw_article/1.0","uri":"\xff"}',
    "nul": b"\x00" * 64,
    "too large": article("u")[:-1] + b" " * 2_000_000 + b"}",
    "nested": b"[" * 100_000,
}


async def test_poison_lands_once_in_the_dead_letters_with_its_bytes_and_the_stream_goes_on(settings):
    async with running(settings, specs=[ECHO]) as app:
        await app.send("news.raw", article("before"))
        for name, value in POISON.items():
            await app.send("news.raw", value, key=name.encode(), headers=(("traceparent", b"00-1"),))
        await app.send("news.raw", article("after"))
        await app.done("news.raw")
    dead = [from_message(r.key, r.value, r.headers) for r in await read(settings, "news.dead")]
    assert {letter.key: letter.value for letter in dead} == {name.encode(): value for name, value in POISON.items()}
    assert len(dead) == len(POISON)
    assert len({letter.id for letter in dead}) == len(POISON)
    reasons = {(letter.key or b"").decode(): letter.reason for letter in dead}
    assert reasons["unknown major"] == "schema"
    assert reasons["too large"] == "too_large"
    assert reasons["bad utf-8"] == reasons["nested"] == reasons["empty"] == "decode"
    assert all(letter.stage == "language" and letter.topic == "news.raw" for letter in dead)
    assert all(("traceparent", b"00-1") in letter.headers for letter in dead)
    assert {(r.key or b"").decode() for r in await read(settings, "news.articles")} == {"before", "after"}


async def test_state_is_read_back_by_the_next_worker(tmp_path):
    settings = fast(f"sqlite:///{tmp_path}/state.db", app_id="state")
    async with running(settings, specs=[ECHO, COUNT]) as app:
        for version in (1, 2):
            await app.send("news.raw", article("u", version=version))
        await app.done("news.raw", "news.articles")
    async with running(settings, specs=[ECHO, COUNT]) as app:
        await app.send("news.raw", article("u", version=2))
        await app.send("news.raw", article("u", version=3))
        await app.done("news.raw", "news.articles")
    versions = [decode(RawArticle, r.value or b"").version for r in await read(settings, "news.unique")]
    assert versions == [1, 2, 2, 3]


async def test_a_worker_whose_records_are_mostly_dead_stops_with_the_exit_code_of_a_wrong_configuration(tmp_path):
    settings = fast(f"sqlite:///{tmp_path}/dead.db", app_id="dead", dead_ratio=0.5, dead_in_a_row=0)
    async with running(settings, specs=[ECHO]) as app:
        # Not one more: the last of them ends the worker, which then takes no more.
        for number in range(MEMORY):
            await app.send("news.raw", b"{", key=str(number).encode())
        with pytest.raises(DeadLimitError):
            await app.done("news.raw")
    assert app.code == 78


async def test_a_worker_that_finds_only_dead_records_on_a_partition_stops_long_before(tmp_path):
    settings = fast(f"sqlite:///{tmp_path}/row.db", app_id="row", dead_in_a_row=20)
    async with running(settings, specs=[ECHO]) as app:
        for _ in range(21):
            await app.send("news.raw", b"{", key=b"one partition")
        with pytest.raises(DeadLimitError):
            await app.done("news.raw")
    assert app.code == 78
    assert len(await read(settings, "news.dead")) <= 20


async def test_records_keep_their_order_per_key(settings):
    async with running(settings, specs=[ECHO, COUNT]) as app:
        for version in range(1, 60):
            await app.send("news.raw", article("u", version=version))
        await app.done("news.raw", "news.articles")
    counted = [decode(RawArticle, r.value or b"").version for r in await read(settings, "news.unique")]
    assert counted == list(range(1, 60))


async def test_events_are_sent_with_cloudevents_headers(settings):
    async with running(settings, specs=[ECHO]) as app:
        await app.send("news.raw", article("u"))
        await app.done("news.raw")
    (record,) = await read(settings, "news.articles")
    assert dict(record.headers)["ce_specversion"] == b"1.0"

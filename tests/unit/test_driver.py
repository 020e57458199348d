"""The driver, with stages made for the purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from pipeline.driver import Driver
from pipeline.source import read_seeds
from pipeline.stage import Drop, Emit, Put, Reject
from pipeline.topology import StageSpec
from schemas import codec
from schemas.article import RawArticle
from schemas.event import Event
from tests.paths import SEEDS

PARTITIONS = {"news.raw": 3, "news.articles": 2, "news.mentions": 2}


@dataclass(frozen=True, slots=True)
class Seen:
    times: int
    first: tuple[str, ...] = ()


def passing(record, state):
    """Count by uri; refuse, drop, fail or double as the text says."""
    match record.body_text:
        case "reject":
            return [Emit(record.uri, record), Put(record.uri, Seen(9)), Reject("schema", "no")]
        case "drop":
            return [Drop("dull")]
        case "nothing":
            return []
        case "bug":
            raise KeyError("x")
        case "twice":
            return [Emit(record.uri, record, 0), Emit(record.uri, record, 5)]
        case "forget":
            return [Put(record.uri, None), Drop("forgotten")]
    seen = state.get(record.uri, Seen(0))
    return [Put(record.uri, Seen(seen.times + 1, ("a",))), Emit(record.uri, record)]


def ending(record, state):
    seen = state.get(record.uri, Seen(0))
    yield Put(record.uri, Seen(seen.times + 1))
    yield Emit(
        record.uri,
        Event(
            event_id=record.uri,
            revision=seen.times + 1,
            event_type="CONSULT",
            num_mentions=1,
            num_articles=1,
            num_sources=1,
            confidence=0.5,
        ),
    )


def spec(name: Any, source: str, sink: str, call: Any) -> StageSpec[Any, Any, Any]:
    return StageSpec(
        name=name, source=source, sink=sink, record=RawArticle, out=RawArticle, state=Seen, make=lambda: call
    )


SPECS = (
    spec("language", "news.raw", "news.articles", passing),
    spec("linking", "news.articles", "news.events", ending),
)


def driver(**options: Any) -> Driver:
    return Driver(SPECS, partitions=PARTITIONS, **options)


def raw(uri: str, text: str = "x") -> RawArticle:
    return RawArticle(uri=uri, body_text=text)


def test_a_record_passes_all_stages_in_order():
    run = driver()
    outcome = run.feed(raw("a"))
    assert outcome.records("language") == (raw("a"),)
    assert [event.event_id for event in outcome.records("linking")] == ["a"]
    assert outcome.records("dedup") == ()
    assert not outcome.dropped
    assert not outcome.rejected


def test_the_last_revision_of_an_event_holds():
    run = driver()
    for uri in ("b", "a", "b"):
        run.feed(raw(uri))
    assert [(key, event.revision) for key, event in run.events().items()] == [("a", 1), ("b", 2)]


def test_state_lives_in_the_partition_of_the_record():
    run = driver()
    for uri in "abcdefgh":
        run.feed(raw(uri))
    views = run.state("language")
    assert len(views) == 3
    assert sum(map(len, views)) == 8
    assert all(run.partition("news.raw", Emit(key, None)) == n for n, view in enumerate(views) for key in view)


def test_an_explicit_partition_is_taken_modulo_the_number_of_partitions():
    run = driver()
    assert run.partition("news.articles", Emit("k", None, 5)) == 1
    assert run.partition("news.articles", Emit("k\ud800", None)) in {0, 1}


def test_a_rejection_keeps_no_state_and_emits_nothing():
    run = driver()
    outcome = run.feed(raw("a", "reject"))
    (rejected,) = outcome.rejected
    assert (rejected.stage, rejected.reason, rejected.message, rejected.record) == (
        "language",
        "schema",
        "no",
        raw("a", "reject"),
    )
    assert not any(run.state("language"))
    assert outcome.records("language") == ()


def test_a_bug_is_a_rejection_unless_the_driver_is_strict():
    outcome = driver().feed(raw("a", "bug"))
    assert (outcome.rejected[0].reason, outcome.rejected[0].message) == ("bug", "KeyError: 'x'")
    with pytest.raises(KeyError):
        driver(strict=True).feed(raw("a", "bug"))


def test_counts_add_up_whatever_the_stages_do():
    run = driver()
    for text in ("x", "x", "reject", "drop", "nothing", "bug", "twice", "forget"):
        run.feed(raw("a", text))
    tally = run.counts["language"]
    assert (tally.seen, tally.passed, tally.out) == (8, 3, 4)
    assert tally.dropped == {"dull": 1, "no effect": 1, "forgotten": 1}
    assert tally.dead == {"schema": 1, "bug": 1}
    assert run.counts["linking"].seen == 4
    assert run.counts.adds_up
    assert not any(run.state("language"))


def test_bytes_that_are_no_article_are_rejected_at_the_source():
    run = driver()
    outcome = run.feed_bytes(b"{")
    assert outcome.rejected[0].stage == "source"
    assert outcome.rejected[0].record == b"{"
    assert run.feed_bytes(codec.encode(raw("a"))).records("linking")
    assert run.counts["source"].dead == {"decode": 1}
    assert run.counts.adds_up


def test_state_passes_the_codec_in_json_mode():
    plain, through_json = driver(), driver(json_state=True)
    for uri in ("a", "b", "a"):
        assert plain.feed(raw(uri)) == through_json.feed(raw(uri))
    assert plain.state("language") == through_json.state("language")
    assert plain.events() == through_json.events()


def test_state_that_is_not_its_declared_type_is_found_in_json_mode():
    def wrong(record, state):
        yield Put("k", raw("not a Seen"))

    run = Driver([spec("language", "news.raw", "news.articles", wrong)], partitions=PARTITIONS, json_state=True)
    with pytest.raises(codec.DecodeError):
        run.feed(raw("a"))


def test_partitions_come_from_the_topics():
    run = Driver(SPECS[:1])
    assert len(run.state("language")) >= 1


def test_the_seeds_give_the_same_events_in_any_order_and_when_they_come_again():
    seeds = list(read_seeds(SEEDS))
    views = set()
    for order in (seeds, seeds[::-1], seeds[2:] + seeds[:2] + seeds):
        run = Driver(strict=True, json_state=True)
        for one in order:
            run.feed(one)
        assert run.counts.adds_up
        views.add(codec.encode(list(run.events().values())))
    assert len(views) == 1

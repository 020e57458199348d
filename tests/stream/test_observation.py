"""What is told of the records: numbers that add up, one trace from source to event, a line a decision."""

from __future__ import annotations

import itertools
import logging
from typing import Any

import pytest

from agents.metrics import OUTCOMES, Metrics
from schemas.article import InfoSource, RawArticle
from schemas.codec import encode
from schemas.headers import headers_for
from schemas.trace import HEADER, Trace
from tests.stream.harness import Running, fast, read, running
from tests.stream.test_shell import COUNT, ECHO, article
from tests.unit.agents import fakestages

numbers = itertools.count()
STAGES = ("language", "dedup", "events", "linking")
TOPICS = ("news.raw", "news.articles", "news.unique", "news.mentions")


def memory(**overrides: object) -> Any:
    name = f"observation-{next(numbers)}"
    return fast(f"memory://{name}", app_id=name, **overrides)


def value(metrics: Metrics, name: str, **labels: str) -> float:
    found = metrics.registry.get_sample_value(name, labels)
    assert found is not None, (name, labels)
    return found


async def send(app: Running, uri: str, text: str, **more: object) -> None:
    raw = RawArticle(uri=uri, body_text=text, infosource=InfoSource(name="s"), **more)
    await app.send("news.raw", encode(raw), headers=headers_for(raw))


async def test_outcomes_add_up_to_what_the_stages_were_given():
    settings = memory()
    async with running(settings, specs=fakestages.specs()) as app:
        for number, text in enumerate(["Tashkent Ankara", "Tashkent Ankara", "dull", "poison", "bug", "Quetta"]):
            await send(app, f"u{number}", text)
        await app.done(*TOPICS)
        metrics = app.built.metrics
        outcomes = {
            stage: {
                outcome: value(metrics, "khabar_records_total", stage=stage, outcome=outcome) for outcome in OUTCOMES
            }
            for stage in STAGES
        }
        for stage, shell in app.built.shells.items():
            assert sum(outcomes[stage].values()) == shell.counts.received
        assert outcomes["language"] == {"ok": 3, "no_event": 0, "duplicate": 0, "dropped": 1, "dead": 2}
        assert outcomes["dedup"] == {"ok": 2, "no_event": 0, "duplicate": 1, "dropped": 0, "dead": 0}
        assert value(metrics, "khabar_dead_letters_total", stage="language", reason="bug") == 1
        assert value(metrics, "khabar_verdicts_total", verdict="duplicate") == 1
        assert value(metrics, "khabar_articles_total", language="en") == 3
        assert value(metrics, "khabar_events_per_article_sum") == 3
        assert value(metrics, "khabar_events_per_article_count") == 2
        assert value(metrics, "khabar_events_total", change="created") == outcomes["linking"]["ok"] == 3
        assert value(metrics, "khabar_freshness_seconds_count") == 3
        assert value(metrics, "khabar_stage_duration_seconds_count", stage="language") == 6
        assert value(metrics, "khabar_table_entries", table="linking") > 0
        assert value(metrics, "khabar_in_flight_records", stage="linking") == 0
        assert value(metrics, "khabar_dead_letter_ratio", stage="language") == pytest.approx(2 / 6)
        assert value(metrics, "khabar_produce_duration_seconds_count") > 6


async def test_the_size_of_a_table_is_that_of_its_entries_also_after_a_restart(tmp_path):
    settings = fast(f"sqlite:///{tmp_path}/size.db", app_id="size")
    for versions in ((1, 2, 3), (4,)):
        async with running(settings, specs=[ECHO, COUNT]) as app:
            for version in versions:
                await app.send("news.raw", article("u", version=version))
                await app.send("news.raw", article(f"u{version}"))
            await app.done("news.raw", "news.articles")
            state = app.built.shells["dedup"].state
            held = sum(len(key) + len(entry) for key, entry in state._entries.items())
            assert value(app.built.metrics, "khabar_table_bytes", table="dedup") == held > 0
            assert value(app.built.metrics, "khabar_table_entries", table="dedup") == len(state)


async def test_one_trace_leads_from_the_article_to_its_events():
    settings = memory()
    async with running(settings, specs=fakestages.specs()) as app:
        await send(app, "u1", "Tashkent Ankara")
        await send(app, "u2", "Quetta")
        await app.done(*TOPICS)
    wanted = {Trace.origin("u1#1").trace_id, Trace.origin("u2#1").trace_id}
    spans = set()
    for topic in (*TOPICS, "news.events"):
        traces = {Trace.of(record.headers) for record in await read(settings, topic)}
        assert {trace.trace_id for trace in traces if trace} == wanted, topic
        spans |= {trace.span_id for trace in traces if trace}
    assert len(spans) == 2 * 5


async def test_a_record_without_a_trace_begins_one_the_same_each_time_and_a_given_one_is_kept():
    given = (HEADER, b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    settings = memory()
    async with running(settings, specs=[ECHO]) as app:
        for _ in range(2):
            await app.send("news.raw", article("u"))
        await app.send("news.raw", article("u"), headers=(given,))
        await app.done("news.raw")
    headers = [record.headers for record in await read(settings, "news.articles")]
    assert [len([name for name, _ in one if name == HEADER]) for one in headers] == [1, 1, 1]
    first, second, third = (Trace.of(one) for one in headers)
    assert first == second == Trace.origin(article("u")).child("language")
    assert third == Trace.of([given]).child("language")


def lines(caplog: pytest.LogCaptureFixture, logger: str = "khabar.records") -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == logger]


async def test_a_line_a_record_at_debug_and_a_decision_at_info(caplog):
    caplog.set_level(logging.DEBUG, "khabar.records")
    async with running(memory(), specs=fakestages.specs()) as app:
        await send(app, "u1", "Tashkent")
        await send(app, "u2", "Tashkent")
        await app.done(*TOPICS)
    told = [(r.levelname, r.stage, r.getMessage(), r.article_id) for r in lines(caplog)]
    assert sorted(told) == sorted(
        [
            ("DEBUG", "language", "passed on", "u1"),
            ("DEBUG", "language", "passed on", "u2"),
            ("DEBUG", "dedup", "passed on", "u1"),
            ("INFO", "dedup", "duplicate", "u2"),
            ("DEBUG", "events", "passed on", "u1"),
            ("INFO", "events", "dropped", "u2"),
            ("INFO", "linking", "event created", "u1"),
        ]
    )
    one = next(record for record in lines(caplog) if record.stage == "linking")
    assert one.trace_id == Trace.origin("u1#1").trace_id
    assert (one.topic, one.outcome) == ("news.mentions", "ok")
    assert one.event_id
    assert one.duration_ms > 0
    assert one.offset == 0


async def test_a_dead_letter_is_told_once_with_its_trace(caplog):
    async with running(memory(), specs=[ECHO]) as app:
        await app.send("news.raw", b"{", headers=headers_for(RawArticle(uri="u")))
        await app.done("news.raw")
    (line,) = lines(caplog, "khabar.shell")
    assert (line.levelname, line.outcome, line.reason, line.stage) == ("WARNING", "dead", "decode", "language")
    assert line.trace_id == Trace.origin("u#1").trace_id
    assert lines(caplog) == []


async def test_records_taken_twice_are_counted():
    settings = memory()
    async with running(settings, specs=[ECHO]) as app:
        await app.send("news.raw", article("u"))
        await app.done("news.raw")
        shell = app.built.shells["language"]
        record = (await read(settings, "news.raw"))[0]
        for _ in range(2):
            shell.observer.take(Taken(record.partition, record.offset))
        assert value(app.built.metrics, "khabar_redelivered_total", stage="language") == 2


class Taken:
    """A message as Faust gives it, as far as it is looked at."""

    headers, value, timestamp, topic = (), b"", 0.0, "news.raw"

    def __init__(self, partition: int, offset: int) -> None:
        self.partition, self.offset = partition, offset

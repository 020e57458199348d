"""Workers on a real Kafka that goes away, refuses, or loses one of them: nothing is lost and every end has its code."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest
from aiokafka.errors import KafkaError

from agents.app import build
from agents.config import Settings
from agents.replay import send
from schemas.article import RawArticle
from schemas.codec import decode
from tests.e2e.test_kill import STAGE_TOPICS, articles, expected, found
from tests.paths import ROOT
from tests.stream.harness import Running, fast, prepared, read, running
from tests.stream.test_shell import COUNT, ECHO, article

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
NUMBER = 200


async def settings_for(kafka1, fresh_topics, name: str, **overrides: object) -> Settings:
    group = await fresh_topics(name)
    return fast(kafka1.url, app_id=group, session_timeout=6.0, heartbeat_interval=1.0, **overrides)


async def feed(app: Running, numbers: range) -> None:
    await asyncio.gather(*(app.send("news.raw", article(f"u{n}"), key=str(n).encode()) for n in numbers))


async def test_a_broker_that_is_away_stops_the_stream_and_loses_nothing(kafka1, fresh_topics):
    settings = await settings_for(kafka1, fresh_topics, "away", request_timeout=2.0)
    async with running(settings, specs=[ECHO, COUNT]) as app:
        await feed(app, range(NUMBER))
        before = asyncio.create_task(feed(app, range(NUMBER, 2 * NUMBER)))
        await asyncio.sleep(0.05)
        kafka1.stop()
        # Longer than the producer tries one batch.
        await asyncio.sleep(6.0)
        kafka1.start()
        await asyncio.gather(before, return_exceptions=True)
        await feed(app, range(2 * NUMBER))
        await app.done("news.raw", "news.articles")
        counts = [app.built.shells[name].counts for name in ("language", "dedup")]
    assert app.code == 0
    for count in counts:
        assert count.received == count.passed + count.dropped.total() + count.dead.total()
        assert not count.dead
    uris = {decode(RawArticle, r.value or b"").uri for r in await read(settings, "news.unique")}
    assert uris == {f"u{n}" for n in range(2 * NUMBER)}
    assert {decode(RawArticle, r.value or b"").version for r in await read(settings, "news.unique")} == {1}


async def test_a_batch_that_is_refused_does_not_close_its_partition_for_good(kafka1, fresh_topics):
    group = await fresh_topics("refused")
    settings = replace(fast(kafka1.url, app_id=group), max_message_bytes=8_000_000)
    await prepared(settings)
    built = build(settings, names=())
    built.app.loop = asyncio.get_running_loop()
    await built.send("news.raw", b"k", b"small", ())
    with pytest.raises(KafkaError):
        await built.send("news.raw", b"k", random.Random(1).randbytes(4_000_000), ())
    # What was on its way with the old producer id may fail once more; the shell sends such records again.
    for attempt in range(3):
        try:
            await asyncio.wait_for(built.send("news.raw", b"k", b"after", ()), 20)
            break
        except KafkaError:
            assert attempt < 2
    await built.close_producer()
    assert [r.value for r in await read(settings, "news.raw")] == [b"small", b"after"]


async def test_a_worker_whose_producer_has_died_ends_to_be_started_again(kafka1, fresh_topics):
    settings = await settings_for(kafka1, fresh_topics, "sender")
    async with running(settings, specs=[ECHO]) as app:
        await feed(app, range(5))
        await app.done("news.raw")
        sender = app.built.app.producer._producer._sender

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("planted")

        sender._message_accumulator.drain_by_nodes = broken
        for _ in range(2):  # what is on its way fails, and then nothing more is taken
            await asyncio.gather(feed(app, range(5, 10)), return_exceptions=True)
        started = time.monotonic()
        await asyncio.wait_for(app.built.app._crashed.wait(), 20)
    assert time.monotonic() - started < settings.shutdown_deadline
    assert app.code == 75


async def test_too_many_dead_records_end_a_worker_on_kafka_with_the_code_of_a_wrong_configuration(kafka1, fresh_topics):
    settings = await settings_for(kafka1, fresh_topics, "limit")
    async with running(settings, specs=[ECHO]) as app:
        await asyncio.gather(*(app.send("news.raw", b"{", key=str(n).encode()) for n in range(1100)))
        await asyncio.wait_for(app.built.app._crashed.wait(), 60)
    assert app.code == 78


async def worker(settings: Settings, **environ: str) -> asyncio.subprocess.Process:
    """Start `khabar worker` and wait until it has its partitions."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "agents.cli",
        "worker",
        cwd=ROOT,
        env={
            **os.environ,
            "KHABAR_BROKER": settings.broker,
            "KHABAR_APP_ID": settings.app_id,
            "KHABAR_COMMIT_INTERVAL": "0.2",
            "KHABAR_SESSION_TIMEOUT": "6",
            "KHABAR_HEARTBEAT_INTERVAL": "1",
            **environ,
        },
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    while b"ready" not in (line := await process.stderr.readline()):
        assert line, "the worker ended before it was ready"
    return process


async def test_sigterm_with_the_broker_away_ends_within_the_deadline_to_be_started_again(kafka1, fresh_topics):
    settings = await settings_for(kafka1, fresh_topics, "term")
    await prepared(settings)
    process = await worker(settings, KHABAR_SHUTDOWN_DEADLINE="5")
    reading = asyncio.create_task(process.communicate())
    kafka1.kill()
    try:
        await asyncio.sleep(1.0)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(reading, 30)
        took = time.monotonic() - asked
    finally:
        kafka1.heal()
    assert process.returncode == 75
    assert took < 10


async def test_two_workers_of_which_one_is_killed_give_what_one_process_gives(kafka1, fresh_topics):
    settings = await settings_for(kafka1, fresh_topics, "pair")
    await prepared(settings)
    first = await worker(settings, KHABAR_FAILPOINTS="before_ack:12")
    reading = asyncio.create_task(first.communicate())
    # Which of two copies is judged first decides what the verdicts say; partitions of two sites have no order.
    *seeds, again = articles()
    async with running(settings) as second:
        await send(second.built, seeds)
        await second.done(*STAGE_TOPICS)
        await send(second.built, [again])
        await second.done(*STAGE_TOPICS)
        counts = Counter({name: shell.counts.received for name, shell in second.built.shells.items()})
        if first.returncode is None:
            first.kill()
        await asyncio.wait_for(reading, 60)
        await second.done(*STAGE_TOPICS)
    assert first.returncode == -signal.SIGKILL
    assert second.code == 0
    assert counts.total()
    assert await found(settings) == expected()

"""A slow subscriber holds nobody up and misses nothing: `khabar tail` whose output is read drop by drop."""

from __future__ import annotations

import asyncio
import os
import sys

import orjson
import pytest

from tests.chaos.checker import check, final_events
from tests.chaos.feeding import Feed
from tests.chaos.offsets import OffsetWatch
from tests.chaos.run import TOPICS
from tests.chaos.workers import Worker, environment
from tests.chaos.workload import Workload
from tests.paths import ROOT
from tests.stream.harness import fast, prepared, read

pytestmark = [pytest.mark.kafka, pytest.mark.e2e, pytest.mark.timeout(300)]
NUMBER, DRAIN_SECONDS = 200, 120.0
DROP, PAUSE = 2048, 0.2


async def drop_by_drop(stream: asyncio.StreamReader, lines: list[bytes]) -> None:
    """Read a little, then rest."""
    rest = b""
    while data := await stream.read(DROP):
        *whole, rest = (rest + data).split(b"\n")
        lines += whole
        await asyncio.sleep(PAUSE)


async def test_a_slow_subscriber_gets_every_event_and_holds_nobody_up(kafka1, fresh_topics, tmp_path):
    settings = fast(kafka1.url, app_id=await fresh_topics("slow"), session_timeout=6.0, heartbeat_interval=1.0)
    await prepared(settings)
    inputs = list(Workload(41).inputs(NUMBER))
    watch, feed = OffsetWatch(settings), Feed(settings, inputs, lambda: NUMBER)
    worker = Worker(0, settings, tmp_path)
    worker.start()
    tail = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agents.cli", "tail", "--from", "beginning", "--json"),
        cwd=ROOT,
        env={**os.environ, **environment(settings)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=DROP,
    )
    assert tail.stdout is not None
    lines: list[bytes] = []
    tasks = [asyncio.create_task(one) for one in (watch.watch(), feed.send(), drop_by_drop(tail.stdout, lines))]
    try:
        await tasks[1]
        assert await watch.drained(DRAIN_SECONDS)
        topics = {topic: await read(settings, topic) for topic in TOPICS}
        wanted = set(final_events(topics["news.events"]))
        async with asyncio.timeout(DRAIN_SECONDS):
            while not wanted <= {orjson.loads(line)["event_id"] for line in lines}:  # noqa: ASYNC110 - a pipe tells nobody
                await asyncio.sleep(PAUSE)
    finally:
        tail.kill()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        code, _ = await worker.terminate()
    assert code == 0
    assert len(wanted) > NUMBER / 10
    assert check(inputs, topics).faults == []

"""Many messages through two stages and a table: all arrive, and memory does not grow with them."""

from __future__ import annotations

import ctypes
import gc
from operator import attrgetter

import psutil
import pytest

from agents.transport import memory_log, sqlite_log
from agents.transport.broker import broker_for
from tests.stream.transport.apps import running
from tests.stream.transport.pipeline_process import GROUP, build

MESSAGES = 10_000  # each passes two topics and the changelog
STEP = 1_000
PAYLOAD = 1_000


@pytest.mark.parametrize("scheme", ["memory", "sqlite"])
async def test_a_soak_keeps_memory_flat(tmp_path, scheme, monkeypatch):
    # What a log holds in memory by design is reached at once, so that only what it should not hold can grow.
    monkeypatch.setattr(sqlite_log, "TAIL_BYTES", 1 << 16)
    monkeypatch.setattr(memory_log, "KEEP_CONSUMED_BYTES", 1 << 16)
    url = f"memory://{tmp_path.name}" if scheme == "memory" else f"sqlite:///{tmp_path}/log.db"
    app, source, table = build(url)
    memory = psutil.Process().memory_info
    trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)  # glibc's: what is free is no growth
    sizes, held = [], []
    segment = attrgetter("records" if scheme == "memory" else "tail")
    # What is not cleaned yet: twelve partitions, in memory some hundred records each, compacted ones up to a thousand.
    held_at_most = 12 * 1500 * PAYLOAD * 0.5 if scheme == "memory" else 12 * (1 << 16) + STEP * PAYLOAD
    async with running(app):
        broker = broker_for(url)
        for start in range(0, MESSAGES, STEP):
            for number in range(start, start + STEP):
                name = b"%d" % (number % 500)
                await source.send(key=name, value=name + b" %d " % number + b"x" * PAYLOAD)
            assert await broker.wait_processed(GROUP, ["in", "out"], 60)
            gc.collect()
            trim(0)
            sizes.append(memory().rss)
            held.append(sum(segment(partition).size for partition in broker.log._partitions.values()))
    assert len(table) == 500
    assert {int(value) for value in table} == set(range(500))
    assert max(held) < held_at_most, held
    half = len(sizes) // 2
    growth, passed = sizes[-1] - sizes[half], (len(sizes) - 1 - half) * STEP * PAYLOAD * 3
    assert growth < passed / 2, f"{growth} bytes for {passed} bytes that passed: {sizes}"

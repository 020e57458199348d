"""Many messages through two stages and a table: all arrive, and memory does not grow with them."""

from __future__ import annotations

import gc

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
    sizes = []
    async with running(app):
        broker = broker_for(url)
        for start in range(0, MESSAGES, STEP):
            for number in range(start, start + STEP):
                # The key is what the table keeps, the value what it keeps it by: 500 keys in all.
                await source.send(key=b"%d" % number + b"x" * PAYLOAD, value=b"%d" % (number % 500))
            assert await broker.wait_processed(GROUP, ["in", "out"], 60)
            gc.collect()
            sizes.append(memory().rss)
    assert len(table) == 500
    assert {int(value) for value in table} == set(range(500))
    half = len(sizes) // 2
    growth = sizes[-1] - sizes[half]
    passed = (len(sizes) - 1 - half) * STEP * PAYLOAD * 3
    assert growth < passed * 0.15, f"{growth} bytes for {passed} bytes that passed: {sizes}"

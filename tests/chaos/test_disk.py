"""A broker whose disk is full stops; once there is room and it is back, everything goes on and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.broker import connect
from agents.topics import create
from tests.chaos.checker import check
from tests.chaos.feeding import Feed
from tests.chaos.offsets import OffsetWatch
from tests.chaos.run import TOPICS
from tests.chaos.workers import Worker
from tests.chaos.workload import Workload
from tests.kafka.artifacts import UnavailableError
from tests.kafka.broker import Cluster
from tests.kafka.fixtures import unavailable
from tests.stream.harness import fast, read

pytestmark = [pytest.mark.kafka, pytest.mark.e2e, pytest.mark.timeout(400)]
NUMBER, DISK, ROOM = 300, "96m", 4096
WAIT_SECONDS = 120.0


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """Mount a small disk in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root mounts a disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@pytest.fixture
def cluster(disk) -> Iterator[Cluster]:
    """One broker whose data lie on the small disk."""
    small = {"log.dirs": str(disk / "data"), "log.index.size.max.bytes": "65536"}
    try:
        found = Cluster(1, properties=small)
    except UnavailableError as error:
        unavailable(str(error))
    try:
        yield found
    finally:
        found.close()


def fill(disk: Path) -> Path:
    """Leave no room on a disk; returns the file that takes it."""
    filler, block = disk / "filler", b"\0" * ROOM
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(block) == ROOM:
                pass
        except OSError:
            return filler
    return filler


async def test_a_full_disk_of_the_broker_loses_nothing(cluster, disk, tmp_path):
    settings = fast(cluster.url, app_id="disk", session_timeout=6.0, heartbeat_interval=1.0, request_timeout=5.0)
    async with connect(settings) as broker:
        await create(broker, settings)
    inputs = list(Workload(31).inputs(NUMBER))
    allowed = [NUMBER // 3]
    watch, feed = OffsetWatch(settings), Feed(settings, inputs, lambda: allowed[0])
    tasks = [asyncio.create_task(watch.watch()), asyncio.create_task(feed.send())]
    worker = Worker(0, settings, tmp_path)
    worker.start()
    try:
        assert await watch.until(lambda: watch.progress > NUMBER // 3, WAIT_SECONDS), worker.log_end()
        filler = fill(disk)
        allowed[0] = NUMBER
        node = cluster.nodes[1]
        assert await watch.until(lambda: not node.is_running, WAIT_SECONDS), cluster.log_end()
        await asyncio.sleep(3)
        filler.unlink()
        await asyncio.to_thread(cluster.start)
        if not worker.is_running:
            assert worker.code == 75
            worker.start()
        await tasks[1]
        assert await watch.drained(WAIT_SECONDS), worker.log_end()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        code, _ = await worker.terminate()
    found = check(inputs, {topic: await read(settings, topic) for topic in TOPICS})
    assert found.faults == [], found.report()
    assert found.adds_up
    assert code == 0

"""A worker on librdkafka's mock cluster, whose brokers answer with errors, move leaders and coordinators, and go away."""

from __future__ import annotations

import asyncio
import time

import pytest

from agents.app import changelog_topics
from agents.config import read_settings
from schemas.topics import topics
from tests.chaos.checker import check
from tests.chaos.feeding import Feed
from tests.chaos.mock import Error, MockCluster, Request
from tests.chaos.run import TOPICS
from tests.chaos.workers import Worker
from tests.chaos.workload import Workload

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
NUMBER, BROKERS = 250, 3
# Nothing new is received for so long: all is done, or stuck.
CALM_SECONDS, DRAIN_SECONDS = 8.0, 120.0
TRANSIENT = (Error.NOT_LEADER, Error.REQUEST_TIMED_OUT, Error.NOT_ENOUGH_REPLICAS)


@pytest.fixture
def mock():
    """Three brokers with the topics of the pipeline."""
    group = read_settings({}, broker="kafka://x", app_id="mock")
    wanted = {name: spec.partitions for name, spec in topics().items()} | changelog_topics(group)
    with MockCluster(BROKERS, wanted) as cluster:
        yield cluster


async def err(mock: MockCluster) -> None:
    """Let requests fail, move what can be moved, take brokers away and slow them, one after another."""
    for round_ in range(3):
        mock.fail(Request.PRODUCE, TRANSIENT)
        mock.fail(Request.FETCH, (Error.NOT_LEADER, Error.UNKNOWN_SERVER_ERROR))
        await asyncio.sleep(1)
        mock.fail(Request.OFFSET_COMMIT, (Error.COORDINATOR_LOADING, Error.NOT_COORDINATOR))
        for partition in range(4):
            mock.lead("news.raw", partition, (partition + round_) % BROKERS + 1)
            mock.lead("news.unique", partition, (partition + round_ + 1) % BROKERS + 1)
        mock.coordinate("mock", round_ % BROKERS + 1)
        await asyncio.sleep(1)
        mock.slow(round_ % BROKERS + 1, 200)
        await asyncio.sleep(1)
        mock.slow(round_ % BROKERS + 1, 0)
        mock.down(round_ % BROKERS + 1)
        await asyncio.sleep(1.5)
        mock.up(round_ % BROKERS + 1)
    # A batch that is refused for good: what was sent is sent again.
    mock.fail(Request.PRODUCE, (Error.TOPIC_AUTHORIZATION_FAILED,) * 2)


async def calm(worker: Worker) -> None:
    """Wait until a worker has had nothing to do for some seconds."""
    last, since = "", time.monotonic()
    async with asyncio.timeout(DRAIN_SECONDS):
        while time.monotonic() < since + CALM_SECONDS:
            stages = worker.told().get("stages", {})
            now = str({name: (one["received"], one["in_flight"]) for name, one in stages.items()})
            if now != last or not stages or any(one["in_flight"] for one in stages.values()):
                last, since = now, time.monotonic()
            await asyncio.sleep(0.2)


async def test_a_worker_loses_nothing_to_brokers_that_err_and_move(mock, tmp_path):
    settings = read_settings(
        {}, broker=mock.url, app_id="mock", session_timeout=6.0, heartbeat_interval=1.0, request_timeout=10.0
    )
    inputs = list(Workload(21).inputs(NUMBER))
    worker = Worker(0, settings, tmp_path, static=False)
    worker.start()
    began = time.monotonic()
    feed = Feed(settings, inputs, lambda: int((time.monotonic() - began) * 12))
    sending = asyncio.create_task(feed.send())
    await err(mock)
    await sending
    await calm(worker)
    code, _ = await worker.terminate()
    found = check(inputs, {topic: mock.read(topic) for topic in TOPICS})
    assert found.faults == [], found.report() + worker.log_end()
    assert found.adds_up
    assert (code, worker.starts) == (0, 1), worker.log_end(40)

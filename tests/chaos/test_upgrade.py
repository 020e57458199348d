"""A rolling upgrade: workers of this version and of the next, whose records have a field more, run side by side."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from schemas.article import JudgedArticle
from tests.chaos.checker import check
from tests.chaos.feeding import Feed
from tests.chaos.offsets import OffsetWatch
from tests.chaos.run import TOPICS
from tests.chaos.worker import NEXT
from tests.chaos.workers import Worker
from tests.chaos.workload import Workload
from tests.stream.harness import fast, prepared, read

pytestmark = [pytest.mark.kafka, pytest.mark.e2e, pytest.mark.timeout(300)]
NUMBER, DRAIN_SECONDS = 400, 120.0


async def test_workers_are_replaced_one_by_one_by_those_of_the_next_version(kafka1, fresh_topics, tmp_path):
    settings = fast(kafka1.url, app_id=await fresh_topics("upgrade"), session_timeout=6.0, heartbeat_interval=1.0)
    await prepared(settings)
    inputs = list(Workload(11).inputs(NUMBER))
    allowed = [NUMBER // 4]
    watch, feed = OffsetWatch(settings), Feed(settings, inputs, lambda: allowed[0])
    workers = [Worker(place, settings, tmp_path) for place in range(2)]
    tasks = [asyncio.create_task(watch.watch()), asyncio.create_task(feed.send())]
    for worker in workers:
        worker.start()
    try:
        for worker in workers:
            assert await watch.until(lambda: watch.progress >= allowed[0], DRAIN_SECONDS)
            allowed[0] += NUMBER // 4
            code, _ = await worker.terminate()
            assert code == 0
            worker.start(**{NEXT: "1"})
            allowed[0] += NUMBER // 8
        allowed[0] = NUMBER
        await tasks[1]
        assert await watch.drained(DRAIN_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        codes = [(await worker.terminate())[0] for worker in workers]
    assert codes == [0, 0]
    topics = {topic: await read(settings, topic) for topic in TOPICS}
    versions = {orjson.loads(record.value or b"")["schema"] for record in topics["news.unique"]}
    assert versions == {JudgedArticle.__dataclass_fields__["schema"].default, "judged_article/1.99"}
    found = check(inputs, topics)
    # What one version wrote and the other writes again differs in the new field.
    assert {fault.what for fault in found.faults} <= {"other bytes under one id", "event with other content"}, (
        found.report()
    )
    assert found.adds_up

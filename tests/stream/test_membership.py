"""Static membership on a real Kafka: a worker that restarts under its name takes its partitions back, unnoticed by others."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.stream.harness import Running, fast, read, running
from tests.stream.test_shell import ECHO, article

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


def partitions(app: Running) -> set[int]:
    return {tp.partition for tp in app.built.app.consumer.assignment() if tp.topic == "news.raw"}


def handed_out(app: Running) -> float:
    """Return how often partitions were handed out to a worker."""
    (metric,) = app.built.metrics.rebalances.collect()
    return metric.samples[0].value


async def until_shared(first: Running, second: Running) -> None:
    async with asyncio.timeout(60):
        while not (partitions(first) and partitions(second) and len(partitions(first) | partitions(second)) == 4):  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(0.1)


async def test_a_worker_that_restarts_under_its_name_causes_no_rebalance(kafka1, fresh_topics):
    settings = fast(
        kafka1.url, app_id=await fresh_topics("static"), session_timeout=30.0, heartbeat_interval=1.0, instance_id="a"
    )
    async with running(replace(settings, instance_id="b"), specs=[ECHO]) as stays:
        async with running(settings, specs=[ECHO]) as leaves:
            await until_shared(stays, leaves)
            had = partitions(leaves)
        before = handed_out(stays)
        async with running(settings, specs=[ECHO]) as returns:
            await until_shared(stays, returns)
            assert partitions(returns) == had
            for number in range(40):
                await returns.send("news.raw", article(f"u{number}"), key=str(number).encode())
            await returns.done("news.raw")
        assert handed_out(stays) == before
    assert stays.code == returns.code == 0
    assert len({record.key for record in await read(settings, "news.articles")}) == 40

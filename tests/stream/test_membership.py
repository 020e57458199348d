"""Static membership on a real Kafka: a worker that restarts under its name takes its partitions back, unnoticed by others."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.protocol.group import LeaveGroupRequest

from agents.config import Settings
from agents.transport import handover
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


async def put_out(settings: Settings, app: Running) -> None:
    """Have the group forget a worker, as if its session had passed."""
    client = AIOKafkaClient(bootstrap_servers=settings.broker.removeprefix("kafka://"))
    await client.bootstrap()
    try:
        member = app.built.app.consumer._thread._consumer._coordinator.member_id
        node = await client.coordinator_lookup(CoordinationType.GROUP, settings.app_id)
        await client.ready(node, group=ConnectionGroup.COORDINATION)
        request = LeaveGroupRequest(settings.app_id, member)
        answer = await client.send(node, request, group=ConnectionGroup.COORDINATION)
        assert answer.error_code == 0
    finally:
        await client.close()


async def test_a_worker_put_out_of_its_group_ends_with_75_while_its_records_are_unsent(
    kafka1, fresh_topics, monkeypatch
):
    settings = fast(kafka1.url, app_id=await fresh_topics("out"), session_timeout=6.0, heartbeat_interval=0.5)
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(handover.os, "_exit", lambda code: ended.done() or ended.set_result(code))
    async with running(settings, specs=[ECHO]) as app:
        window = app.built.shells["language"].window
        produce, may_send = window._produce, asyncio.Event()

        async def held(out):
            await may_send.wait()
            return await produce(out)

        window._produce = held
        await app.send("news.raw", article("u1"), key=b"k")
        async with asyncio.timeout(60):
            while not len(window):  # noqa: ASYNC110 - a window tells nobody
                await asyncio.sleep(0.05)
            await put_out(settings, app)
            assert await ended == 75
        # Nobody ended here: the worker joins anew and the record comes again.
        may_send.set()
        await app.done("news.raw")
    assert {record.key for record in await read(settings, "news.articles")} == {b"u1"}

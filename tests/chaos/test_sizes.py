"""What is far too large stops nothing: neither a message of 10 MB nor a feed of 50,000 items holds the event loop.

Measured is the CPU time that the loop's thread takes at a stretch: a busy machine does not change it.
"""

from __future__ import annotations

import asyncio

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from agents.broker import Start, connect
from agents.poller.emit import BrokerEmitter
from agents.poller.loop import poll_once
from agents.poller.poll import Polled
from agents.poller.state import SQLiteStore
from schemas.deadletter import from_message
from tests.chaos.worker import Pulse
from tests.chaos.workers import Worker
from tests.chaos.workload import Workload
from tests.stream.feed_server import FakeBroker, FeedServer, answer, catalog
from tests.stream.harness import fast, prepared, read

LONGEST_STALL = 1.0
MESSAGE, FEED_ITEMS = 10_000_000, 50_000


@pytest.mark.kafka
@pytest.mark.timeout(180)
async def test_a_message_of_10_mb_is_one_dead_letter_and_holds_nothing_up(kafka1, fresh_topics, tmp_path):
    settings = fast(kafka1.url, app_id=await fresh_topics("huge"))
    await prepared(settings)
    await allow(kafka1.bootstrap, "news.raw", 2 * MESSAGE)
    first, second = list(Workload(1, poisoned=0.0).inputs(2))
    worker = Worker(0, settings, tmp_path)
    worker.start()
    producer = AIOKafkaProducer(bootstrap_servers=kafka1.bootstrap, max_request_size=2 * MESSAGE)
    await producer.start()
    try:
        # The first article makes the stages load what they know of its language.
        await producer.send_and_wait("news.raw", first.value, key=first.key, headers=list(first.headers))
        await until(settings, "news.unique", 1)
        before = len(worker.report.read_bytes().splitlines()) + 1
        await producer.send_and_wait("news.raw", b"[" * MESSAGE, key=first.key, headers=[("sort", b"huge")])
        await producer.send_and_wait("news.raw", second.value, key=first.key, headers=list(second.headers))
        await until(settings, "news.unique", 2)
        await asyncio.sleep(1.5)
        told = [orjson.loads(line) for line in worker.report.read_bytes().splitlines()[before:]]
    finally:
        await producer.stop()
        assert (await worker.terminate())[0] == 0
    (record,) = await read(settings, "news.dead")
    letter = from_message(record.key, record.value, record.headers)
    assert (letter.reason, letter.value_size, worker.starts) == ("too_large", MESSAGE, 1)
    assert told
    assert max(line["busy"] for line in told) < LONGEST_STALL


async def allow(bootstrap: str, topic: str, size: int) -> None:
    """Let a topic take larger messages than ours do."""
    entry = ConfigEntry("max.message.bytes", str(size), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": bootstrap})
    await asyncio.to_thread(admin.incremental_alter_configs([resource])[resource].result, 30)


async def until(settings, topic: str, count: int) -> None:
    """Wait until so many records are on a topic."""
    async with connect(settings) as broker, asyncio.timeout(60):
        found = broker.records(topic, Start("beginning"), follow=True)
        for _ in range(count):
            await anext(found)


def feed(letters: int) -> bytes:
    items = (f"<item><guid>{n}</guid><title>Item {n} {'x' * letters}</title></item>" for n in range(FEED_ITEMS))
    return f"<rss version='2.0'><channel><title>F</title>{''.join(items)}</channel></rss>".encode()


# The second is larger than a poller takes.
@pytest.mark.parametrize(("letters", "state"), [(10, "ok"), (200, "error")])
async def test_a_feed_of_50000_items_holds_the_poller_up_no_longer_than_a_second(letters, state, tmp_path):
    document = feed(letters)
    pulse, broker, polled = Pulse(), FakeBroker(), list[Polled]()
    async with FeedServer() as server:
        server.answers = {"/feed": [answer(200, document)]}
        beat = asyncio.create_task(pulse.beat())
        with SQLiteStore(tmp_path / "feeds.db") as store:
            await poll_once(catalog(server), BrokerEmitter(broker.send), store, polled.append)
        beat.cancel()
    (one,) = polled
    assert one.status.state == state, (len(document), one.status)
    assert pulse.busiest < LONGEST_STALL

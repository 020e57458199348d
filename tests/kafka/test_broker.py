"""The brokers that other tests rely on are real ones, and take our topics as declared."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.article import RawArticle
from schemas.codec import decode, encode
from schemas.deadletter import DeadLetter, from_message, to_message
from schemas.headers import headers_for
from schemas.topics import TopicSpec, topics
from tests.kafka import artifacts
from tests.kafka.broker import Cluster, wait_for
from tests.kafka.protocol import view
from tests.paths import ROOT

pytestmark = pytest.mark.kafka

# A request to a paused broker is given up after this.
REQUEST_MS = 3000

_numbers = itertools.count(1)


def prefix() -> str:
    """Return a prefix for topics that no other test has, on a broker that may be used by other runs."""
    return f"t{os.getpid()}x{time.time_ns()}n{next(_numbers)}-"


async def create(bootstrap: str, specs: dict[str, TopicSpec], copies: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        made = await admin.create_topics(
            [NewTopic(name, spec.partitions, copies, topic_configs=spec.config(copies)) for name, spec in specs.items()]
        )
        assert {name: code for name, code, *_ in made.topic_errors} == dict.fromkeys(specs, 0)
    finally:
        await admin.close()


async def described(bootstrap: str, names: list[str]) -> dict[str, dict[int, list[int]]]:
    """Return partitions and their in-sync brokers, topic by topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        found = await admin.describe_topics(names)
        return {topic["topic"]: {part["partition"]: part["isr"] for part in topic["partitions"]} for topic in found}
    finally:
        await admin.close()


async def configurations(bootstrap: str, names: list[str]) -> dict[str, dict[str, str]]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
        return {entry[3]: {row[0]: row[1] for row in entry[4]} for answer in answers for entry in answer.resources}
    finally:
        await admin.close()


async def send(bootstrap: str, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, request_timeout_ms=REQUEST_MS
    )
    await producer.start()
    try:
        for sent in [await producer.send(topic, value, key=value[:8]) for value in values]:
            await sent
    finally:
        await producer.stop()


async def read(bootstrap: str, topic: str, count: int, seconds: float = 30) -> list:
    """Return the records of all partitions, once there are `count`."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        request_timeout_ms=REQUEST_MS,
    )
    await consumer.start()
    try:
        records: list = []
        async with asyncio.timeout(seconds):
            while len(records) < count:
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    records += batch
        return records
    finally:
        await consumer.stop()


async def test_topics_are_made_with_the_partitions_and_configuration_declared(kafka1):
    specs = {prefix() + name: spec for name, spec in topics().items()}
    await create(kafka1.bootstrap, specs, 1)
    partitions = await described(kafka1.bootstrap, list(specs))
    assert {name: len(parts) for name, parts in partitions.items()} == {
        name: spec.partitions for name, spec in specs.items()
    }
    found = await configurations(kafka1.bootstrap, list(specs))
    for name, spec in specs.items():
        declared = spec.config()
        assert {key: found[name][key] for key in declared} == declared


async def test_records_and_their_headers_come_back_as_they_went(kafka1):
    topic = prefix() + "news.raw"
    await create(kafka1.bootstrap, {topic: topics()["news.raw"]}, 1)
    record = RawArticle(uri="urn:khabar:example.org:1", headline="خبر\0", versioncreated="2024-03-05T10:00:00Z")
    producer = AIOKafkaProducer(bootstrap_servers=kafka1.bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(topic, encode(record), key=b"example.org", headers=list(headers_for(record)))
    finally:
        await producer.stop()
    (message,) = await read(kafka1.bootstrap, topic, 1)
    assert message.key == b"example.org"
    assert decode(RawArticle, message.value) == record
    assert tuple(message.headers) == headers_for(record)


async def test_the_largest_dead_letter_goes_through(kafka1):
    topic = prefix() + "news.dead"
    await create(kafka1.bootstrap, {topic: topics()["news.dead"]}, 1)
    letter = DeadLetter(
        id="abc",
        key=None,
        value=os.urandom(3_000_000),  # such bytes cannot be compressed
        topic="news.raw",
        partition=0,
        offset=0,
        stage="language",
        reason="decode",
        message="\xff" * 1000,
        app_version="0",
    )
    key, value, headers = to_message(letter)
    # The client's limit is the topic's: that none is passed is the point.
    producer = AIOKafkaProducer(bootstrap_servers=kafka1.bootstrap, acks="all", max_request_size=2 * 1024 * 1024)
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, key=key, headers=list(headers))
    finally:
        await producer.stop()
    (message,) = await read(kafka1.bootstrap, topic, 1)
    read_back = from_message(message.key, message.value, tuple(message.headers))
    assert read_back.value == letter.value[: len(value)]
    assert read_back.value_size == 3_000_000
    assert len(value) > 2_000_000


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_what_was_acknowledged_is_there_after_a_restart(kafka1, how):
    topic = prefix() + "kept"
    await create(kafka1.bootstrap, {topic: topics()["news.raw"]}, 1)
    values = [b"%08d" % number for number in range(200)]
    await send(kafka1.bootstrap, topic, values)
    getattr(kafka1, how)(1)
    kafka1.start(1)
    records = await read(kafka1.bootstrap, topic, len(values))
    assert sorted(record.value for record in records) == values


async def test_a_paused_broker_answers_again_when_it_goes_on(kafka1):
    topic = prefix() + "paused"
    await create(kafka1.bootstrap, {topic: topics()["news.raw"]}, 1)
    kafka1.pause(1)
    try:
        host, port = kafka1.bootstrap.split(":")
        assert view(host, int(port)) is None
    finally:
        kafka1.start(1)
    await send(kafka1.bootstrap, topic, [b"after"])
    assert [record.value for record in await read(kafka1.bootstrap, topic, 1)] == [b"after"]


async def test_compaction_keeps_the_last_value_of_a_key(kafka1):
    topic = prefix() + "compacted"
    quick = {
        "cleanup.policy": "compact",
        "segment.ms": "200",
        "min.cleanable.dirty.ratio": "0.01",
        "max.compaction.lag.ms": "300",
    }
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka1.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1, topic_configs=quick)])
    finally:
        await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka1.bootstrap, acks="all")
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka1.bootstrap, enable_auto_commit=False)
    await producer.start()
    await consumer.start()
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    try:
        for revision in range(3):
            await producer.send_and_wait(topic, b"revision %d" % revision, key=b"event")
        # Compaction runs in the background and never on the segment written to, so that is kept moving.
        async with asyncio.timeout(90):
            while True:
                await producer.send_and_wait(topic, b"", key=b"other")
                await consumer.seek_to_beginning(place)
                batch = (await consumer.getmany(place, timeout_ms=1000)).get(place, [])
                if [record.value for record in batch if record.key == b"event"] == [b"revision 2"]:
                    break
    finally:
        await consumer.stop()
        await producer.stop()


@pytest.mark.parametrize("how", ["stop", "kill", "pause"])
async def test_three_brokers_take_and_keep_records_while_one_is_lost(kafka3, how):
    topic = prefix() + "news.events"
    await create(kafka3.bootstrap, {topic: topics()["news.events"]}, 3)
    assert {len(isr) for isr in (await described(kafka3.bootstrap, [topic]))[topic].values()} == {3}
    assert (await configurations(kafka3.bootstrap, [topic]))[topic]["min.insync.replicas"] == "2"
    before, during = (
        [b"before%04d" % number for number in range(100)],
        [b"during%04d" % number for number in range(100)],
    )
    await send(kafka3.bootstrap, topic, before)
    try:
        getattr(kafka3, how)(2)
        await send(kafka3.bootstrap, topic, during)
        records = await read(kafka3.bootstrap, topic, 200)
        assert sorted({record.value for record in records}) == before + during
        assert len(records) == 200
    finally:
        kafka3.heal()
    assert len(await read(kafka3.bootstrap, topic, 200)) == 200


async def test_a_topic_that_is_not_declared_is_not_made(kafka1):
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka1.bootstrap)
    await admin.start()
    try:
        (answer,) = await admin.describe_topics([prefix() + "never-made"])
        assert answer["error_code"] != 0
    finally:
        await admin.close()


@pytest.fixture
def jars():
    """Skip where there are only brokers of others."""
    try:
        return artifacts.libraries()
    except artifacts.UnavailableError as error:
        pytest.skip(f"no Kafka of our own: {error}")


@pytest.mark.usefixtures("jars")
def test_brokers_end_with_the_process_that_started_them():
    code = (
        "import sys\n"
        "from tests.kafka.broker import Cluster\n"
        "cluster = Cluster()\n"
        "print(cluster.nodes[1].process.pid, cluster.folder, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout
        line = started.stdout.readline()
        pid, folder = line.split()
        was_alive = _is_java(pid)
        started.kill()
    subprocess.run(["rm", "-rf", folder], check=True)
    if sys.platform == "linux":
        assert was_alive
        assert wait_for(lambda: not _is_java(pid), 10)


@pytest.mark.usefixtures("jars")
def test_a_broker_that_cannot_start_is_told_with_its_log():
    with pytest.raises(AssertionError, match=r"(?s)(ended|formatting failed).*nonsense"):
        Cluster(properties={"num.io.threads": "nonsense"})


def _is_java(pid: str) -> bool:
    try:
        return b"kafka.Kafka" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False

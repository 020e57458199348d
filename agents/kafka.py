"""A Kafka client for the commands: topics, offsets and plain reading, by aiokafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from agents.broker import BrokerError, Offsets, Received, RefusedError, Start
from agents.credentials import addresses, refusal, security
from schemas.deadletter import TOPIC_LIMIT

if TYPE_CHECKING:
    from agents.config import Settings
    from agents.delivery import Outbound
    from schemas.topics import TopicSpec

# Seconds between two looks at what the brokers know.
LOOK_AGAIN = 0.1
CHANGELOG_CONFIG = {"cleanup.policy": "compact", "max.message.bytes": str(TOPIC_LIMIT)}


def kafka_options(settings: Settings) -> dict[str, Any]:
    """Return the connection options every aiokafka client takes."""
    return {"bootstrap_servers": addresses(settings), **security(settings)}


class KafkaBroker:
    """The broker client for kafka:// urls."""

    def __init__(self, settings: Settings) -> None:
        """Use the connection of the settings; nothing is contacted yet."""
        self._settings = settings
        self._admin = AIOKafkaAdminClient(**kafka_options(settings))
        self._consumer: AIOKafkaConsumer | None = None
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            BrokerError: nobody answers at the address.
            RefusedError: a broker turns us away, or shows a certificate we do not trust.
        """
        try:
            await self._admin.start()
        except KafkaError as error:
            await self.__aexit__()
            reason = await refusal(self._settings)
            if reason is not None:
                raise RefusedError(reason) from None
            raise BrokerError(f"no Kafka at {self._settings.broker}: {error}") from error
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Disconnect."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()
        await self._admin.close()

    async def create_topics(self, specs: Iterable[TopicSpec], changelogs: Mapping[str, int]) -> list[str]:
        """Create what is missing; returns the names created."""
        copies = self._settings.replication_factor
        wanted = [NewTopic(spec.name, spec.partitions, copies, topic_configs=spec.config(copies)) for spec in specs]
        wanted += [NewTopic(name, count, copies, topic_configs=CHANGELOG_CONFIG) for name, count in changelogs.items()]
        existing = await self.partitions()
        missing = [topic for topic in wanted if topic.name not in existing]
        if missing:
            response = await self._admin.create_topics(missing)
            _check_created(response)
            await self._until_known({topic.name for topic in missing})
        return [topic.name for topic in missing]

    async def _until_known(self, names: set[str]) -> None:
        """Wait until the brokers tell of topics that were made: what they know spreads after the answer.

        Raises:
            BrokerError: they do not within the request timeout.
        """
        try:
            async with asyncio.timeout(self._settings.request_timeout):
                while not names <= {name for name, count in (await self.partitions()).items() if count}:  # noqa: ASYNC110 - Kafka tells nobody
                    await asyncio.sleep(LOOK_AGAIN)
        except TimeoutError:
            raise BrokerError(f"no broker tells of the new topics {', '.join(sorted(names))}") from None

    async def send(self, records: Sequence[Outbound]) -> None:
        """Write records, in order for each partition, and return when all are durable.

        Raises:
            BrokerError: one of them was not taken; others may have been.
        """
        try:
            producer = await self._started_producer()
            sent = [
                await producer.send(out.topic, out.value, out.key, out.partition, headers=list(out.headers))
                for out in records
            ]
            await asyncio.gather(*sent)
        except KafkaError as error:
            raise BrokerError(f"not written: {error!r}") from error

    async def _started_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **kafka_options(self._settings),
                acks="all",
                enable_idempotence=True,
                compression_type="gzip",
                max_request_size=self._settings.max_message_bytes,
            )
            # Known before it starts, so that it is closed where it cannot.
            self._producer = producer
            await producer.start()
        return self._producer

    async def partitions(self) -> dict[str, int]:
        """Return the topics that exist and their numbers of partitions."""
        described = await self._admin.describe_topics()
        return {topic["topic"]: len(topic["partitions"]) for topic in described}

    async def end_offsets(self, topics: Iterable[str]) -> Offsets:
        """Return the offset after the last record of every partition."""
        places = await self._places(topics)
        ends = await (await self._started_consumer()).end_offsets(places) if places else {}
        return {(place.topic, place.partition): offset for place, offset in ends.items()}

    async def first_offsets(self, topics: Iterable[str]) -> Offsets:
        """Return the offset of the earliest record of every partition, the end where there is none."""
        places = await self._places(topics)
        firsts = await (await self._started_consumer()).beginning_offsets(places) if places else {}
        return {(place.topic, place.partition): offset for place, offset in firsts.items()}

    async def _places(self, topics: Iterable[str]) -> list[TopicPartition]:
        existing = await self.partitions()
        return [TopicPartition(topic, number) for topic in topics for number in range(existing.get(topic, 0))]

    async def _started_consumer(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            self._consumer = await _started(AIOKafkaConsumer(**kafka_options(self._settings), enable_auto_commit=False))
        return self._consumer

    async def committed(self, group: str, topics: Iterable[str]) -> Offsets:
        """Return the offsets a group has committed; partitions without one are absent."""
        wanted = set(topics)
        offsets = await self._admin.list_consumer_group_offsets(group)
        return {
            (place.topic, place.partition): meta.offset
            for place, meta in offsets.items()
            if place.topic in wanted and meta.offset >= 0
        }

    async def changed(self, wait: float) -> None:
        """Wait: Kafka tells nobody of commits."""
        await asyncio.sleep(wait)

    async def records(self, topic: str, start: Start, *, follow: bool) -> AsyncGenerator[Received, None]:
        """Read a topic; without `follow` up to the end as it was at the call."""
        ends = {place: offset for place, offset in (await self.end_offsets([topic])).items() if offset}
        count = (await self.partitions()).get(topic, 0)
        if not count:
            raise BrokerError(f"there is no topic {topic}: run `khabar topics create`")
        consumer = AIOKafkaConsumer(
            **kafka_options(self._settings),
            enable_auto_commit=False,
            isolation_level="read_committed",
            # For an offset that retention has taken: the next record there is.
            auto_offset_reset="earliest",
        )
        await _started(consumer)
        try:
            places = [TopicPartition(topic, number) for number in range(count)]
            consumer.assign(places)
            await _seek(consumer, places, start)
            async for record in _read(consumer, places, ends, follow=follow):
                yield record
        finally:
            await consumer.stop()


async def _started(consumer: AIOKafkaConsumer) -> AIOKafkaConsumer:
    """Start a consumer so that it can be stopped at once: its own task must have begun, or stopping raises."""
    await consumer.start()
    await asyncio.sleep(0)
    return consumer


async def _seek(consumer: AIOKafkaConsumer, places: list[TopicPartition], start: Start) -> None:
    if start.at == "beginning":
        await consumer.seek_to_beginning(*places)
    elif start.at == "end":
        await consumer.seek_to_end(*places)
    elif isinstance(start.at, Mapping):
        await consumer.seek_to_end(*places)
        for place in places:
            if place.partition in start.at:
                consumer.seek(place, start.at[place.partition])
    else:
        found = await consumer.offsets_for_times({place: int(float(start.at) * 1000) for place in places})
        await consumer.seek_to_end(*places)
        for place, hit in found.items():
            if hit is not None:
                consumer.seek(place, hit.offset)


async def _read(
    consumer: AIOKafkaConsumer, places: list[TopicPartition], ends: Offsets, *, follow: bool
) -> AsyncIterator[Received]:
    while follow or await _unread(consumer, places, ends):
        batches = await consumer.getmany(timeout_ms=500)
        for place, batch in sorted(batches.items()):
            for record in batch:
                if follow or record.offset < ends.get((place.topic, place.partition), 0):
                    yield Received(
                        record.topic,
                        record.partition,
                        record.offset,
                        record.timestamp / 1000,
                        record.key,
                        record.value,
                        tuple(record.headers),
                    )


async def _unread(consumer: AIOKafkaConsumer, places: list[TopicPartition], ends: Offsets) -> bool:
    return any([await consumer.position(place) < ends.get((place.topic, place.partition), 0) for place in places])


def _check_created(response: Any) -> None:
    for topic, code, *rest in response.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise BrokerError(f"topic {topic} was not created: error {code} {' '.join(str(part) for part in rest)}")

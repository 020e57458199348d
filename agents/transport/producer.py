"""The producer of an embedded broker: appends at once, and tells each sender when its record is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import DefaultRecordBatchBuilder
from faust.exceptions import ImproperlyConfigured, ProducerSendError
from faust.transport import base
from faust.types import TP, RecordMetadata

from agents.transport.log import LogError, Record
from agents.transport.topic_config import config_of, declared

if TYPE_CHECKING:
    from faust.types.core import HeadersArg

    from agents.transport.broker import Broker
    from agents.transport.memory import Transport

UNACKNOWLEDGED_BYTES = 32 * 1024 * 1024
"""Bytes that may wait to become durable before senders are made to wait too."""

_Sender: TypeAlias = tuple["asyncio.Future[RecordMetadata]", RecordMetadata, int]


class Producer(base.Producer):
    """Sends from the event loop of its app; keys lead to the partitions they lead to on Kafka."""

    def __post_init__(self) -> None:
        conf = self.app.conf
        if conf.producer_threaded or str(conf.processing_guarantee.value) == "exactly_once":
            raise ImproperlyConfigured("the embedded broker knows neither producer_threaded nor exactly_once")
        self._broker: Broker = cast("Transport", self.transport).broker
        self._partition_of = self.partitioner or DefaultPartitioner()
        self._unacknowledged = 0
        self._batch: asyncio.Future[None] | None = None
        self._senders: list[_Sender] = []
        self._held = False

    async def on_start(self) -> None:
        """Open the log."""
        self._broker.acquire()
        self._held = True
        await super().on_start()

    async def on_stop(self) -> None:
        """Send what is buffered and wait until it is durable."""
        await self.flush()
        await super().on_stop()

    async def on_shutdown(self) -> None:
        """Let go of the log."""
        await super().on_shutdown()
        if self._held:
            self._held = False
            await self._broker.release()

    async def send(  # noqa: PLR0913, PLR0917 - Faust's signature
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: HeadersArg | None,
        **_: Any,
    ) -> Awaitable[RecordMetadata]:
        """Append a record; the future is done when it is durable.

        Nothing is awaited before the record is in the log: Faust's buffer counts a record as sent when it takes
        it out, so a flush in between would miss it.
        """
        pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers or ())
        self.app.on_produce_message.send(
            key=key, value=value, partition=partition, timestamp=timestamp, headers=pairs if headers else headers
        )
        try:
            self._check_size(key, value, pairs)
            number = self._choose(topic, key, partition)
            stamp = int(timestamp * 1000.0) if timestamp else None
            record = self._broker.append((topic, number), key, value, tuple((k, v) for k, v in pairs), stamp)
        except LogError as error:
            raise ProducerSendError(f"Error while sending to {topic}: {error}") from error
        future = self._acknowledge(record)
        while self._unacknowledged > UNACKNOWLEDGED_BYTES and not future.done():
            await asyncio.wait({future})
        return future

    async def send_and_wait(self, *args: Any, **kwargs: Any) -> RecordMetadata:
        """Append a record and wait until it is durable."""
        return await (await self.send(*args, **kwargs))

    def _check_size(self, key: bytes | None, value: bytes | None, headers: list[Any]) -> None:
        size = DefaultRecordBatchBuilder.estimate_size_in_bytes(key, value, headers)
        if size > self.max_request_size:
            raise LogError(f"the record has {size} bytes, producer_max_request_size is {self.max_request_size}")

    def _choose(self, topic: str, key: bytes | None, partition: int | None) -> int:
        count = self._broker.partitions(topic)
        if count is None:
            if not self.app.conf.topic_allow_declare:
                raise LogError("no such topic, and topic_allow_declare is off")
            self._broker.create(topic, config_of(self.app, topic))
            count = cast("int", self._broker.partitions(topic))
        if partition is None:
            numbers = list(range(count))
            return cast("int", self._partition_of(key, numbers, numbers))
        if not 0 <= partition < count:
            raise LogError(f"partition {partition} does not exist, there are {count}")
        return partition

    def _acknowledge(self, record: Record) -> asyncio.Future[RecordMetadata]:
        slot = cast("Any", TP(record.topic, record.partition))
        done = RecordMetadata(record.topic, record.partition, slot, record.offset, record.timestamp, 0)
        future: asyncio.Future[RecordMetadata] = asyncio.get_running_loop().create_future()
        batch = self._broker.log.pending
        if batch is None:
            future.set_result(done)
            return future
        if batch is not self._batch:
            self._batch, self._senders = batch, []
            batch.add_done_callback(partial(self._resolve, self._senders))
        size = record.size
        self._unacknowledged += size
        self._senders.append((future, done, size))
        return future

    def _resolve(self, senders: list[_Sender], batch: asyncio.Future[None]) -> None:
        """Tell the senders of a batch whether it became durable."""
        error = batch.exception()
        for future, done, size in senders:
            self._unacknowledged -= size
            if future.done():
                continue
            if error is None:
                future.set_result(done)
            else:
                future.set_exception(ProducerSendError(f"Error while sending to {done.topic}: {error}"))
        if batch is self._batch:
            self._batch, self._senders = None, []

    async def flush(self) -> None:
        """Wait until everything sent, table changes included, is durable."""
        await self.buffer.flush()
        if self._broker.is_open:
            await self._broker.log.flush()

    async def create_topic(self, topic: str, partitions: int, replication: int, **options: Any) -> None:
        """Create a topic where it does not exist; another number of partitions than it has is an error."""
        if not self.app.conf.topic_allow_declare:
            self.log.warning("Topic creation disabled! Can't create topic %s", topic)
            return
        if replication > 1:
            self.log.debug("There is one copy of %s, not %d", topic, replication)
        self._broker.create(topic, declared(partitions, options))
        await self._broker.log.flush()

    def key_partition(self, topic: str, key: bytes) -> TP:
        """Say to which partition a key leads."""
        return TP(topic, self._choose(topic, key, None))

    def supports_headers(self) -> bool:
        """Records carry headers."""
        return True

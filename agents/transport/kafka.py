"""Faust's aiokafka transport with an idempotent producer, and a consumer that loses nothing in a rebalance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka.protocol.group import JoinGroupRequest
from faust.transport.drivers import aiokafka

from agents.transport.handover import HandoverConsumer
from agents.transport.idempotence import IdempotentProducer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faust.types import TP


class Consumer(HandoverConsumer, aiokafka.Consumer):
    """Faust's consumer, which commits before it gives partitions up and seeks before it reads new ones."""

    def is_member(self) -> bool:
        """Say whether the last answer of the coordinator knew this worker."""
        coordinator: Any = self._thread._ensure_consumer()._coordinator  # noqa: SLF001 - neither Faust nor aiokafka tells
        return coordinator is None or bool(coordinator.member_id != JoinGroupRequest.UNKNOWN_MEMBER_ID)

    async def _getmany(
        self,
        active_partitions: set[TP] | None,
        timeout: float,  # noqa: ASYNC109 - Faust's signature
    ) -> Mapping[TP, list[Any]]:
        """Fetch from the partitions that are active now, and give back what is not wanted by the time it comes.

        Faust hands the fetcher the living set, and to that an empty set means every partition; records of
        partitions that are not active it drops, and counts them as a gap in the log to be committed over.
        """
        asked = None if active_partitions is None else set(active_partitions)
        records: Mapping[TP, list[Any]] = await super()._getmany(asked, timeout)
        if active_partitions is None or not self.flow_active:
            return records
        wanted = active_partitions | self._buffered_partitions
        back = {tp: batch[0].offset for tp, batch in records.items() if batch and tp not in wanted}
        if back:
            await self._thread.call_thread(self._give_back, back)
        return {tp: batch for tp, batch in records.items() if tp not in back}

    async def _give_back(self, offsets: Mapping[TP, int]) -> None:
        """Go back to these offsets, never forward: recovery may have sought others meanwhile."""
        consumer: Any = self._thread._ensure_consumer()  # noqa: SLF001 - the thread has no other way to it
        for tp, offset in offsets.items():
            if tp in consumer.assignment() and await consumer.position(tp) > offset:
                consumer.seek(tp, offset)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go to the committed offsets, and to the beginning where there is none.

        Faust leaves a partition without a committed offset where it is. What was fetched from it while the flow stood
        still is dropped by Faust, so it would be skipped: never processed, and committed past with the next record.
        """
        offsets: Mapping[TP, int] = await super().seek_to_committed()
        missing = [tp for tp, offset in offsets.items() if not offset and not self._is_changelog_tp(tp)]
        if missing:
            await self.seek_wait(await self.earliest_offsets(*missing))
        return offsets


class Producer(IdempotentProducer):
    """An idempotent producer that creates topics where that is allowed, and says nothing where it is not."""

    async def create_topic(self, *args: Any, **options: Any) -> None:
        """Create a topic unless the app's topics are made by others."""
        if self.app.conf.topic_allow_declare:
            await super().create_topic(*args, **options)


class Transport(aiokafka.Transport):
    """The transport behind kafka:// urls."""

    Consumer = Consumer
    Producer = Producer

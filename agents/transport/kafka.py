"""Faust's aiokafka transport with an idempotent producer, and a consumer that loses nothing in a rebalance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from faust.transport.drivers import aiokafka

from agents.transport.handover import HandoverConsumer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faust.types import TP


class Consumer(HandoverConsumer, aiokafka.Consumer):
    """Faust's consumer, which commits before it gives partitions up and seeks before it reads new ones."""

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


class Producer(aiokafka.Producer):
    """A producer whose own retries neither repeat nor reorder records (acks=all, enable_idempotence)."""

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}


class Transport(aiokafka.Transport):
    """The transport behind kafka:// urls."""

    Consumer = Consumer
    Producer = Producer

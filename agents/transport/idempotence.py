"""An idempotent producer that survives a failed batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aiokafka.producer.transaction_manager import NO_PRODUCER_EPOCH, NO_PRODUCER_ID, PidAndEpoch
from aiokafka.util import create_future
from faust.exceptions import ProducerSendError
from faust.transport.drivers import aiokafka

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Mapping


class IdempotentProducer(aiokafka.Producer):
    """A producer whose own retries neither repeat nor reorder records (acks=all, enable_idempotence).

    A batch that fails for good has used up its sequence numbers. The broker then refuses all that follows in the
    partition as out of order, and aiokafka never asks for a new producer id as Kafka's own client does: without one
    nothing could be sent there again. A sender that has died cannot be helped and ends the worker.
    """

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}

    async def send(self, *args: Any, **options: Any) -> Future[Any]:
        """Hand a record over; the future resolves when the broker has it."""
        try:
            delivery = cast("Future[Any]", await super().send(*args, **options))
        except ProducerSendError as error:
            if self._sender_is_dead():
                await self.crash(error)
            raise
        delivery.add_done_callback(self._look_at)
        return delivery

    def _look_at(self, delivery: Future[Any]) -> None:
        if not delivery.cancelled() and delivery.exception() is not None:
            self._forget_producer_id()

    def _forget_producer_id(self) -> None:
        """Let the sender ask for a new id; batches that are under way keep the old one and its numbers."""
        manager: Any = getattr(self._producer, "_txn_manager", None)
        if manager is not None and manager.has_pid():
            manager._pid_and_epoch = PidAndEpoch(NO_PRODUCER_ID, NO_PRODUCER_EPOCH)  # noqa: SLF001 - aiokafka has no way to ask for it
            manager._pid_waiter = create_future()  # noqa: SLF001 - the old one is resolved
            manager._sequence_numbers.clear()  # noqa: SLF001 - a new id counts from 0

    def _sender_is_dead(self) -> bool:
        sender: Any = getattr(self._producer, "_sender", None)
        return sender is not None and sender.sender_task is not None and sender.sender_task.done()

"""Faust's aiokafka transport with an idempotent producer, and a consumer that loses nothing in a rebalance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from faust.transport.drivers import aiokafka

from agents.transport.handover import HandoverConsumer

if TYPE_CHECKING:
    from collections.abc import Mapping


class Consumer(HandoverConsumer, aiokafka.Consumer):
    """Faust's consumer, which commits before it gives partitions up and seeks before it reads new ones."""


class Producer(aiokafka.Producer):
    """A producer whose own retries neither repeat nor reorder records (acks=all, enable_idempotence)."""

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}


class Transport(aiokafka.Transport):
    """The transport behind kafka:// urls."""

    Consumer = Consumer
    Producer = Producer

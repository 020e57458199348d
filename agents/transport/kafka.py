"""Faust's aiokafka transport with an idempotent producer, which Faust itself has no setting for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from faust.transport.drivers import aiokafka

if TYPE_CHECKING:
    from collections.abc import Mapping


class Producer(aiokafka.Producer):
    """A producer whose own retries neither repeat nor reorder records (acks=all, enable_idempotence)."""

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}


class Transport(aiokafka.Transport):
    """The transport behind kafka:// urls."""

    Producer = Producer

"""Faust's transport for memory://name and sqlite:///file.db (relative; four slashes for an absolute path)."""

from __future__ import annotations

from faust.transport import base

from agents.transport import consumer, producer
from agents.transport.broker import Broker, broker_for


class Transport(base.Transport):
    """The embedded broker behind one URL; apps of a process that name the same URL share it."""

    Consumer = consumer.Consumer
    Producer = producer.Producer

    default_port = 0
    driver_version = "embedded"

    @property
    def broker(self) -> Broker:
        """The broker of the URL."""
        return broker_for(self.url[0])

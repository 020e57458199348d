"""Faust's transport for memory://name and sqlite:///file.db (relative; four slashes for an absolute path).

Apps of one process form real groups on it. What it does not have, against Kafka: sessions that expire (a process
that dies takes its broker along; one that hangs is put out after broker_rebalance_timeout), replicas and broker
faults, transactions, and a second process that writes (SQLite files can be read by any number). Records become
visible to the process at once, on Kafka once they are replicated; offsets are never committed before the records
that were sent earlier are durable. After a power cut SQLite may have lost the last moments, records and offsets
together, since the file is synchronised at its checkpoints only; after a kill nothing.
"""

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

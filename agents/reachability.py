"""Whether a broker is there at all: tells a broker that is away from a worker that hangs."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

KAFKA_PORT = 9092


def reachable(brokers: str, seconds: float = 1.0) -> bool:
    """Say whether one of `kafka://HOST:PORT[;kafka://...]` takes a connection; an embedded broker is always there."""
    for broker in brokers.split(";"):
        address = urlsplit(broker)
        if address.scheme != "kafka":
            return True
        try:
            socket.create_connection((address.hostname or "", address.port or KAFKA_PORT), timeout=seconds).close()
        except (OSError, ValueError):
            continue
        return True
    return False

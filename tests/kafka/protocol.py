"""Two requests of Kafka's protocol, enough to ask a broker whether it is ready, without a client."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

API_VERSIONS, METADATA = 18, 3
SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class ClusterView:
    """The cluster as one broker sees it; `controller` is -1 while there is none."""

    brokers: frozenset[int]
    controller: int


def view(host: str, port: int) -> ClusterView | None:
    """Ask for ApiVersions and Metadata; None while the broker does not answer."""
    try:
        with socket.create_connection((host, port), timeout=SECONDS) as connection:
            error = struct.unpack_from(">h", _ask(connection, API_VERSIONS, 0, b""))[0]
            # Version 1 with an empty list of topics: brokers and controller only.
            return None if error else _view(_ask(connection, METADATA, 1, struct.pack(">i", 0)))
    except (OSError, struct.error):
        return None


def _ask(connection: socket.socket, api: int, version: int, body: bytes) -> bytes:
    client = b"khabar-tests"
    request = struct.pack(f">hhih{len(client)}s", api, version, 1, len(client), client) + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    size = struct.unpack(">i", _read(connection, 4))[0]
    return _read(connection, size)[4:]


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError("closed")
        data += part
    return data


def _view(body: bytes) -> ClusterView:
    count, offset = struct.unpack_from(">i", body)[0], 4
    brokers = []
    for _ in range(count):
        brokers.append(struct.unpack_from(">i", body, offset)[0])
        offset = _after_string(body, offset + 4) + 4  # host, port
        offset = _after_string(body, offset)  # rack
    return ClusterView(frozenset(brokers), struct.unpack_from(">i", body, offset)[0])


def _after_string(body: bytes, offset: int) -> int:
    return offset + 2 + max(0, int(struct.unpack_from(">h", body, offset)[0]))

"""librdkafka's mock cluster, from the library inside the confluent-kafka wheel: brokers that err when told to.

It speaks the protocol over TCP and keeps groups, but does not create topics on request, forgets everything at its end,
and takes one worker: what it cannot do is tested on real brokers.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Iterable, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any, Self

from confluent_kafka import Consumer, TopicPartition

from agents.broker import Received

POINTER, TEXT, NUMBER = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
PRODUCER, ERROR_LENGTH = 0, 512
SIGNATURES: Mapping[str, tuple[Any, tuple[Any, ...]]] = {
    "rd_kafka_conf_new": (POINTER, ()),
    "rd_kafka_new": (POINTER, (NUMBER, POINTER, TEXT, ctypes.c_size_t)),
    "rd_kafka_destroy": (None, (POINTER,)),
    "rd_kafka_mock_cluster_new": (POINTER, (POINTER, NUMBER)),
    "rd_kafka_mock_cluster_destroy": (None, (POINTER,)),
    "rd_kafka_mock_cluster_bootstraps": (TEXT, (POINTER,)),
    "rd_kafka_mock_topic_create": (NUMBER, (POINTER, TEXT, NUMBER, NUMBER)),
    "rd_kafka_mock_broker_set_down": (NUMBER, (POINTER, ctypes.c_int32)),
    "rd_kafka_mock_broker_set_up": (NUMBER, (POINTER, ctypes.c_int32)),
    "rd_kafka_mock_broker_set_rtt": (NUMBER, (POINTER, ctypes.c_int32, NUMBER)),
    "rd_kafka_mock_partition_set_leader": (NUMBER, (POINTER, TEXT, ctypes.c_int32, ctypes.c_int32)),
    "rd_kafka_mock_coordinator_set": (NUMBER, (POINTER, TEXT, TEXT, ctypes.c_int32)),
    "rd_kafka_mock_push_request_errors_array": (None, (POINTER, ctypes.c_int16, ctypes.c_size_t, POINTER)),
    "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, (POINTER, ctypes.c_int32)),
}


class Request(IntEnum):
    """Requests of the protocol that may fail."""

    PRODUCE = 0
    FETCH = 1
    OFFSET_COMMIT = 8
    HEARTBEAT = 12


class Error(IntEnum):
    """Errors of brokers."""

    NOT_LEADER = 6
    REQUEST_TIMED_OUT = 7
    NETWORK = 13
    COORDINATOR_LOADING = 14
    NOT_COORDINATOR = 16
    NOT_ENOUGH_REPLICAS = 19
    TOPIC_AUTHORIZATION_FAILED = 29
    UNKNOWN_SERVER_ERROR = -1


def library() -> ctypes.CDLL:
    """Load librdkafka with the functions used here."""
    spec = importlib.util.find_spec("confluent_kafka")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent.parent / "confluent_kafka.libs"
    loaded = ctypes.CDLL(str(next(iter(sorted(folder.glob("librdkafka*.so*"))))))
    for name, (result, arguments) in SIGNATURES.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    return loaded


class MockCluster:
    """Brokers counted from 1 in this process, each topic with all its partitions on each of them."""

    def __init__(self, brokers: int, topics: Mapping[str, int]) -> None:
        """Start brokers that have these topics, with so many partitions each."""
        self._library = library()
        message = ctypes.create_string_buffer(ERROR_LENGTH)
        self._client = self._library.rd_kafka_new(PRODUCER, self._library.rd_kafka_conf_new(), message, ERROR_LENGTH)
        self._cluster = self._library.rd_kafka_mock_cluster_new(self._client, brokers)
        self._ask("group_initial_rebalance_delay_ms", 100)
        for name, partitions in topics.items():
            self._ask("topic_create", name.encode(), partitions, brokers)
        self.topics = dict(topics)
        self.bootstrap: str = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()

    @property
    def url(self) -> str:
        """The address as a broker setting."""
        return ";".join(f"kafka://{one}" for one in self.bootstrap.split(","))

    def __enter__(self) -> Self:
        """Be used in a `with` statement."""
        return self

    def __exit__(self, *exc: object) -> None:
        """End the brokers."""
        self._library.rd_kafka_mock_cluster_destroy(self._cluster)
        self._library.rd_kafka_destroy(self._client)

    def down(self, broker: int) -> None:
        """Refuse all connections of a broker."""
        self._ask("broker_set_down", broker)

    def up(self, broker: int) -> None:
        """Take connections again."""
        self._ask("broker_set_up", broker)

    def slow(self, broker: int, milliseconds: int) -> None:
        """Let every answer of a broker take so long."""
        self._ask("broker_set_rtt", broker, milliseconds)

    def lead(self, topic: str, partition: int, broker: int) -> None:
        """Make a broker the leader of a partition."""
        self._ask("partition_set_leader", topic.encode(), partition, broker)

    def coordinate(self, group: str, broker: int) -> None:
        """Make a broker the coordinator of a group."""
        self._ask("coordinator_set", b"group", group.encode(), broker)

    def fail(self, request: Request, errors: Iterable[Error]) -> None:
        """Answer the next requests of a kind with these errors."""
        given = [int(error) for error in errors]
        array = (ctypes.c_int * len(given))(*given)
        self._ask("push_request_errors_array", int(request), len(given), ctypes.cast(array, POINTER))

    def read(self, topic: str) -> list[Received]:
        """Return everything on a topic, partition by partition."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "reader", "enable.auto.commit": False})
        found: list[Received] = []
        try:
            for partition in range(self.topics[topic]):
                first, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
                consumer.assign([TopicPartition(topic, partition, first)])
                while first < end:
                    message = consumer.poll(10)
                    assert message is not None, f"{topic}[{partition}]@{first} of {end} cannot be read"
                    assert message.error() is None, message.error()
                    headers = tuple((name, bytes(value or b"")) for name, value in message.headers() or ())
                    at = message.timestamp()[1] / 1000
                    found.append(
                        Received(topic, partition, message.offset(), at, message.key(), message.value(), headers)
                    )
                    first = message.offset() + 1
        finally:
            consumer.close()
        return found

    def _ask(self, function: str, *arguments: object) -> None:
        error = getattr(self._library, f"rd_kafka_mock_{function}")(self._cluster, *arguments)
        assert not error, f"{function}{arguments}: error {error}"

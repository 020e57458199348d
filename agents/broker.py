"""What the commands ask of a broker, whichever it is: topics, offsets and records. Agents go through Faust instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence

    from agents.config import Settings
    from agents.delivery import Outbound
    from schemas.topics import TopicSpec

Offsets = dict[tuple[str, int], int]
EX_CONFIG = 78


class BrokerError(RuntimeError):
    """The broker cannot be reached or refuses; the message says what to do."""


class RefusedError(BrokerError):
    """A broker and we do not accept each other: wrong settings, which no waiting mends."""


def exit_code(error: Exception, otherwise: int) -> int:
    """Return the exit code for an error: 78 where the settings are wrong, `otherwise` where waiting may help."""
    return EX_CONFIG if isinstance(error, RefusedError) else otherwise


@dataclass(frozen=True, slots=True)
class Received:
    """A record read from a topic; `timestamp` in seconds since 1970."""

    topic: str
    partition: int
    offset: int
    timestamp: float
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Start:
    """Where to read from: the beginning, the end, given offsets by partition, or a time in seconds since 1970."""

    at: Literal["beginning", "end"] | Mapping[int, int] | float = "beginning"


class Broker(Protocol):
    """A client for one broker; use it as an asynchronous context manager."""

    async def __aenter__(self) -> Self:
        """Connect."""
        ...

    async def __aexit__(self, *exc: object) -> None:
        """Disconnect."""
        ...

    async def create_topics(self, specs: Iterable[TopicSpec], changelogs: Mapping[str, int]) -> list[str]:
        """Create what is missing; returns the names created."""
        ...

    async def send(self, records: Sequence[Outbound]) -> None:
        """Write records, in order for each partition, and return when all are durable.

        Raises:
            BrokerError: one of them was not taken; others may have been.
        """
        ...

    async def partitions(self) -> dict[str, int]:
        """Return the topics that exist and their numbers of partitions."""
        ...

    async def first_offsets(self, topics: Iterable[str]) -> Offsets:
        """Return the offset of the earliest record of every partition, the end where there is none."""
        ...

    async def end_offsets(self, topics: Iterable[str]) -> Offsets:
        """Return the offset after the last record of every partition."""
        ...

    async def committed(self, group: str, topics: Iterable[str]) -> Offsets:
        """Return the offsets a group has committed; partitions without one are absent."""
        ...

    async def changed(self, wait: float) -> None:
        """Return when something may have been committed or written, after `wait` seconds at the latest."""
        ...

    def records(self, topic: str, start: Start, *, follow: bool) -> AsyncGenerator[Received, None]:
        """Read a topic; without `follow` up to the end as it was at the call."""
        ...


def connect(settings: Settings) -> Broker:
    """Return a client for the broker of the settings."""
    if settings.embedded:
        from agents.embedded import EmbeddedBroker

        return EmbeddedBroker(settings)
    from agents.kafka import KafkaBroker

    return KafkaBroker(settings)

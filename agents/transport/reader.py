"""Read a topic of an embedded broker without an app: in this process by notification, of another by looking often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import closing
from heapq import merge
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from agents.transport import sqlite_schema as schema
from agents.transport.broker import Broker, broker_for
from agents.transport.log import Record, Slot, UnknownTopicError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

Start: TypeAlias = Mapping[int, int] | Literal["beginning", "end"]

BATCH = 500
BATCH_BYTES = 4 * 1024 * 1024
POLL_INTERVAL = 0.1
"""Seconds between two looks at a file that another process writes; a look is one PRAGMA data_version."""


async def read_topic(url: str, topic: str, *, start: Start = "end", follow: bool = True) -> AsyncIterator[Record]:
    """Yield the records of a topic in order per partition, until this process closes the log, else for ever.

    Args:
        url: memory://name or sqlite:///file.db; a file may be written by another process.
        topic: A topic that exists; UnknownTopicError otherwise.
        start: "beginning", "end", or an offset by partition; partitions without one begin at their end.
        follow: Without it the reading ends once there is nothing more.
    """
    broker = broker_for(url)
    if broker.is_open or urlsplit(url).scheme == "memory":
        async for record in _read_here(broker, topic, start, follow=follow):
            yield record
        return
    with closing(schema.connect(_path(url), write=False)) as database:
        async for record in _read_elsewhere(database, topic, start, follow=follow):
            yield record


def end_offsets(url: str, topic: str) -> dict[int, int]:
    """Return the next offset of every partition; UnknownTopicError where there is no such topic."""
    broker = broker_for(url)
    if broker.is_open or urlsplit(url).scheme == "memory":
        return broker.end_offsets(topic)
    with closing(schema.connect(_path(url), write=False)) as database:
        return {slot[1]: extent.end for slot, extent in _extents(database, topic).items()}


def first_offsets(url: str, topic: str) -> dict[int, int]:
    """Return the earliest offset of every partition; UnknownTopicError where there is no such topic."""
    broker = broker_for(url)
    if broker.is_open or urlsplit(url).scheme == "memory":
        return broker.beginning_offsets(topic)
    with closing(schema.connect(_path(url), write=False)) as database:
        return {slot[1]: extent.base for slot, extent in _extents(database, topic).items()}


def partitions(url: str) -> dict[str, int]:
    """Return the topics of a broker and their numbers of partitions."""
    broker = broker_for(url)
    if broker.is_open or urlsplit(url).scheme == "memory":
        return {name: config.partitions for name, config in broker.topics().items()}
    with closing(schema.connect(_path(url), write=False)) as database:
        slots = sorted(schema.read_partitions(database))
    return {topic: sum(1 for slot in slots if slot[0] == topic) for topic, _ in slots}


def committed(url: str, group: str) -> dict[Slot, int]:
    """Return the offsets a group has committed."""
    broker = broker_for(url)
    if broker.is_open or urlsplit(url).scheme == "memory":
        return broker.committed(group)
    with closing(schema.connect(_path(url), write=False)) as database:
        return schema.read_committed(database).get(group, {})


def _path(url: str) -> Path:
    parts = urlsplit(url)
    return schema.database_path(unquote(parts.netloc + parts.path))


def _extents(database: sqlite3.Connection, topic: str) -> dict[Slot, schema.Extent]:
    extents = {slot: extent for slot, extent in sorted(schema.read_partitions(database).items()) if slot[0] == topic}
    if not extents:
        raise UnknownTopicError(f"no topic {topic!r}")
    return extents


def _positions(start: Start, begins: Mapping[int, int], ends: Mapping[int, int]) -> dict[int, int]:
    if start == "beginning":
        return dict(begins)
    return {number: end if start == "end" else start.get(number, end) for number, end in ends.items()}


async def _read_here(broker: Broker, topic: str, start: Start, *, follow: bool) -> AsyncIterator[Record]:
    positions = _positions(start, broker.beginning_offsets(topic), broker.end_offsets(topic))
    while broker.is_open:
        found = _next(positions, lambda number, at: broker.read((topic, number), at, BATCH, BATCH_BYTES))
        for record in found:
            yield record
        if not found and not follow:
            return
        if not found:
            await broker.changed()


async def _read_elsewhere(
    database: sqlite3.Connection, topic: str, start: Start, *, follow: bool
) -> AsyncIterator[Record]:
    extents = _extents(database, topic)
    begins = {slot[1]: extent.base for slot, extent in extents.items()}
    positions = _positions(start, begins, {slot[1]: extent.end for slot, extent in extents.items()})

    def read(number: int, at: int) -> Sequence[Record]:
        slot = (topic, number)
        return schema.read_records(schema.select_records(database, extents[slot].row, at, BATCH), slot, BATCH_BYTES)

    seen = None
    while True:
        version = database.execute("PRAGMA data_version").fetchone()[0]
        found = _next(positions, read) if version != seen else []
        for record in found:
            yield record
        if not found and not follow:
            return
        if not found:
            seen = version
            await asyncio.sleep(POLL_INTERVAL)


def _next(positions: dict[int, int], read: Callable[[int, int], Sequence[Record]]) -> list[Record]:
    """Read on in every partition, and merge what came by time without changing the order within a partition."""
    batches = [read(number, at) for number, at in sorted(positions.items())]
    for batch in batches:
        if batch:
            positions[batch[0].partition] = batch[-1].offset + 1
    return list(merge(*batches, key=lambda record: record.timestamp))

"""Records on their way into the database: gathered for a time, and what is left of them once each id is settled."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from pipeline.export.columns import Cell, row
from schemas.codec import DecodeError, build, decode, encode
from schemas.event import Event

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from agents.broker import Received

logger = logging.getLogger("khabar.sink")

# A batch is written when it has so many records or bytes, or its first record has waited so many seconds.
MOST_RECORDS, MOST_BYTES, LONGEST = 500, 8 * 1024 * 1024, 0.5


@dataclass(slots=True)
class Batch:
    """What a run of records comes to.

    Attributes:
        deleted: ids that had a tombstone; they are deleted before events are written.
        events: the latest revision of each id since its tombstone.
        places: by partition the next offset, and the broker's time of the record before it in seconds.
    """

    deleted: set[str] = field(default_factory=set)
    events: dict[str, Event] = field(default_factory=dict)
    places: dict[int, tuple[int, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Received]) -> Batch:
        """Settle records in their order; one that cannot be read is logged and passed over."""
        batch = cls()
        for received in records:
            batch.places[received.partition] = (received.offset + 1, received.timestamp)
            if received.value is not None:
                batch._put(received)
            elif received.key is not None:
                event_id = _text(received.key.decode("utf-8", "replace"))
                batch.events.pop(event_id, None)
                batch.deleted.add(event_id)
        return batch

    def _put(self, received: Received) -> None:
        try:
            event = without_nul(decode(Event, received.value))
        except DecodeError as error:
            at = {"partition": received.partition, "offset": received.offset}
            logger.warning("passed over: no event", extra={**at, "why": error})
            return
        held = self.events.get(event.event_id)
        if held is None or held.revision < event.revision:
            self.events[event.event_id] = event


async def gathered(records: AsyncGenerator[Received, None]) -> AsyncGenerator[list[Received], None]:
    """Yield records in batches that are bounded by number, bytes and time."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Task[Received | None] | None = None
    ended = False
    try:
        while not ended:
            batch: list[Received] = []
            size, due = 0, None
            while len(batch) < MOST_RECORDS and size < MOST_BYTES:
                waiting = waiting or asyncio.create_task(anext(records, None))
                done, _ = await asyncio.wait({waiting}, timeout=None if due is None else max(0.0, due - loop.time()))
                if not done:
                    break
                received, waiting = waiting.result(), None
                if received is None:
                    ended = True
                    break
                batch.append(received)
                size += len(received.value or b"")
                due = loop.time() + LONGEST if due is None else due
            if batch:
                yield batch
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)


def values(event: Event) -> list[Any]:
    """Give the cells of an event in the order of the table's columns, all but the time of writing."""
    return [_parameter(cell) for cell in row(event)] + [encode(event).decode()]


def _parameter(cell: Cell) -> Any:
    # A tuple would be taken for a row.
    return list(cell) if isinstance(cell, tuple) else cell


def without_nul(event: Event) -> Event:
    """Replace NUL, which PostgreSQL's text cannot hold, by U+FFFD, one for one, so that offsets hold."""
    data = encode(event)
    # In JSON a NUL is always written so.
    return build(Event, _cleaned(orjson.loads(data))) if b"\\u0000" in data else event


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return _text(value)
        case list():
            return [_cleaned(one) for one in value]
        case dict():
            return {name: _cleaned(one) for name, one in value.items()}
        case _:
            return value


def _text(text: str) -> str:
    return text.replace("\0", "\ufffd")

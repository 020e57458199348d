"""The final view of a topic: the last revision of every id, whatever the broker has compacted already.

Records wait in a file without a name, so memory holds the ids alone.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from agents.broker import Start, connect
from agents.client import RECORDS
from pipeline.subscription.times import moment
from schemas.codec import DecodeError, decode
from schemas.event import Event, Mention

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from agents.config import Settings
    from pipeline.subscription.where import Where


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: a filter, the time of report from `since` up to but without `until`, and those that ended."""

    where: Where
    since: datetime | None = None
    until: datetime | None = None
    ended: bool = False

    def holds(self, record: Event | Mention) -> bool:
        """Say whether a record is wanted."""
        if isinstance(record, Event) and record.status != "active" and not self.ended:
            return False
        return self._in_time(record) and self.where.holds(record)

    def _in_time(self, record: Event | Mention) -> bool:
        """Say whether a record was reported in the time; without a time of report only where none is asked for."""
        if self.since is None and self.until is None:
            return True
        first, last = _reported(record)
        if first is None or last is None:
            return False
        return (self.since is None or last >= self.since) and (self.until is None or first < self.until)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file a record is, and by what the records are put in order."""

    revision: int
    seen: str
    at: int
    length: int


class Snapshot:
    """The last revision of every record of a topic; use it as a context manager."""

    def __init__(self, topic: str) -> None:
        """Hold nothing yet."""
        self._topic = topic
        self._kind: type[Any] = RECORDS[topic]
        self._file = tempfile.TemporaryFile(prefix="khabar-export-")  # noqa: SIM115 - closed with the snapshot
        self._places: dict[str, _Place] = {}
        self.refused = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

    async def take(self, settings: Settings) -> None:
        """Read the topic up to its end as it is now."""
        async with connect(settings) as broker:
            async for received in broker.records(self._topic, Start("beginning"), follow=False):
                if received.value is None:
                    self._places.pop((received.key or b"").decode("utf-8", "replace"), None)
                else:
                    self._put(received.value)

    def _put(self, value: bytes) -> None:
        try:
            record: Event | Mention = decode(self._kind, value)
        except DecodeError:
            self.refused += 1
            return
        name, revision, seen = _identity(record)
        known = self._places.get(name)
        if known is None or known.revision < revision:
            self._places[name] = _Place(revision, seen or "", self._file.tell(), len(value))
            self._file.write(value)

    def records(self, wanted: Wanted) -> Iterator[Any]:
        """Yield what is wanted, by the time it was last reported and then by id."""
        for _, place in sorted(self._places.items(), key=lambda item: (item[1].seen, item[0])):
            self._file.seek(place.at)
            record: Event | Mention = decode(self._kind, self._file.read(place.length))
            if wanted.holds(record):
                yield record


def _identity(record: Event | Mention) -> tuple[str, int, str | None]:
    if isinstance(record, Mention):
        return record.mention_id, record.article_version, record.published
    return record.event_id, record.revision, record.last_seen


def _reported(record: Event | Mention) -> tuple[datetime | None, datetime | None]:
    texts = (record.published,) * 2 if isinstance(record, Mention) else (record.first_seen, record.last_seen)
    first, last = (moment(text) for text in texts)
    return first.start if first else None, last.start if last else None

"""What the poller remembers of a feed, as a record of news.feeds: a poller on a new host begins where the last one was.

Beside the record of a feed's health (key: its address), sent at every poll, stands one of its memory (key: the address
and `#memory`), sent before the health when a poll taught something new. The topic is compacted, so both stay.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from agents.poller.hosts import host_name
from agents.poller.state import Stored, dump_state, load_state
from pipeline.feeds.identity import Seen, dump_seen, load_seen
from pipeline.feeds.schedule import FeedState
from schemas.codec import DecodeError, decode
from schemas.feed import FeedStatus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from agents.broker import Received
    from agents.poller.state import StateStore
    from pipeline.feeds.catalog import FeedSpec

# Characters of a record; the broker takes a million bytes.
LONGEST = 600_000
_LARGEST = 64 * 1024 * 1024


def has_learned(before: Seen, after: Seen) -> bool:
    """Say whether a poll taught something that must not be forgotten: a key, an article, a version."""
    if after is before:
        return False
    versions = ({uri: known.version for uri, known in seen.articles.items()} for seen in (before, after))
    return before.keys != after.keys or next(versions) != next(versions)


def pack(stored: Stored) -> str:
    """Write what is remembered as text; of very much, the articles seen last."""
    seen = stored.seen
    while len(text := _packed(stored, seen)) > LONGEST:
        seen = _newest(seen, len(seen.articles) // 2)
    return text


def unpack(text: str) -> Stored:
    """Read what `pack` wrote.

    Raises:
        ValueError: the text is something else.
    """
    try:
        press = zlib.decompressobj()
        value = orjson.loads(press.decompress(base64.b64decode(text, validate=True), _LARGEST))
        return Stored(value["url"], load_state(orjson.dumps(value["state"])), load_seen(orjson.dumps(value["seen"])))
    except (zlib.error, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"no memory of a feed: {error}") from error


async def restore(records: AsyncIterator[Received], store: StateStore, feeds: Iterable[FeedSpec]) -> int:
    """Take over what the topic knows better than the store, for these feeds; returns for how many."""
    wanted = {spec.id for spec in feeds}
    known: dict[str, _Known] = {}
    async for record in records:
        try:
            status = decode(FeedStatus, record.value or b"")
        except DecodeError:
            continue
        if status.feed_id in wanted:
            known[status.feed_id] = known.get(status.feed_id, _Known()).with_record(status)
    return sum(_take_over(feed_id, one, store) for feed_id, one in sorted(known.items()))


@dataclass(frozen=True, slots=True)
class _Known:
    """The latest records of a feed: `health` of any kind, `memory` of its own."""

    health: FeedStatus | None = None
    memory: FeedStatus | None = None

    def with_record(self, status: FeedStatus) -> _Known:
        health = status if self.health is None or status.last_polled >= self.health.last_polled else self.health
        return _Known(health, status if status.memory else self.memory)


def _take_over(feed_id: str, known: _Known, store: StateStore) -> bool:
    health = known.health
    if health is None or not (polled := _time(health.last_polled)):
        return False
    old = store.get(feed_id)
    if old is not None and old.state.last_polled is not None and old.state.last_polled >= polled:
        return False
    store.commit(feed_id, _stored(known, health))
    until = _time(health.next_poll)
    if health.state == "throttled" and until is not None:
        store.silence(host_name(health.url), until)
    return True


def _stored(known: _Known, health: FeedStatus) -> Stored:
    """Put memory and health together; without memory the document is asked for anew, and its items are new."""
    try:
        memory = unpack(known.memory.memory) if known.memory and known.memory.memory else None
    except ValueError:
        memory = None
    state = replace(
        memory.state if memory else FeedState(),
        last_polled=_time(health.last_polled),
        last_ok=_time(health.last_ok) if memory else None,
        next_poll=_time(health.next_poll),
        interval=health.interval,
        errors=health.errors_in_a_row,
        last_error=health.error,
        etag=health.etag if memory else None,
        last_modified=health.last_modified if memory else None,
    )
    return Stored(memory.url if memory else health.url, state, memory.seen if memory else Seen())


def _packed(stored: Stored, seen: Seen) -> str:
    parts = {
        "url": stored.url,
        "state": orjson.Fragment(dump_state(stored.state)),
        "seen": orjson.Fragment(dump_seen(seen)),
    }
    return base64.b64encode(zlib.compress(orjson.dumps(parts), 1)).decode("ascii")


def _newest(seen: Seen, most: int) -> Seen:
    order = sorted(seen.articles.items(), key=lambda item: (-item[1].last, item[0]))
    kept = dict(sorted(order[:most]))
    return replace(seen, articles=kept, keys={key: uri for key, uri in seen.keys.items() if uri in kept})


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        return None

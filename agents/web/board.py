"""What the page shows: the latest revision of the newest events, their mentions and articles, all bounded."""

from __future__ import annotations

import asyncio
import secrets
import zlib
from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from operator import itemgetter
from typing import TYPE_CHECKING

import orjson

from schemas.article import received
from schemas.codec import DecodeError, decode, encode
from schemas.event import Event, Mention

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = 5_000
MENTION_BYTES = 64 * 1024 * 1024
ARTICLE_BYTES = 64 * 1024 * 1024
# An article's text is kept up to here: evidence further in is shown without what stands around it.
ARTICLE_LIMIT = 200_000
MENTIONS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as last revised; `body` is its JSON in the API, `seq` grows with every change of the board."""

    seq: int
    arrived: float
    event: Event
    body: bytes


class Shelf:
    """Bytes by key, not more than `limit` in all; what was put first goes first."""

    def __init__(self, limit: int) -> None:
        """Hold at most `limit` bytes."""
        self._limit = limit
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._held)

    def put(self, key: str, value: bytes) -> None:
        """Keep a value in place of an earlier one."""
        self.size += len(value) - len(self._held.pop(key, b""))
        self._held[key] = value
        while self.size > self._limit:
            self.size -= len(self._held.popitem(last=False)[1])

    def get(self, key: str) -> bytes | None:
        """Return the value of a key, None where it was never put or has gone."""
        return self._held.get(key)


class Board:
    """The newest events by the order in which they came; a revision takes the place of the one before."""

    def __init__(self, events: int = EVENTS, mentions: int = MENTION_BYTES, articles: int = ARTICLE_BYTES) -> None:
        """Hold at most so many events, and so many bytes of mentions and of articles."""
        self.limit = events
        # Numbers of another process mean other events: a reader that brings them begins anew.
        self.run = secrets.token_hex(4)
        self.seq = 0
        self.changed = asyncio.Event()
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._mentions, self._articles = Shelf(mentions), Shelf(articles)

    def __len__(self) -> int:
        return len(self._entries)

    def take_event(self, value: bytes, arrived: float) -> None:
        """Put an event on the board, unless this revision or a later one is there; `arrived` in seconds since 1970.

        Raises:
            DecodeError: the value is no event.
        """
        event = decode(Event, value)
        known = self._entries.get(event.event_id)
        if known is not None and known.event.revision >= event.revision:
            return
        self.seq += 1
        about = {"seq": self.seq, "arrived": rfc3339(arrived), "event": orjson.Fragment(encode(event))}
        self._entries[event.event_id] = Entry(self.seq, arrived, event, orjson.dumps(about))
        self._entries.move_to_end(event.event_id)
        if len(self._entries) > self.limit:
            self._entries.popitem(last=False)
        self.changed.set()
        self.changed = asyncio.Event()

    def take_mention(self, value: bytes) -> None:
        """Keep a mention.

        Raises:
            DecodeError: the value is no mention.
        """
        mention = decode(Mention, value)
        # What is taken back is seen at its event; the evidence it once had is still worth a look.
        if not mention.withdrawn:
            self._mentions.put(mention.mention_id, value)

    def take_article(self, value: bytes) -> None:
        """Keep the text of a judged article as received; the rest of the record is not looked at.

        Raises:
            DecodeError: there is no article in it.
        """
        try:
            article = orjson.loads(value)["article"]
            key, text = str(article["uri"]), received(article["title"], article["text"])
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise DecodeError("decode", f"no judged article: {error}") from None
        self._articles.put(key, zlib.compress(text[:ARTICLE_LIMIT].encode("utf-8", "replace"), 1))

    def since(self, seq: int, limit: int) -> list[Entry]:
        """Return what has changed after a number, oldest first, at most `limit` entries."""
        newer = takewhile(lambda entry: entry.seq > seq, reversed(self._entries.values()))
        return list(newer)[::-1][:limit]

    def newest(self) -> Iterator[Entry]:
        """Yield all entries, newest first."""
        return iter(reversed(self._entries.values()))

    def find(self, event_id: str) -> Entry | None:
        """Return an event by its id."""
        return self._entries.get(event_id)

    def mentions(self, event: Event) -> list[Mention]:
        """Return the mentions of an event that are here: first the surest of every article, by language."""
        bodies = (self._mentions.get(key) for key in event.mention_ids)
        found = [decode(Mention, body) for body in bodies if body is not None]
        told: Counter[str] = Counter()
        ranked: list[tuple[int, str, Mention]] = []
        for one in sorted(found, key=lambda one: (-one.confidence, one.mention_id)):
            ranked.append((told[one.article_id], one.language, one))
            told[one.article_id] += 1
        return [one for *_, one in sorted(ranked, key=itemgetter(0, 1))[:MENTIONS_SHOWN]]

    def text(self, article_id: str) -> str | None:
        """Return an article as received, None where it is not here."""
        packed = self._articles.get(article_id)
        return None if packed is None else zlib.decompress(packed).decode("utf-8")


def rfc3339(seconds: float) -> str:
    """Write a time as RFC 3339 UTC with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

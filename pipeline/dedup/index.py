"""The articles of one partition that are in the window, findable by uri, address, text and passages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.dedup.packing import packed_entry, unpacked_entry
from pipeline.dedup.postings import Flags, Hashes, Postings
from pipeline.dedup.state import HOUR, Seen, expired

if TYPE_CHECKING:
    from collections import Counter

# Articles leave the window only where there are more than the least: a small backfill of any years stays whole.
LEAST_ENTRIES, MOST_ENTRIES = 20_000, 500_000
# So many articles are remembered for one address or one text hash: the first ones are enough to know it by.
HOLDERS = 8
REPEATED_FROM = 3
FRESH_ENTRIES = 512


class SeenIndex(MutableMapping[str, Seen]):
    """State of the dedup stage, entries by uri, with everything needed to find them.

    It is filled by setting entries, in any order, and says the same whatever the order was.
    """

    def __init__(self, entries: Mapping[str, Seen] | None = None) -> None:
        self._entries: dict[str, bytes] = {}
        self._fresh: dict[str, Seen] = {}
        self._postings = Postings()
        self._by_url: dict[str, tuple[str, ...]] = {}
        self._by_text: dict[str, tuple[str, ...]] = {}
        self._by_hour: dict[int, dict[str, None]] = {}
        self._clock: int | None = None
        for uri, entry in (entries or {}).items():
            self[uri] = entry

    def __getitem__(self, uri: str) -> Seen:
        entry = self._fresh.get(uri)
        return self._refreshed(uri, unpacked_entry(self._entries[uri])) if entry is None else entry

    def __setitem__(self, uri: str, entry: Seen) -> None:
        old = self.get(uri)
        self._entries[uri] = packed_entry(entry)
        self._refreshed(uri, entry)
        self._clock = entry.arrived if self._clock is None else max(self._clock, entry.arrived)
        if old is not None:
            if _is_found_alike(old, entry):
                return
            self._unlink(uri, old)
        self._link(uri, entry)

    def __delitem__(self, uri: str) -> None:
        entry = self[uri]
        del self._entries[uri], self._fresh[uri]
        self._unlink(uri, entry)

    def __contains__(self, uri: object) -> bool:
        return uri in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def clock(self) -> int | None:
        """The latest arrival, by which articles expire; None before the first."""
        return self._clock

    def with_url(self, url: str | None) -> tuple[str, ...]:
        """Return articles with this canonical address."""
        return self._by_url.get(url, ()) if url else ()

    def with_text(self, text_key: str) -> tuple[str, ...]:
        """Return articles with the same letters."""
        return self._by_text.get(text_key, ()) if text_key else ()

    def sharing(self, hashes: Hashes) -> tuple[Counter[str], Flags]:
        """Return which articles share how many hashes, and which hashes are boilerplate, held by too many articles."""
        return self._postings.find(hashes, REPEATED_FROM)

    def stale(self, clock: int, most: int) -> list[str]:
        """Return up to `most` articles to forget: out of the window, or too many."""
        spare, over = len(self._entries) - LEAST_ENTRIES, len(self._entries) - MOST_ENTRIES
        found: list[str] = []
        for hour in sorted(self._by_hour) if spare > 0 else ():
            room = min(most, spare if expired(hour * HOUR, clock) else over) - len(found)
            found += islice(self._by_hour[hour], max(room, 0))
        return found

    def _refreshed(self, uri: str, entry: Seen) -> Seen:
        """Keep an entry at hand; the one kept longest makes room."""
        self._fresh.pop(uri, None)
        self._fresh[uri] = entry
        if len(self._fresh) > FRESH_ENTRIES:
            del self._fresh[next(iter(self._fresh))]
        return entry

    def _link(self, uri: str, entry: Seen) -> None:
        if entry.is_compared:
            self._postings.add(uri, entry.hashes, new=entry.is_new)
        if entry.canonical_url:
            _add(self._by_url, entry.canonical_url, uri)
        if entry.text_key:
            _add(self._by_text, entry.text_key, uri)
        self._by_hour.setdefault(entry.arrived // HOUR, {})[uri] = None

    def _unlink(self, uri: str, entry: Seen) -> None:
        if entry.is_compared:
            self._postings.discard(uri)
        if entry.canonical_url:
            _remove(self._by_url, entry.canonical_url, uri)
        if entry.text_key:
            _remove(self._by_text, entry.text_key, uri)
        hour = self._by_hour[entry.arrived // HOUR]
        del hour[uri]
        if not hour:
            del self._by_hour[entry.arrived // HOUR]


def _is_found_alike(old: Seen, new: Seen) -> bool:
    """Say whether two states of an article are found in the same ways, as when only its carriers changed."""
    return (
        old.sketch == new.sketch
        and old.canonical_url == new.canonical_url
        and old.arrived == new.arrived
        and old.text_key == new.text_key
        and old.is_compared == new.is_compared
        and old.is_new == new.is_new
    )


def _add(holders: dict[str, tuple[str, ...]], key: str, uri: str) -> None:
    known = holders.get(key, ())
    if len(known) < HOLDERS:
        holders[key] = (*known, uri)


def _remove(holders: dict[str, tuple[str, ...]], key: str, uri: str) -> None:
    left = tuple(holder for holder in holders.get(key, ()) if holder != uri)
    if left:
        holders[key] = left
    else:
        holders.pop(key, None)

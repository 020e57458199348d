"""The articles of one partition that are in the window, findable by uri, address, text and passages.

Articles are numbered as they come; what they are found by leads to their numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, MutableMapping

from pipeline.clock import HOUR
from pipeline.dedup.blocks import Blocks
from pipeline.dedup.fingerprints import Fingerprints, fingerprint
from pipeline.dedup.packing import packed_entry, packed_uri, unpacked_entry
from pipeline.dedup.postings import Flags, Hashes, Postings
from pipeline.dedup.state import Seen, expired

# Articles leave the window only where there are more than the least: a small backfill of any years stays whole.
LEAST_ENTRIES, MOST_ENTRIES = 20_000, 500_000
# So many articles are remembered for one address or one text hash: the first ones are enough to know it by.
HOLDERS = 8
REPEATED_FROM = 3
FRESH_ENTRIES = 512


class Hours:
    """Numbers of articles by the hour in which they came, in the order in which they were set."""

    def __init__(self) -> None:
        self._places: dict[int, array[int]] = {}
        self._gone: dict[int, int] = {}

    def add(self, arrived: int, place: int) -> None:
        """Note an article."""
        self._places.setdefault(arrived // HOUR, array("I")).append(place)

    def discard(self, arrived: int, entries: Blocks) -> None:
        """Note that an article of this time left `entries`; a whole hour is forgotten with its last."""
        hour = arrived // HOUR
        places, gone = self._places[hour], self._gone.get(hour, 0)
        while gone < len(places) and entries.get(places[gone]) is None:
            gone += 1
        self._gone[hour] = gone
        if gone == len(places):
            del self._places[hour], self._gone[hour]

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._places))

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(places.itemsize * len(places) for places in self._places.values())

    def first(self, hour: int, most: int, entries: Blocks) -> list[bytes]:
        """Return the first entries of an hour that are still there."""
        found: list[bytes] = []
        for place in self._places[hour][self._gone.get(hour, 0) :] if most > 0 else ():
            if (data := entries.get(place)) is not None:
                found.append(data)
                if len(found) >= most:
                    break
        return found


class SeenIndex(MutableMapping[str, Seen]):
    """State of the dedup stage, entries by uri, with everything needed to find them.

    It is filled by setting entries, in any order, and says the same whatever the order was.
    """

    def __init__(self, entries: Mapping[str, Seen] | None = None) -> None:
        self._entries = Blocks()
        self._names = Fingerprints()
        self._postings = Postings()
        self._hours = Hours()
        self._fresh: dict[str, Seen] = {}
        self._clock: int | None = None
        for uri, entry in (entries or {}).items():
            self[uri] = entry

    def __getitem__(self, uri: str) -> Seen:
        entry = self.known(uri)
        if entry is None:
            raise KeyError(uri)
        return entry

    def __setitem__(self, uri: str, entry: Seen) -> None:
        found = self._find(uri)
        self._clock = entry.arrived if self._clock is None else max(self._clock, entry.arrived)
        if found is not None:
            old = self[uri]
            if _is_found_alike(old, entry):
                self._entries.replace(found[0], packed_entry(entry))
                self._refreshed(uri, entry)
                return
            self._unlink(found[0], old)
        self._link(entry)
        self._refreshed(uri, entry)

    def __delitem__(self, uri: str) -> None:
        found = self._find(uri)
        if found is None:
            raise KeyError(uri)
        self._unlink(found[0], unpacked_entry(found[1]))
        self._fresh.pop(uri, None)

    def __contains__(self, uri: object) -> bool:
        return isinstance(uri, str) and (uri in self._fresh or self._find(uri) is not None)

    def __iter__(self) -> Iterator[str]:
        return map(packed_uri, self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def clock(self) -> int | None:
        """The latest arrival, by which articles expire; None before the first."""
        return self._clock

    @property
    def size(self) -> int:
        """Bytes held, but for the newest few hundred articles, which are kept at hand in a bounded number of bytes."""
        return self._entries.size + self._names.size + self._postings.size + self._hours.size

    @property
    def segments(self) -> int:
        """Number of sorted arrays that are searched for passages."""
        return self._postings.segments

    def known(self, uri: str) -> Seen | None:
        """Return the entry of an article, None of one that is not known, as most are when they come."""
        entry = self._fresh.get(uri)
        if entry is not None:
            return entry
        found = self._find(uri)
        return None if found is None else self._refreshed(uri, unpacked_entry(found[1]))

    def with_url(self, url: str | None) -> tuple[str, ...]:
        """Return articles with this canonical address."""
        named = self._named("url", url) if url else ()
        return tuple(uri for uri in named if self[uri].canonical_url == url)

    def with_text(self, text_key: str) -> tuple[str, ...]:
        """Return articles with the same letters."""
        named = self._named("text", text_key) if text_key else ()
        return tuple(uri for uri in named if self[uri].text_key == text_key)

    def sharing(self, hashes: Hashes) -> tuple[dict[str, int], Flags]:
        """Return which articles share how many hashes, and which hashes are boilerplate, held by too many articles."""
        shared, repeated = self._postings.find(hashes, REPEATED_FROM)
        found = ((self._entries.get(place), count) for place, count in shared.items())
        return {packed_uri(data): count for data, count in found if data is not None}, repeated

    def stale(self, clock: int, most: int) -> list[str]:
        """Return up to `most` articles to forget: out of the window, or too many."""
        entries = len(self)
        spare, over = entries - LEAST_ENTRIES, entries - MOST_ENTRIES
        found: list[str] = []
        for hour in self._hours if spare > 0 else ():
            room = min(most, spare if expired(hour * HOUR, clock) else over) - len(found)
            if room <= 0:
                break
            found += map(packed_uri, self._hours.first(hour, room, self._entries))
        return found

    def _named(self, kind: str, name: str) -> list[str]:
        places = sorted(self._names.find(fingerprint(kind, name)))
        return [packed_uri(data) for place in places if (data := self._entries.get(place)) is not None]

    def _find(self, uri: str) -> tuple[int, bytes] | None:
        """Return the number and the packed entry of an article."""
        for place in self._names.find(fingerprint("uri", uri)):
            data = self._entries.get(place)
            if data is not None and packed_uri(data) == uri:
                return place, data
        return None

    def _refreshed(self, uri: str, entry: Seen) -> Seen:
        """Keep an entry at hand; the one kept longest makes room."""
        self._fresh.pop(uri, None)
        self._fresh[uri] = entry
        if len(self._fresh) > FRESH_ENTRIES:
            del self._fresh[next(iter(self._fresh))]
        return entry

    def _link(self, entry: Seen) -> None:
        place = self._entries.add(packed_entry(entry))
        if entry.is_compared:
            self._postings.add(place, entry.hashes, new=entry.is_new)
        self._names.add(fingerprint("uri", entry.uri), place)
        for key in _names(entry):
            self._names.add(key, place, HOLDERS)
        self._hours.add(entry.arrived, place)

    def _unlink(self, place: int, entry: Seen) -> None:
        self._entries.discard(place)
        if entry.is_compared:
            self._postings.discard(place)
        for key in (fingerprint("uri", entry.uri), *_names(entry)):
            self._names.remove(key, place)
        self._hours.discard(entry.arrived, self._entries)


def _names(entry: Seen) -> list[int]:
    """Return fingerprints of what else an article is found by."""
    named = (("url", entry.canonical_url), ("text", entry.text_key))
    return [fingerprint(kind, name) for kind, name in named if name]


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

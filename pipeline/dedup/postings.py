"""Which articles hold which sketch hashes: sorted arrays for all but the newest, merged as they fill up."""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Hashes: TypeAlias = NDArray[np.uint32]
Places: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

OPEN_ARTICLES = 512
# A hash held by so many articles of one segment is boilerplate; the rest of them need not be read.
READ_PER_HASH = 64
MERGE_FACTOR = 2
LEAST_SHARED = 2


class Sealed:
    """Articles that no longer get company: hashes in order, each with the place of its article."""

    def __init__(self, uris: list[str], new: Flags, hashes: Hashes, places: Places) -> None:
        order = np.argsort(hashes, kind="stable")
        self.uris = uris
        self.new = new
        self.alive = np.ones(len(uris), dtype=np.bool_)
        self.hashes = hashes[order]
        self.places = places[order].astype(np.uint32)
        self.place_of = {uri: place for place, uri in enumerate(uris)}

    def discard(self, uri: str) -> bool:
        """Forget an article; False when it is not here."""
        place = self.place_of.pop(uri, None)
        if place is not None:
            self.alive[place] = False
        return place is not None

    def find(self, wanted: Hashes) -> tuple[Places, Places]:
        """Return pairs of a place in `wanted` and the place of an article that holds that hash."""
        starts = np.searchsorted(self.hashes, wanted, "left")
        counts = np.minimum(np.searchsorted(self.hashes, wanted, "right") - starts, READ_PER_HASH)
        total = int(counts.sum())
        if not total:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        which = np.repeat(np.arange(len(wanted)), counts)
        within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        places = self.places[np.repeat(starts, counts) + within].astype(np.int64)
        alive = self.alive[places]
        return which[alive], places[alive]

    def rows(self) -> tuple[list[str], Flags, Hashes, Places]:
        """Return what is alive, as the arguments of a new segment."""
        kept = np.flatnonzero(self.alive)
        renumbered = np.cumsum(self.alive) - 1
        held = self.alive[self.places]
        uris = [self.uris[place] for place in kept.tolist()]
        return uris, self.new[kept], self.hashes[held], renumbered[self.places[held]].astype(np.int64)


class Open:
    """The newest articles, by hash."""

    def __init__(self) -> None:
        self.articles: dict[str, tuple[bool, Hashes]] = {}
        self.by_hash: dict[int, list[str]] = {}

    def add(self, uri: str, hashes: Hashes, *, new: bool) -> None:
        """Remember an article."""
        self.articles[uri] = (new, hashes)
        for value in hashes.tolist():
            self.by_hash.setdefault(value, []).append(uri)

    def discard(self, uri: str) -> bool:
        """Forget an article; False when it is not here."""
        article = self.articles.pop(uri, None)
        if article is None:
            return False
        for value in article[1].tolist():
            holders = self.by_hash[value]
            holders.remove(uri)
            if not holders:
                del self.by_hash[value]
        return True

    def sealed(self) -> Sealed:
        """Return the same articles as a segment."""
        uris = list(self.articles)
        new = np.array([flag for flag, _ in self.articles.values()], dtype=np.bool_)
        sketches = [hashes for _, hashes in self.articles.values()]
        places = np.repeat(np.arange(len(uris)), [len(hashes) for hashes in sketches])
        return Sealed(uris, new, np.concatenate(sketches), places)


class Postings:
    """All articles that later ones are compared with."""

    def __init__(self) -> None:
        self._open = Open()
        self._segments: list[Sealed] = []

    def add(self, uri: str, hashes: Hashes, *, new: bool) -> None:
        """Remember the sketch of an article; `new` ones count for repetition."""
        if not len(hashes):
            return
        self._open.add(uri, hashes, new=new)
        if len(self._open.articles) >= OPEN_ARTICLES:
            self._segments.append(self._open.sealed())
            self._open = Open()
            self._merge()

    def discard(self, uri: str) -> None:
        """Forget an article; a segment that is mostly empty is written anew."""
        if self._open.discard(uri):
            return
        for place, segment in enumerate(self._segments):
            if segment.discard(uri):
                if 2 * len(segment.place_of) < len(segment.uris):
                    self._segments[place : place + 1] = [Sealed(*segment.rows())] if segment.place_of else []
                return

    def find(self, wanted: Hashes, repeated_from: int) -> tuple[Counter[str], Flags]:
        """Look an article's hashes up.

        Returns how many of them each article with two or more holds, and which of them `repeated_from` new articles
        or more hold: these count for none.
        """
        found = [(segment, *segment.find(wanted)) for segment in self._segments]
        recent = [self._open.by_hash.get(value, ()) for value in wanted.tolist()]
        counts = np.array([sum(self._open.articles[uri][0] for uri in uris) for uris in recent], dtype=np.int64)
        for segment, which, places in found:
            counts += np.bincount(which[segment.new[places]], minlength=len(wanted))
        repeated: Flags = counts >= repeated_from
        shared = Counter(
            uri for uris, common in zip(recent, repeated.tolist(), strict=True) if not common for uri in uris
        )
        for segment, which, places in found:
            held, times = np.unique(places[~repeated[which]], return_counts=True)
            shared.update({segment.uris[place]: int(n) for place, n in zip(held.tolist(), times.tolist(), strict=True)})
        return Counter({uri: n for uri, n in shared.items() if n >= LEAST_SHARED}), repeated

    def _merge(self) -> None:
        """Keep the number of segments logarithmic: the last two become one while they are of like size."""
        while len(self._segments) > 1 and len(self._segments[-2].uris) < MERGE_FACTOR * len(self._segments[-1].uris):
            one, other = self._segments[-2].rows(), self._segments[-1].rows()
            joined = Sealed(
                one[0] + other[0],
                np.concatenate((one[1], other[1])),
                np.concatenate((one[2], other[2])),
                np.concatenate((one[3], other[3] + len(one[0]))),
            )
            self._segments[-2:] = [joined]

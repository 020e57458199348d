"""Which articles hold which sketch hashes: sorted arrays for all but the newest, merged as they fill up.

Articles are numbered as they come; a segment holds a range of at most 65,536 numbers, so that two bytes name one in it.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Hashes: TypeAlias = NDArray[np.uint32]
Places: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Hits: TypeAlias = tuple[Places, Places, Flags]
"""Places in what was looked for, numbers of articles that hold it, and whether these are new."""

OPEN_ARTICLES = 512
SPAN = 1 << 16
# A hash held by so many articles of one segment is boilerplate; the rest of them need not be read.
READ_PER_HASH = 64
MERGE_FACTOR = 4
LEAST_SHARED = 2


class Sealed:
    """Articles that no longer get company: hashes in order, each with its article, counted from `base`."""

    def __init__(self, base: int, new: Flags, alive: Flags, hashes: Hashes, within: NDArray[np.uint16]) -> None:
        order = np.argsort(hashes, kind="stable")
        self.base = base
        self.new, self.alive = new, alive
        self.hashes, self.within = hashes[order], within[order]
        self.living = self.articles = int(np.count_nonzero(alive))

    def discard(self, place: int) -> None:
        """Forget an article."""
        if 0 <= place - self.base < len(self.alive) and self.alive[place - self.base]:
            self.alive[place - self.base] = False
            self.living -= 1

    def find(self, wanted: Hashes) -> Hits | None:
        """Look hashes up; None when nothing holds any."""
        starts = self.hashes.searchsorted(wanted)
        held = (self.hashes.take(starts, mode="clip") == wanted).nonzero()[0]
        if not len(held):
            return None
        starts = starts.take(held)
        counts = np.minimum(self.hashes.searchsorted(wanted.take(held), "right") - starts, READ_PER_HASH)
        ends = counts.cumsum()
        rows = np.arange(ends[-1])
        rows += (starts - ends + counts).repeat(counts)
        within, which = self.within.take(rows).astype(np.int64), held.repeat(counts)
        if self.living < self.articles:
            alive = self.alive[within]
            which, within = which[alive], within[alive]
        new = self.new.take(within)
        within += self.base
        return which, within, new

    def joined(self, other: Sealed) -> Sealed:
        """Return both segments as one, without what was forgotten."""
        gap = np.zeros(other.base - self.base - len(self.alive), dtype=np.bool_)
        mine, others = self.alive[self.within], other.alive[other.within]
        moved = (other.within[others].astype(np.int64) + (other.base - self.base)).astype(np.uint16)
        return Sealed(
            self.base,
            np.concatenate((self.new, gap, other.new)),
            np.concatenate((self.alive, gap, other.alive)),
            np.concatenate((self.hashes[mine], other.hashes[others])),
            np.concatenate((self.within[mine], moved)),
        )

    def swept(self) -> Sealed:
        """Return the segment without what was forgotten."""
        held = self.alive[self.within]
        return Sealed(self.base, self.new, self.alive, self.hashes[held], self.within[held])


class Open:
    """The newest articles, by hash: most hashes are held by one article, so only others have a tuple."""

    def __init__(self) -> None:
        self.articles: dict[int, tuple[bool, Hashes]] = {}
        self.by_hash: dict[int, int | tuple[int, ...]] = {}

    def add(self, place: int, hashes: Hashes, *, new: bool) -> None:
        """Remember an article."""
        self.articles[place] = (new, hashes)
        by_hash = self.by_hash
        held: dict[int, int | tuple[int, ...]] = dict.fromkeys(hashes.tolist(), place)
        if not by_hash.keys().isdisjoint(held):
            held.update([(value, (*self._holders(value), place)) for value in held if value in by_hash])
        by_hash.update(held)

    def discard(self, place: int) -> bool:
        """Forget an article; False when it is not here."""
        article = self.articles.pop(place, None)
        if article is None:
            return False
        for value in article[1].tolist():
            left = tuple(holder for holder in self._holders(value) if holder != place)
            if left:
                self.by_hash[value] = left
            else:
                del self.by_hash[value]
        return True

    def find(self, wanted: Hashes) -> Hits | None:
        """Look hashes up; None when nothing holds any."""
        by_hash, articles, values = self.by_hash, self.articles, wanted.tolist()
        if by_hash.keys().isdisjoint(values):
            return None
        found = [
            (which, place, articles[place][0])
            for which, value in enumerate(values)
            if value in by_hash
            for place in self._holders(value)
        ]
        which, places, new = zip(*found, strict=True)
        return np.array(which), np.array(places), np.array(new)

    def _holders(self, value: int) -> tuple[int, ...]:
        holders = self.by_hash[value]
        return holders if isinstance(holders, tuple) else (holders,)

    def sealed(self) -> Sealed:
        """Return the same articles as a segment."""
        places = np.array(list(self.articles), dtype=np.int64)
        base = int(places[0])
        new, alive = np.zeros((2, int(places[-1]) - base + 1), dtype=np.bool_)
        new[places - base] = [flag for flag, _ in self.articles.values()]
        alive[places - base] = True
        sketches = [hashes for _, hashes in self.articles.values()]
        within = np.repeat((places - base).astype(np.uint16), [len(hashes) for hashes in sketches])
        return Sealed(base, new, alive, np.concatenate(sketches), within)


class Postings:
    """All articles that later ones are compared with."""

    def __init__(self) -> None:
        self._open = Open()
        self._segments: list[Sealed] = []

    @property
    def size(self) -> int:
        """Bytes held by sealed segments."""
        arrays = ((one.hashes, one.within, one.new, one.alive) for one in self._segments)
        return sum(array.nbytes for parts in arrays for array in parts)

    @property
    def segments(self) -> int:
        """Number of sealed segments."""
        return len(self._segments)

    def add(self, place: int, hashes: Hashes, *, new: bool) -> None:
        """Remember the sketch of an article, with a higher number than any before; `new` ones count for repetition."""
        if not len(hashes):
            return
        first = next(iter(self._open.articles), place)
        if len(self._open.articles) >= OPEN_ARTICLES or place - first >= SPAN:
            self._segments.append(self._open.sealed())
            self._open = Open()
            self._merge()
        self._open.add(place, hashes, new=new)

    def discard(self, place: int) -> None:
        """Forget an article; a segment that is mostly empty is written anew."""
        if self._open.discard(place):
            return
        number = next((n for n, one in enumerate(self._segments) if place < one.base + len(one.alive)), None)
        if number is None:
            return
        segment = self._segments[number]
        segment.discard(place)
        if 2 * segment.living < segment.articles:
            self._segments[number : number + 1] = [segment.swept()] if segment.living else []

    def find(self, wanted: Hashes, repeated_from: int) -> tuple[dict[int, int], Flags]:
        """Look an article's hashes up.

        Returns how many of them each article with two or more holds, and which of them `repeated_from` new articles
        or more hold: these count for none.
        """
        parts: tuple[Sealed | Open, ...] = (*self._segments, self._open)
        found = [hits for part in parts if (hits := part.find(wanted)) is not None]
        if not found:
            return {}, np.zeros(len(wanted), dtype=np.bool_)
        which, places, new = map(np.concatenate, zip(*found, strict=True)) if len(found) > 1 else found[0]
        repeated: Flags = np.bincount(which[new], minlength=len(wanted)) >= repeated_from
        if repeated.any():
            places = places[~repeated[which]]
        counted: dict[int, int] = {}
        for place in places.tolist():
            counted[place] = counted.get(place, 0) + 1
        return dict(sorted(held for held in counted.items() if held[1] >= LEAST_SHARED)), repeated

    def _merge(self) -> None:
        """Keep the number of segments logarithmic: the last two become one while they are of like size."""
        while len(self._segments) > 1:
            one, other = self._segments[-2:]
            if one.articles >= MERGE_FACTOR * other.articles or other.base + len(other.alive) - one.base > SPAN:
                break
            self._segments[-2:] = [one.joined(other)]

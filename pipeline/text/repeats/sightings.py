"""Sightings: the passages of the latest articles of every site of a partition, one state entry an article.

A site has as many slots as it has articles remembered, used in turn, so that its state is bounded and an article
writes one short entry. Counts are read off the entries: an article that comes again overwrites its own entry and
counts once. This is a sliding window in place of lossy counting (Manku and Motwani 2002): its errors are none within
the window, and what is frequent is so in the latest articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from pipeline.clock import HOUR

Digests = NDArray[np.uint32]

WINDOW = 72 * HOUR
SLOTS = 200
_SLOT, _SLOT_BITS = np.uint64(0xFF), np.uint64(8)
MOST_ENTRIES = 100_000
DECISIONS_KEPT = 4
_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was labelled in one version: starts and ends of boilerplate, in turn; given again when it comes again."""

    version: int
    text: str
    spans: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an article showed.

    `number` counts the articles of the site, `arrived` is the site's clock when it came (seconds since 1970, 0 where
    unknown), `article` a digest of its uri and `story` one of its headline, `passages` the digests of its passages
    as little-endian unsigned 32 bit numbers.
    """

    number: int
    arrived: int = 0
    article: str
    story: int
    passages: bytes
    decisions: tuple[Decision, ...]

    @property
    def digests(self) -> Digests:
        """The passages as numbers."""
        return np.frombuffer(self.passages, dtype="<u4")

    @property
    def version(self) -> int:
        """The latest version known."""
        return self.decisions[-1].version


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a passage was seen: in how many `articles` under how many `headlines`, among `since` from the `first` on."""

    articles: int
    headlines: int
    since: int
    first: int

    @property
    def share(self) -> float:
        """The part of the site's articles that held it, from the first one that did."""
        return self.articles / self.since


_RARE = Sighting(articles=1, headlines=1, since=1, first=0)


@dataclass(slots=True)
class Site:
    """The articles of one site; `holders` are the digests of passages with the slots that hold them, sorted."""

    entries: dict[int, Shown] = field(default_factory=dict)
    slots: dict[str, int] = field(default_factory=dict)
    holders: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    clock: int = 0
    next: int = 0

    def keep(self, slot: int, entry: Shown) -> None:
        """Put an entry into a slot."""
        if slot in self.entries:
            self.forget(slot)
        self.entries[slot], self.slots[entry.article] = entry, slot
        self.clock, self.next = max(self.clock, entry.arrived), max(self.next, entry.number + 1)
        self.holders = np.concatenate((self.holders, _held(entry.digests) | np.uint64(slot)))
        # Two sorted runs: a merge.
        self.holders.sort(kind="stable")

    def forget(self, slot: int) -> None:
        """Empty a slot."""
        entry = self.entries.pop(slot)
        if self.slots.get(entry.article) == slot:
            del self.slots[entry.article]
        self.holders = self.holders[self.holders & _SLOT != slot]

    def find(self, article: str) -> Shown | None:
        """Return the entry of an article."""
        slot = self.slots.get(article)
        return None if slot is None else self.entries[slot]

    def sightings(self, wanted: Digests, article: str, least: int) -> list[Sighting | None]:
        """Say of passages how other articles showed them; None of those that no article did.

        A passage that fewer than `least` articles hold is not looked into further.
        """
        first = _held(wanted)
        left, right = self.holders.searchsorted(first), self.holders.searchsorted(first | _SLOT, side="right")
        own = self.find(article)
        return [
            self._sighting((self.holders[a:b] & _SLOT).tolist(), own) if b - a >= least else _RARE if b > a else None
            for a, b in zip(left.tolist(), right.tolist(), strict=True)
        ]

    def _sighting(self, slots: list[int], own: Shown | None) -> Sighting | None:
        found = [entry for entry in map(self.entries.__getitem__, slots) if entry is not own and not self._old(entry)]
        if not found:
            return None
        first = min(entry.number for entry in found)
        since = self.next - first - (own is not None and own.number >= first)
        return Sighting(len(found), len({entry.story for entry in found}), since, first)

    def _old(self, entry: Shown) -> bool:
        return entry.arrived < self.clock - WINDOW

    def expired(self, most: int) -> list[int]:
        """Return slots of articles that left the window, of those set longest ago."""
        return [slot for slot, entry in islice(self.entries.items(), most) if self._old(entry)]


class Sightings(MutableMapping[str, Shown]):
    """State of the first stage, by site and slot."""

    def __init__(self, entries: Mapping[str, Shown] | None = None) -> None:
        self._sites: dict[str, Site] = {}
        self._size = 0
        for key, entry in (entries or {}).items():
            self[key] = entry

    def __getitem__(self, key: str) -> Shown:
        name, slot = _parted(key)
        return self._sites[name].entries[slot]

    def __setitem__(self, key: str, entry: Shown) -> None:
        name, slot = _parted(key)
        # The site touched last stands last.
        site = self._sites[name] = self._sites.pop(name) if name in self._sites else Site()
        self._size += slot not in site.entries
        site.keep(slot, entry)

    def __delitem__(self, key: str) -> None:
        name, slot = _parted(key)
        site = self._sites[name]
        site.forget(slot)
        self._size -= 1
        if not site.entries:
            del self._sites[name]

    def __iter__(self) -> Iterator[str]:
        return (key_of(name, slot) for name, site in self._sites.items() for slot in site.entries)

    def __len__(self) -> int:
        return self._size

    def site(self, name: str) -> Site:
        """Return the articles of a site, none for one never seen."""
        return self._sites.get(name) or Site()

    def spare(self, most: int) -> list[str]:
        """Return up to `most` entries to forget where there are too many: those of the site silent for longest."""
        if self._size <= MOST_ENTRIES:
            return []
        name = next(iter(self._sites))
        return [key_of(name, slot) for slot in list(self._sites[name].entries)[:most]]


def _held(digests: Digests) -> NDArray[np.uint64]:
    """Make room for a slot behind each digest."""
    held: NDArray[np.uint64] = digests.astype(np.uint64) << _SLOT_BITS
    return held


def key_of(site: str, slot: int) -> str:
    """Return the key of a state entry."""
    return f"{site}{_SEPARATOR}{slot}"


def _parted(key: str) -> tuple[str, int]:
    name, _, slot = key.rpartition(_SEPARATOR)
    return name, int(slot)

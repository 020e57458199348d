"""The state of the dedup stage: articles in the window, and for 30 days what they were called and said, by a hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

from pipeline.clock import HOUR
from pipeline.dedup.index import SeenIndex
from pipeline.dedup.state import LASTING_HOURS, WINDOW_HOURS, Seen
from schemas.article import Verdict

# An address that so many articles had is that of a feed, and names none of them.
FEED_ITEMS = 3
# Some 220 bytes each; where more articles leave the window in 30 days, the oldest are forgotten sooner.
MOST_LASTING = 200_000


class Memory(SeenIndex):
    """Entries by uri. One that has left the window is kept without its text, and is found by uri and address only."""

    def __init__(self, entries: Mapping[str, Seen] | None = None) -> None:
        self._lasting = SeenIndex()
        super().__init__(entries)

    def known(self, uri: str) -> Seen | None:
        """Return the entry of an article, None of one that is not known."""
        entry = super().known(uri)
        if entry is not None or not self._lasting:
            return entry
        lasting = self._lasting.known(uri)
        return None if lasting is None else replace(lasting, lasting=True)

    def __setitem__(self, uri: str, entry: Seen) -> None:
        if entry.lasting:
            if super().__contains__(uri):
                super().__delitem__(uri)
            self._lasting[uri] = replace(entry, lasting=False)
        else:
            if uri in self._lasting:
                del self._lasting[uri]
            super().__setitem__(uri, entry)

    def __delitem__(self, uri: str) -> None:
        if super().__contains__(uri):
            super().__delitem__(uri)
        else:
            del self._lasting[uri]

    def __contains__(self, uri: object) -> bool:
        return super().__contains__(uri) or (bool(self._lasting) and uri in self._lasting)

    def __iter__(self) -> Iterator[str]:
        return chain(super().__iter__(), self._lasting)

    def __len__(self) -> int:
        return super().__len__() + len(self._lasting)

    @property
    def clock(self) -> int | None:
        """The latest arrival; None before the first."""
        clock, lasting = super().clock, self._lasting.clock
        return lasting if clock is None else clock if lasting is None else max(clock, lasting)

    @property
    def size(self) -> int:
        """Bytes held, those of articles that left the window among them."""
        return super().size + self._lasting.size

    @property
    def lasting(self) -> int:
        """Number of articles that left the window and are still known."""
        return len(self._lasting)

    @property
    def lasting_size(self) -> int:
        """Bytes held for articles that left the window."""
        return self._lasting.size

    def with_url(self, url: str | None) -> tuple[str, ...]:
        """Return articles with this canonical address, those in the window first."""
        found = super().with_url(url)
        lasting = self._lasting.with_url(url) if self._lasting else ()
        return (*found, *lasting) if len(lasting) < FEED_ITEMS else found

    def stale(self, clock: int, most: int) -> list[str]:
        """Return articles that leave the window, and those to be forgotten for good, up to `most` of each."""
        if not self._lasting:
            return super().stale(clock, most)
        full = len(self._lasting) > MOST_LASTING
        kept = 0 if full else (LASTING_HOURS - WINDOW_HOURS) * HOUR
        return [*super().stale(clock, most), *self._lasting.stale(clock - kept, most)]


def rest(uri: str, index: SeenIndex) -> Seen | None:
    """Return what stays of an article that leaves the window; an index of the window alone keeps nothing."""
    return faded(index[uri]) if isinstance(index, Memory) else None


def faded(entry: Seen) -> Seen | None:
    """Return what stays of an entry that leaves the window, None of one that left it before."""
    if entry.lasting:
        return None
    latest = entry.latest
    known = latest.verdict
    verdict = Verdict(verdict=known.verdict, relation=known.relation, of=known.of, group=known.group)
    alone = known.verdict == "new" and entry.group == entry.uri
    carriers = (entry.site,) if alone else ()
    verdict = replace(verdict, carriers=carriers, nothing_new=known.nothing_new)
    decision = replace(latest, verdict=verdict)
    return replace(entry, sketch=b"", wording=b"", carriers=carriers, decisions=(decision,), lasting=True)

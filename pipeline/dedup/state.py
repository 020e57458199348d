"""What is remembered of an article: enough to recognise a copy of it, and the answer that was given."""

from __future__ import annotations

from dataclasses import dataclass
from struct import pack

import numpy as np
from numpy.typing import NDArray

from pipeline.clock import HOUR, seconds
from schemas.article import Article, Verdict

_HASH = np.dtype("<u4")
WINDOW_HOURS, LASTING_HOURS = 72, 30 * 24
DECISIONS_KEPT = 4
SKETCH_KEPT = 512
OWN_TEXT = frozenset({"new", "shares_text", "revision", "altered_copy", "contains"})
PRECISE = frozenset({"second", "minute", "hour"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict on one version of an article, given again when the same version comes again."""

    version: int
    text_sha256: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An article in the window.

    Times are seconds since 1970: `time` when it was seen, else published; `published` only where it is known to the
    hour or better; `arrived` the stream's clock when it came, by which it expires. `text_key` is a hash of the folded
    body, `sketch` holds little-endian unsigned 32 bit numbers, `wording` the compressed folded words
    (`pipeline.dedup.wording`). `group` is the uri of the earliest article of its group as last known; `carriers` are
    kept by that article. `lasting` says that the article left the window: its sketch and words are gone.
    """

    uri: str
    site: str
    time: int | None = None
    published: int | None = None
    arrived: int = 0
    canonical_url: str | None = None
    text_key: str = ""
    letters: int = 0
    sketch: bytes = b""
    wording: bytes = b""
    group: str
    carriers: tuple[str, ...] = ()
    decisions: tuple[Decision, ...]
    lasting: bool = False

    @property
    def latest(self) -> Decision:
        """The decision on the highest version."""
        return self.decisions[-1]

    @property
    def is_new(self) -> bool:
        """Whether it was judged new: only such articles count for how often a passage is repeated."""
        return self.latest.verdict.verdict == "new"

    @property
    def is_compared(self) -> bool:
        """Whether later articles are compared with it: not when all its text stands in another that is."""
        return self.latest.verdict.relation in OWN_TEXT

    @property
    def hashes(self) -> NDArray[np.uint32]:
        """The sketch as numbers."""
        return np.frombuffer(self.sketch, dtype=_HASH)

    def answer(self, version: int, text_sha256: str) -> Verdict | None:
        """Return the verdict once given to this very version and text."""
        for decision in self.decisions:
            if decision.version == version and decision.text_sha256 == text_sha256:
                return decision.verdict
        return None


def packed(hashes: tuple[int, ...]) -> bytes:
    """Pack the smallest hashes of a sketch."""
    kept = hashes[:SKETCH_KEPT]
    return pack(f"<{len(kept)}I", *kept)


def event_time(article: Article) -> int | None:
    """When the article was seen, else published."""
    seen = seconds(article.seen)
    return seconds(article.published) if seen is None else seen


def publication(article: Article) -> int | None:
    """When it was published, where that is known to the hour or better."""
    return seconds(article.published) if article.published_precision in PRECISE else None


def expired(arrived: int, clock: int) -> bool:
    """Say whether an article that came at `arrived` has left the window."""
    return arrived // HOUR < clock // HOUR - WINDOW_HOURS


def order(time: int | None, uri: str) -> tuple[bool, int, str]:
    """Order articles by time, the unknown last, then by uri: the first of a group gives it its name."""
    return (time is None, time or 0, uri)

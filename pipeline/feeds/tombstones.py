"""What a feed says it took back: `at:deleted-entry` of Atom (RFC 6721). An item that is merely gone says nothing.

Only a deletion that is stated as the standard asks, in a document that is whole, of an id that was seen in the feed,
and not contradicted by the feed itself, takes an article back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from xml.parsers import expat

from pipeline.feeds.dates import parse_date
from pipeline.feeds.identity import Known, Origin, Seen, guid_key
from pipeline.feeds.parsed import MOST_ITEMS, Deletion, Entry, field

ATOM = "http://www.w3.org/2005/Atom"
NAMESPACE = "http://purl.org/atompub/tombstones/1.0"
# An entry that was in the feed so many seconds after its deletion is there again; until then a cache may have shown it.
CACHED = 86_400.0
# The hash of no text: whatever the article says when it comes back is another version.
NOTHING = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """An article that its feed took back, as a version of it. `first_seen` in seconds since 1970."""

    uri: str
    version: int
    deletion: Deletion
    first_seen: float


def deletions(document: str) -> tuple[Deletion, ...]:
    """Read what a document, from its root element on, says was deleted; nothing where its XML is not well formed."""
    if NAMESPACE not in document:
        return ()
    reading = _Reading()
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    try:
        parser.Parse(document.encode("utf-8", "replace"), True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError:
        # What stands behind the end of the root does no harm.
        if not reading.is_whole:
            return ()
    return tuple(reading.found[:MOST_ITEMS])


def withdrawn(
    origin: Origin, seen: Seen, deleted: Sequence[Deletion], entries: Iterable[Entry], now: float
) -> tuple[Seen, tuple[Withdrawal, ...]]:
    """Take back the articles that a document says were deleted and does not hold; `now` in seconds since 1970."""
    if origin.guid_unstable or not deleted:
        return seen, ()
    there = {(entry.guid or "").strip() for entry in entries}
    articles, found = dict(seen.articles), list[Withdrawal]()
    for deletion in deleted:
        uri = seen.keys.get(guid_key(deletion.guid)) if deletion.guid not in there else None
        known = articles.get(uri) if uri else None
        if uri is None or known is None or not _ends(deletion, known):
            continue
        # Remembered from now on like an item of the feed, so that it goes on counting if it comes back.
        articles[uri] = replace(
            known, version=known.version + 1, content=NOTHING, headline=NOTHING, last=now, changed=now
        )
        found.append(Withdrawal(uri=uri, version=known.version + 1, deletion=deletion, first_seen=known.first))
    return replace(seen, articles=articles), tuple(found)


def _ends(deletion: Deletion, known: Known) -> bool:
    """Say whether a deletion is news of an article that was sent, and was not in the feed again after it."""
    when, _ = parse_date(deletion.when)
    told = known.version > 0 and known.content != NOTHING
    return told and when is not None and known.last <= when.timestamp() + CACHED


class _Reading:
    """Collects the deletions that stand directly in an Atom feed."""

    def __init__(self) -> None:
        self.found: list[Deletion] = []
        self.is_whole = False
        self._depth = 0
        self._in_atom = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth == 0:
            self._in_atom = name == f"{ATOM} feed"
        elif self._depth == 1 and self._in_atom and name == f"{NAMESPACE} deleted-entry":
            guid, when = field(attributes.get("ref")), field(attributes.get("when"), 120)
            if guid and when:
                self.found.append(Deletion(guid=guid, when=when))
        self._depth += 1

    def end(self, _name: str) -> None:
        self._depth -= 1
        self.is_whole = self._depth == 0

"""Which entry of a feed is which article: new, changed or known, though feeds change their ids and links.

An entry has up to three keys: its guid, its link, and the hash of its headline with its date (or its text where it has
no date). The name of an article is made once, of the feed and the first key it was seen under, and stays for life.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import orjson

from pipeline.text.urls import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.feeds.parsed import Entry

URN = "urn:x-article:"
MOST_VERSIONS = 20
BETWEEN_VERSIONS = 600.0
SHORTEST_MEMORY = 30 * 86_400.0
MOST_REMEMBERED = 20_000
VOLATILE_AFTER = 5
FEWEST_FOR_STORM = 2

ChangeKind = Literal["new", "updated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An entry that is a new article or a new version of one. `first_seen` in seconds since 1970."""

    kind: ChangeKind
    uri: str
    version: int
    entry: Entry
    first_seen: float
    content_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An article as it was last seen. Times in seconds since 1970; the hashes are short, for comparing only.

    `version` 0 is an article that was seen and never sent; `content` is empty where the feed took it back.
    """

    version: int
    content: str
    headline: str
    first: float
    last: float
    changed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All a feed has shown within memory: keys to articles, and the articles.

    `longest_stay` is the longest an article stayed in the feed, in seconds; `restless` counts the polls running at
    which every known entry had changed.
    """

    keys: dict[str, str] = field(default_factory=dict)
    articles: dict[str, Known] = field(default_factory=dict)
    longest_stay: float = 0.0
    restless: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """The changes of a poll in the order of the document, the state after it, and what was odd.

    `pending` says that a change was seen too soon after the last version: the document must be read again, even if it
    does not change any more.
    """

    changes: tuple[Change, ...]
    seen: Seen
    warnings: tuple[str, ...] = ()
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The feed a document is of; `site` is its own address, `guid_unstable` says that its guids are worth nothing."""

    feed_id: str
    site: str | None = None
    guid_unstable: bool = False


@dataclass(frozen=True, slots=True)
class _Keys:
    """The usable keys of an entry, None for those it lacks."""

    guid: str | None
    link: str | None
    title: str | None

    def all(self) -> list[str]:
        return [key for key in (self.guid, self.link, self.title) if key]


def diff(origin: Origin, seen: Seen, entries: Sequence[Entry], now: float) -> Diff:
    """Compare a document with what has been seen; `now` in seconds since 1970.

    An article that is no longer in the document stays known; leaving a feed says nothing.
    """
    keys, warnings = _keys_of(origin, entries)
    comparison = _Comparison(origin.feed_id, seen, now, frozenset(key.link for key in keys if key.link))
    for entry, own in zip(entries, keys, strict=True):
        comparison.take(entry, own)
    warnings |= comparison.warnings(keys)
    return Diff(
        changes=tuple(comparison.changes),
        seen=comparison.result(),
        warnings=tuple(sorted(warnings)),
        pending=comparison.pending,
    )


def usable_keys(origin: Origin, entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    """Name the keys each entry can be told by: guid, link, title."""
    keys, _ = _keys_of(origin, entries)
    named = [(("guid", own.guid), ("link", own.link), ("title", own.title)) for own in keys]
    return [tuple(name for name, key in pairs if key) for pairs in named]


def dump_seen(seen: Seen) -> bytes:
    """Write the state as JSON."""
    return orjson.dumps(seen, option=orjson.OPT_SORT_KEYS)


def load_seen(data: bytes) -> Seen:
    """Read what `dump_seen` wrote.

    Raises:
        ValueError: the data is something else.
    """
    try:
        value = orjson.loads(data)
        articles = {uri: Known(**known) for uri, known in value["articles"].items()}
        return Seen(
            keys=value["keys"], articles=articles, longest_stay=value["longest_stay"], restless=value["restless"]
        )
    except (KeyError, TypeError, AttributeError, orjson.JSONDecodeError) as error:
        raise ValueError(f"no state of a feed: {error}") from error


def guid_key(guid: str) -> str:
    """Return the key of a guid in `Seen.keys`."""
    return _hashed("g", guid)


def content_sha256(entry: Entry) -> str:
    """Hash what makes a version: headline and text, white space and normal form aside."""
    return _sha256(_folded(entry.headline), _folded(entry.body or entry.description)).hexdigest()


class _Comparison:
    """One pass over a document."""

    def __init__(self, feed_id: str, seen: Seen, now: float, links: frozenset[str]) -> None:
        self.changes: list[Change] = []
        self.pending = False
        self._feed_id = feed_id
        self._seen = seen
        self._now = now
        self._links = links
        self._keys = dict(seen.keys)
        self._articles = dict(seen.articles)
        self._met: set[str] = set()
        self._changed = 0
        self._renamed = 0
        # The links each article is known by: one that stands elsewhere in the document has not moved here.
        self._links_of: dict[str, set[str]] = {}
        for key, uri in seen.keys.items():
            if key.startswith("l:"):
                self._links_of.setdefault(uri, set()).add(key)

    def take(self, entry: Entry, keys: _Keys) -> None:
        uri = self._match(keys)
        if uri is None:
            self._add(entry, keys)
        elif uri not in self._met:
            self._meet(uri, entry, keys)

    def warnings(self, keys: Sequence[_Keys]) -> set[str]:
        with_guid = sum(1 for own in keys if own.guid)
        storm = with_guid >= FEWEST_FOR_STORM and self._renamed * 2 > with_guid
        return ({"guid_unstable"} if storm else set()) | (
            {"volatile"} if self._seen.restless >= VOLATILE_AFTER else set()
        )

    def result(self) -> Seen:
        known = sum(1 for uri in self._met if uri in self._seen.articles)
        restless = self._seen.restless
        if known >= FEWEST_FOR_STORM:
            restless = restless + 1 if self._changed == known else 0
        stays = (self._now - self._articles[uri].first for uri in self._met)
        longest = max(self._seen.longest_stay, max(stays, default=0.0))
        kept = self._remembered(longest)
        keys = {key: uri for key, uri in self._keys.items() if uri in kept}
        return Seen(keys=keys, articles=kept, longest_stay=longest, restless=restless)

    def _match(self, keys: _Keys) -> str | None:
        by_guid = self._keys.get(keys.guid or "")
        if by_guid:
            return by_guid
        by_link = self._keys.get(keys.link or "")
        if by_link:
            self._renamed += 1 if keys.guid else 0
            return by_link
        if keys.guid or not keys.title:
            return None
        by_title = self._keys.get(keys.title)
        if by_title and keys.link and self._links_of.get(by_title, set()) & self._links:
            return None
        return by_title

    def _add(self, entry: Entry, keys: _Keys) -> None:
        found = keys.all()
        if not found:
            return
        uri = URN + base64.b32encode(_sha256(self._feed_id, found[0]).digest()).decode("ascii").lower()[:26]
        if uri in self._articles:
            self._meet(uri, entry, keys)
            return
        content = content_sha256(entry)
        self._articles[uri] = Known(
            version=1,
            content=content[:16],
            headline=_short(entry.headline),
            first=self._now,
            last=self._now,
            changed=self._now,
        )
        self._remember(uri, keys)
        self.changes.append(
            Change(kind="new", uri=uri, version=1, entry=entry, first_seen=self._now, content_sha256=content)
        )

    def _meet(self, uri: str, entry: Entry, keys: _Keys) -> None:
        known = replace(self._articles[uri], last=self._now)
        content, headline = content_sha256(entry), _short(entry.headline)
        differs = headline != known.headline if self._seen.restless >= VOLATILE_AFTER else content[:16] != known.content
        if content[:16] != known.content:
            self._changed += 1
        due = self._now - known.changed >= BETWEEN_VERSIONS
        differs = differs and known.version < MOST_VERSIONS
        self.pending = self.pending or (differs and not due)
        if differs and due:
            known = replace(
                known, version=known.version + 1, content=content[:16], headline=headline, changed=self._now
            )
            self.changes.append(
                Change(
                    kind="updated" if known.version > 1 else "new",
                    uri=uri,
                    version=known.version,
                    entry=entry,
                    first_seen=known.first,
                    content_sha256=content,
                )
            )
        self._articles[uri] = known
        self._remember(uri, keys)

    def _remember(self, uri: str, keys: _Keys) -> None:
        self._met.add(uri)
        for key in keys.all():
            self._keys.setdefault(key, uri)
        if keys.link:
            self._links_of.setdefault(uri, set()).add(keys.link)

    def _remembered(self, longest_stay: float) -> dict[str, Known]:
        oldest = self._now - max(SHORTEST_MEMORY, 2 * longest_stay)
        kept = [(uri, known) for uri, known in self._articles.items() if known.last >= oldest]
        kept.sort(key=lambda item: (-item[1].last, item[0]))
        return dict(sorted(kept[:MOST_REMEMBERED]))


def _keys_of(origin: Origin, entries: Sequence[Entry]) -> tuple[list[_Keys], set[str]]:
    """Make the keys of all entries, leaving out those that tell entries of this document not apart."""
    home = canonical(origin.site)
    guids = [None if origin.guid_unstable else (entry.guid or "").strip() or None for entry in entries]
    links = [canonical(entry.link) for entry in entries]
    repeated_guids, repeated_links = _repeated(guids), _repeated(links)
    warnings = {name for name, found in (("guid_repeated", repeated_guids), ("link_repeated", repeated_links)) if found}
    keys = []
    for entry, guid, link in zip(entries, guids, links, strict=True):
        usable_link = link if link and link != home and link not in repeated_links else None
        keys.append(
            _Keys(
                guid_key(guid) if guid and guid not in repeated_guids else None,
                _hashed("l", usable_link) if usable_link else None,
                _title_key(entry),
            )
        )
    return keys, warnings


def _repeated(values: Iterable[str | None]) -> set[str]:
    return {value for value, count in Counter(value for value in values if value).items() if count > 1}


def _title_key(entry: Entry) -> str | None:
    headline = _folded(entry.headline)
    rest = (entry.published or entry.updated or "").strip() or _folded(entry.body or entry.description)
    return _hashed("t", f"{headline}\n{rest}") if headline or rest else None


def _hashed(kind: str, value: str) -> str:
    return f"{kind}:{_sha256(value).hexdigest()[:24]}"


def _short(text: str | None) -> str:
    return _sha256(_folded(text)).hexdigest()[:16]


def _folded(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


def _sha256(*parts: str) -> hashlib._Hash:
    """Hash texts one after another, a zero byte between them."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass"))

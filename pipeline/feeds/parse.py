"""A feed document's bytes to its entries: decoded by us, cut before its root, then read by feedparser.

feedparser is only ever given a stream: a `str` it would fetch as an address, and `bytes` it would open as a file
name. Its costly steps (HTML sanitising, link resolving) are off, because no HTML leaves this module. What remains
slow is ended by the limits of the process this runs in (agents.poller.child).
"""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from typing import Any

import feedparser
from feedparser import mixin
from ftfy import fix_encoding
from ftfy.badness import is_bad

from pipeline.feeds.charset import Text, to_text
from pipeline.feeds.jsonfeed import looks_like_json, read_json_feed
from pipeline.feeds.links import absolute
from pipeline.feeds.markup import html_text, plain_text
from pipeline.feeds.parsed import (
    LONGEST_FIELD,
    LONGEST_TEXT,
    MOST_ENCLOSURES,
    MOST_ITEMS,
    MOST_TAGS,
    Entry,
    NotAFeedError,
    ParsedEnclosure,
    ParsedFeed,
    described,
    field,
)
from pipeline.feeds.prolog import from_root, newest_items, resolve_references
from pipeline.feeds.quick import quick_feed
from pipeline.feeds.timetable import timetable
from pipeline.feeds.tombstones import deletions

LONGEST_AUTHOR = 512
_DECLARATION = "<?xml version='1.0' encoding='utf-8'?>\n"
_PLAIN = frozenset({"text/plain", "text"})


def read_feed(
    body: bytes,
    *,
    http_charset: str | None = None,
    base_url: str = "",
    http_language: str | None = None,
    quick: bool = False,
) -> ParsedFeed:
    """Read a feed document as it came over the wire; `quick` with the faster parser where that reads the same.

    Raises:
        NotAFeedError: it is none.
    """
    decoded = to_text(body, http_charset)
    if not decoded.text.strip():
        raise NotAFeedError("the document is empty", empty=True)
    repaired = repair(decoded.text)
    feed = parse_feed(repaired, base_url, http_language, quick=quick)
    return _with_origin(feed, decoded, repairs=("ftfy",) if repaired != decoded.text else ())


def parse_feed(text: str, base_url: str = "", http_language: str | None = None, *, quick: bool = False) -> ParsedFeed:
    """Read a feed document that has been decoded.

    Raises:
        NotAFeedError: it is none.
    """
    if looks_like_json(text):
        return read_json_feed(text, base_url)
    document = from_root(text)
    if not document.is_feed:
        raise NotAFeedError(f"the root element is <{document.root}>" if document.root else "no markup")
    cut, dropped = newest_items(document, MOST_ITEMS)
    if quick and (found := quick_feed(resolve_references(cut), base_url)):
        return replace(found, dropped=dropped)
    _cap_authors()
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": base_url}
    if http_language:
        headers["content-language"] = http_language
    source = io.BytesIO((_DECLARATION + resolve_references(cut)).encode("utf-8", "replace"))
    result = feedparser.parse(source, sanitize_html=False, resolve_relative_uris=False, response_headers=headers)
    version = str(dict.get(result, "version") or "")
    if not version and not result["entries"]:
        raise NotAFeedError(f"<{document.root}>, but neither RSS nor Atom")
    feed = _feed(result, version or "unknown", dropped, base_url, cut)
    return replace(feed, deleted=deletions(resolve_references(document.text)))


def repair(text: str) -> str:
    """Undo double encoding, where the text shows it."""
    sample = "".join(char for char in text[:200_000] if char > "\x7f")[:4000]
    return "\n".join(fix_encoding(line) for line in text.split("\n")) if is_bad(sample) else text


def _feed(result: Any, version: str, dropped: int, base_url: str, text: str) -> ParsedFeed:
    channel = result["feed"]
    times = timetable(
        text,
        ttl=dict.get(channel, "ttl"),
        period=dict.get(channel, "sy_updateperiod"),
        frequency=dict.get(channel, "sy_updatefrequency"),
    )
    entries = tuple(
        _entry(entry, position, version, base_url) for position, entry in enumerate(result["entries"][:MOST_ITEMS])
    )
    return ParsedFeed(
        format=version,
        parser=f"feedparser {feedparser.__version__}",
        title=html_text(title, title=True) if (title := field(dict.get(channel, "title"))) else None,
        link=field(dict.get(channel, "link"), 4096),
        language=field(dict.get(channel, "language"), 40),
        ttl=times.minutes,
        skip_hours=times.skip_hours,
        skip_days=times.skip_days,
        entries=entries,
        dropped=dropped,
        warnings=("malformed",) if dict.get(result, "bozo") else (),
    )


def _entry(entry: Any, position: int, version: str, base_url: str) -> Entry:
    atom = version.startswith("atom")
    contents = [_text(part, atom=atom) for part in (dict.get(entry, "content") or [])[:5]]
    body = max(contents, key=len, default="")
    description = _text(dict.get(entry, "summary_detail") or {}, atom=atom)
    detail = dict.get(entry, "title_detail") or {}
    return Entry(
        position=position,
        guid=field(dict.get(entry, "id")),
        link=_link(entry),
        headline=_headline(detail, atom=atom),
        description=described(description, body),
        body=body[:LONGEST_TEXT] or None,
        truncated=len(body or description) > LONGEST_TEXT,
        byline=_byline(entry),
        language=field(dict.get(detail, "language"), 40),
        published=field(dict.get(entry, "published"), 120),
        updated=field(dict.get(entry, "updated"), 120),
        tags=_tags(entry),
        enclosures=tuple(_enclosures(entry, base_url)),
    )


def _text(detail: Any, *, atom: bool) -> str:
    """Return a text construct as plain text. Atom says what is HTML; RSS never does, and nearly always is."""
    value = dict.get(detail, "value")
    if not isinstance(value, str):
        return ""
    return plain_text(value) if atom and dict.get(detail, "type") in _PLAIN else html_text(value)


def _headline(detail: Any, *, atom: bool) -> str | None:
    value = dict.get(detail, "value")
    if not isinstance(value, str):
        return None
    cut = value[: 4 * LONGEST_FIELD]
    is_plain = atom and dict.get(detail, "type") in _PLAIN
    text = " ".join(plain_text(cut).split()) if is_plain else html_text(cut, title=True)
    return text[:LONGEST_FIELD] or None


def _link(entry: Any) -> str | None:
    link = field(dict.get(entry, "link"), 4097)
    return link if link and len(link) <= 4096 else None


def _byline(entry: Any) -> str | None:
    names = [
        name for author in (dict.get(entry, "authors") or [])[:10] if (name := field(dict.get(author, "name"), 200))
    ]
    text = ", ".join(dict.fromkeys(names)) or field(dict.get(entry, "author"), LONGEST_AUTHOR)
    return html_text(text, title=True) or None if text else None


def _tags(entry: Any) -> tuple[str, ...]:
    terms = (dict.get(tag, "label") or dict.get(tag, "term") for tag in (dict.get(entry, "tags") or [])[:MOST_TAGS])
    names = (html_text(name, title=True) for term in terms if (name := field(term, 200)))
    return tuple(dict.fromkeys(name for name in names if name))


def _enclosures(entry: Any, base_url: str) -> list[ParsedEnclosure]:
    found: dict[str, ParsedEnclosure] = {}
    links = [link for link in (dict.get(entry, "links") or []) if dict.get(link, "rel") == "enclosure"]
    for item in [*links, *(dict.get(entry, "media_content") or [])]:
        href = absolute(dict.get(item, "href") or dict.get(item, "url"), base_url)
        if href and len(found) < MOST_ENCLOSURES:
            size = _whole(dict.get(item, "length") or dict.get(item, "filesize"), 2**53)
            found.setdefault(href, ParsedEnclosure(href=href, mimetype=field(dict.get(item, "type"), 100), size=size))
    return list(found.values())


def _whole(value: object, largest: int) -> int | None:
    text = str(value or "").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 16:
        return None
    return min(int(text), largest) or None


def _with_origin(feed: ParsedFeed, decoded: Text, *, repairs: tuple[str, ...]) -> ParsedFeed:
    values = {name: getattr(feed, name) for name in feed.__slots__}
    values |= {"encoding": decoded.encoding, "encoding_reason": decoded.why, "repairs": repairs}
    return ParsedFeed(**values)


@cache
def _cap_authors() -> None:
    """Cut author texts before feedparser looks for an e-mail address in them, which takes quadratic time.

    See kurtmckee/feedparser#562; to be dropped when its fix is released.
    """
    original = mixin._FeedParserMixin._sync_author_detail  # noqa: SLF001 - there is no public hook

    def capped(self: Any, key: str = "author") -> None:
        context = self._get_context()
        value = dict.get(context, key)
        if isinstance(value, str) and len(value) > LONGEST_AUTHOR:
            context[key] = value[:LONGEST_AUTHOR]
        original(self, key)

    mixin._FeedParserMixin._sync_author_detail = capped  # noqa: SLF001 - as above

"""The same feeds read by fastfeedparser, where it is installed (extra `fast`) and sure of itself.

It reads what feedparser would read after the same guards: decoded by us, cut before the root. Its dates are not used,
since it reads some zones wrongly; they are taken as written from the markup. Whatever is unusual is left to feedparser.
"""

from __future__ import annotations

import importlib.util
import re
from typing import Any

from pipeline.feeds.links import absolute
from pipeline.feeds.markup import html_text
from pipeline.feeds.parsed import (
    LONGEST_TEXT,
    MOST_ENCLOSURES,
    MOST_TAGS,
    Entry,
    ParsedEnclosure,
    ParsedFeed,
    described,
    field,
)
from pipeline.feeds.timetable import timetable

INSTALLED = importlib.util.find_spec("fastfeedparser") is not None
_ITEM = re.compile(r"<item[\s>](.*?)</item>", re.DOTALL)
_DATE = re.compile(r"<(pubDate|dc:date)>\s{0,20}(?:<!\[CDATA\[)?([^<\]]{1,120})")
_GUID = re.compile(r"<guid\b[^>]{0,200}>\s{0,20}[^\s<]|<guid\b[^>]{0,200}>\s{0,20}<!\[CDATA\[")
_IN_HEAD = re.compile(r"<(title|language|ttl|sy:updatePeriod|sy:updateFrequency)>\s{0,20}([^<]{1,200})</\1>")
# Constructs the two parsers read differently, or this one not at all.
_UNUSUAL = re.compile(
    r"xml:base|xml:lang|<atom:|<a10:|<itunes:|<dcterms:|<media:group|<source|<body|<xhtml:|<dc:language"
)


def quick_feed(text: str, base_url: str) -> ParsedFeed | None:
    """Read an RSS 2.0 document as `parse_feed` does; None where it had better do that itself."""
    head, _, _ = text.partition("<item")
    # As many ends as beginnings: without, every beginning would be searched for its end to the end of the document.
    if text.count("<item") != text.count("</item>") or not head.startswith("<rss") or "2.0" not in head[:400]:
        return None
    items = _ITEM.findall(text)
    if not items or _UNUSUAL.search(text):
        return None
    import fastfeedparser  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    try:
        result = fastfeedparser.parse(b"<?xml version='1.0' encoding='utf-8'?>\n" + text.encode("utf-8", "replace"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    entries = result["entries"]
    if len(entries) != len(items):
        return None
    told = dict(_IN_HEAD.findall(head))
    times = timetable(
        text, ttl=told.get("ttl"), period=told.get("sy:updatePeriod"), frequency=told.get("sy:updateFrequency")
    )
    channel = result["feed"]
    return ParsedFeed(
        format="rss20",
        parser=f"fastfeedparser {fastfeedparser.__version__}",
        title=html_text(title, title=True) if (title := field(channel.get("title"))) else None,
        link=field(channel.get("link"), 4096),
        language=field(told.get("language"), 40),
        ttl=times.minutes,
        skip_hours=times.skip_hours,
        skip_days=times.skip_days,
        entries=tuple(
            _entry(entry, position, markup, base_url)
            for position, (entry, markup) in enumerate(zip(entries, items, strict=True))
        ),
    )


def _entry(entry: Any, position: int, markup: str, base_url: str) -> Entry:
    body = max((html_text(part.get("value") or "") for part in entry.get("content") or []), key=len, default="")
    description = html_text(entry.get("description") or "")
    has_body = "<content:encoded" in markup
    dates = dict(_DATE.findall(markup))
    title = entry.get("title")
    return Entry(
        position=position,
        guid=field(entry.get("id")) if _GUID.search(markup) else None,
        link=_link(entry, base_url),
        headline=html_text(title[:8000], title=True)[:2000] or None if isinstance(title, str) else None,
        description=described(description, body if has_body else ""),
        body=body[:LONGEST_TEXT] or None if has_body else None,
        truncated=len(body or description) > LONGEST_TEXT,
        byline=html_text(author, title=True) or None if (author := field(entry.get("author"), 200)) else None,
        published=field(dates.get("pubDate") or dates.get("dc:date"), 120),
        tags=_tags(entry),
        enclosures=tuple(_enclosures(entry, base_url)),
    )


def _link(entry: Any, base_url: str) -> str | None:
    link = absolute(entry.get("link"), base_url)
    return link if link and len(link) <= 4096 else None


def _tags(entry: Any) -> tuple[str, ...]:
    terms = (field(tag.get("label") or tag.get("term"), 200) for tag in (entry.get("tags") or [])[:MOST_TAGS])
    return tuple(dict.fromkeys(name for term in terms if term and (name := html_text(term, title=True))))


def _enclosures(entry: Any, base_url: str) -> list[ParsedEnclosure]:
    found: dict[str, ParsedEnclosure] = {}
    for item in [*(entry.get("enclosures") or []), *(entry.get("media_content") or [])]:
        href = absolute(item.get("url") or item.get("href"), base_url)
        if href and len(found) < MOST_ENCLOSURES:
            size = item.get("length") or item.get("filesize")
            whole = int(size) if str(size or "").isdigit() and 0 < int(size) < 2**53 else None
            found.setdefault(href, ParsedEnclosure(href=href, mimetype=field(item.get("type"), 100), size=whole))
    return list(found.values())

"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

from typing import Any

import orjson

from pipeline.feeds.dates import is_later
from pipeline.feeds.links import absolute
from pipeline.feeds.markup import html_text, plain_text
from pipeline.feeds.parsed import (
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

VERSION = "https://jsonfeed.org/version/"


def looks_like_json(text: str) -> bool:
    """Say whether a document begins like a JSON object."""
    return text[:256].lstrip().startswith("{")


def read_json_feed(text: str, base_url: str) -> ParsedFeed:
    """Read a JSON Feed.

    Raises:
        NotAFeedError: it is not JSON, or JSON of another kind.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotAFeedError(f"not JSON: {error.msg}") from error
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list) or not str(value.get("version", VERSION)).startswith(VERSION):
        raise NotAFeedError("JSON, but no JSON Feed")
    found = [item for item in items if isinstance(item, dict)]
    taken = _newest(found) if len(found) > MOST_ITEMS else found
    return ParsedFeed(
        format="jsonfeed",
        parser="jsonfeed",
        title=field(value.get("title")),
        link=absolute(value.get("home_page_url"), base_url),
        language=field(value.get("language"), 40),
        entries=tuple(_entry(item, position, base_url) for position, item in enumerate(taken)),
        dropped=len(items) - len(taken),
    )


def _newest(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the first items, or the last where those are newer."""
    first, last = (field(item.get("date_published"), 120) for item in (items[0], items[-1]))
    return items[-MOST_ITEMS:] if is_later(last, first) else items[:MOST_ITEMS]


def _entry(item: dict[str, Any], position: int, base_url: str) -> Entry:
    body, truncated = _body(item)
    summary = item.get("summary")
    return Entry(
        position=position,
        guid=_guid(item.get("id")),
        link=absolute(item.get("url") or item.get("external_url"), base_url),
        headline=html_text(title, title=True) if (title := field(item.get("title"))) else None,
        description=described(plain_text(summary), body or "") if isinstance(summary, str) else None,
        body=body,
        truncated=truncated,
        byline=_byline(item),
        language=field(item.get("language"), 40),
        published=field(item.get("date_published"), 120),
        updated=field(item.get("date_modified"), 120),
        tags=tuple(tag for value in _list(item.get("tags"))[:MOST_TAGS] if (tag := field(value, 200))),
        enclosures=tuple(_enclosures(item, base_url)),
    )


def _body(item: dict[str, Any]) -> tuple[str | None, bool]:
    html, plain = item.get("content_html"), item.get("content_text")
    text = html_text(html) if isinstance(html, str) else plain_text(plain) if isinstance(plain, str) else ""
    return text[:LONGEST_TEXT] or None, len(text) > LONGEST_TEXT


def _guid(value: Any) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else field(value)


def _byline(item: dict[str, Any]) -> str | None:
    authors = [*_list(item.get("authors")), item.get("author")]
    names = [name for author in authors[:10] if isinstance(author, dict) and (name := field(author.get("name"), 200))]
    return ", ".join(dict.fromkeys(names)) or None


def _enclosures(item: dict[str, Any], base_url: str) -> list[ParsedEnclosure]:
    found = []
    for attachment in _list(item.get("attachments"))[:MOST_ENCLOSURES]:
        if not isinstance(attachment, dict) or not (href := absolute(attachment.get("url"), base_url)):
            continue
        size = attachment.get("size_in_bytes")
        whole = size if isinstance(size, int) and 0 <= size < 2**53 else None
        found.append(ParsedEnclosure(href=href, mimetype=field(attachment.get("mime_type"), 100), size=whole))
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

"""What an HTML page says of itself: its feeds, its own address, its encoding. Only tags are read, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from pipeline.feeds.links import absolute

# Where feeds lie on sites that do not say; the usual systems first.
COMMON_PATHS = (
    "/feed/",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/rss",
    "/feed.json",
    "/rss/",
    "/?feed=rss2",
)
MOST_LINKS = 50
_LONGEST = 2 * 1024 * 1024
_TAG = re.compile(r"<(link|a|base)\s([^<>]{0,4000})>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--|<(?=script|style)", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""([a-z-]{1,30})\s{0,9}=\s{0,9}(?:"([^"]{0,4000})"|'([^']{0,4000})'|([^\s"'>]{1,4000}))""", re.IGNORECASE
)
_META_CHARSET = re.compile(rb"<meta\s[^<>]{0,200}charset\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_TYPES = {
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/rdf+xml": "rss",
    "application/feed+json": "json",
    "application/json": "json",
}
_FEED_LIKE = re.compile(r"(?:^|[/._?=-])(?:rss|atom|feeds?|rdf)(?:[/._?=&0-9-]|xml|json|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed a page names; `kind` is rss, atom, json, or `anchor` where only its address looks like one."""

    url: str
    title: str = ""
    kind: str


def feed_links(html: str, base_url: str) -> list[FeedLink]:
    """Return the feeds a page declares (rel=alternate), else the links of its own site that look like feeds."""
    base, based, declared, anchors = base_url, False, dict[str, FeedLink](), dict[str, FeedLink]()
    for name, attributes in _tags(html):
        if name == "base":
            # The first one counts.
            base = base if based else absolute(attributes.get("href"), base_url) or base_url
            based = True
            continue
        url = absolute(attributes.get("href"), base)
        if not url:
            continue
        if name == "link" and (kind := _declared(attributes, url)):
            title = " ".join(attributes.get("title", "").split())[:200]
            declared.setdefault(url, FeedLink(url=url, title=title, kind=kind))
        elif name == "a" and _looks_like_a_feed(url, base_url):
            anchors.setdefault(url, FeedLink(url=url, kind="anchor"))
    return list((declared or anchors).values())[:MOST_LINKS]


def canonical_address(html: str, base_url: str) -> str | None:
    """Return the address a page gives itself, where that is on its own host."""
    for name, attributes in _tags(html):
        if name == "link" and "canonical" in attributes.get("rel", "").lower().split():
            url = absolute(attributes.get("href"), base_url)
            return url if url and _site(url) == _site(base_url) else None
    return None


def page_charset(body: bytes, http_charset: str | None) -> str | None:
    """Return the encoding a page is labelled with: by HTTP, else by its own first kilobytes."""
    if http_charset:
        return http_charset
    match = _META_CHARSET.search(body[:4096])
    return match[1].decode("ascii") if match else None


def _tags(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    for match in _TAG.finditer(_without_comments(html[:_LONGEST])):
        pairs = _ATTRIBUTE.findall(match[2])
        yield (
            match[1].lower(),
            {name.lower(): unescape(double or single or bare) for name, double, single, bare in pairs},
        )


def _without_comments(html: str) -> str:
    """Leave out comments, scripts and styles: what they hold is no markup."""
    lower, parts, position = html.lower(), list[str](), 0
    while match := _COMMENT.search(html, position):
        parts.append(html[position : match.start()])
        closing = "-->" if match[0] == "<!--" else "</script" if lower.startswith("script", match.end()) else "</style"
        end = lower.find(closing, match.end())
        if end < 0:
            return "".join(parts)
        position = end + len(closing)
    return "".join([*parts, html[position:]])


def _declared(attributes: dict[str, str], url: str) -> str | None:
    rels = attributes.get("rel", "").lower().split()
    kind = _TYPES.get(attributes.get("type", "").partition(";")[0].strip().lower())
    # Of JSON only JSON Feed is meant: WordPress declares its API the same way.
    if attributes.get("type", "").strip().lower() == "application/json" and "feed" not in url.lower():
        return None
    if "alternate" in rels and "stylesheet" not in rels:
        return kind
    return kind or "rss" if "feed" in rels else None


def _looks_like_a_feed(url: str, base_url: str) -> bool:
    parts = urlsplit(url)
    return _site(url) == _site(base_url) and bool(_FEED_LIKE.search(f"{parts.path}?{parts.query}".rstrip("?")[:2000]))


def _site(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""

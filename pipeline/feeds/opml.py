"""OPML, the lists of feeds that readers exchange: outlines to tables of a catalog and back.

Only the outlines of the document itself count: no entity, DOCTYPE or included document is looked at. Folders are tags,
`outer/inner` where they are nested. What OPML has no attribute for is kept in attributes with the prefix `khabar:`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

import orjson

from pipeline.feeds import values
from pipeline.feeds.charset import to_text
from pipeline.feeds.links import without_credentials
from pipeline.feeds.prolog import from_root, local_name, resolve_references

if TYPE_CHECKING:
    from pipeline.feeds.catalog import Catalog, FeedSpec

LARGEST = 10 * 1024 * 1024
DEEPEST = 32
MOST_OUTLINES = 100_000
_LONGEST_ADDRESS = 4096
_LONGEST_NAME = 300
_PREFIX = "khabar:"
_NAMESPACE = "urn:x-khabar:catalog"
_STRAY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7});)")
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")
_TEXTS = ("id", "country", "timezone", "interval", "min_interval")
_FLAGS = ("paused", "fulltext", "guid_unstable")
_DURATIONS = ("interval", "min_interval")


class OpmlError(ValueError):
    """The document is no OPML that can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """What a document lists: tables with the keys of [[feed]], one an address, and what was skipped with the reason."""

    rows: tuple[dict[str, Any], ...]
    skipped: tuple[str, ...] = ()


def read_opml(body: bytes) -> Outlines:
    """Read the feeds of an OPML document.

    Raises:
        OpmlError: it is none, too large, too deep or broken.
    """
    if len(body) > LARGEST:
        raise OpmlError(f"more than {LARGEST} bytes")
    document = from_root(to_text(body, None).text)
    if document.root is None or local_name(document.root) != "opml":
        raise OpmlError("no OPML: the root element is not <opml>")
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    text = _STRAY.sub("&amp;", resolve_references(document.text))
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003 - the name of the argument is not public
    except expat.ExpatError as error:
        raise OpmlError(f"broken XML: {error}") from error
    return Outlines(tuple(reader.rows.values()), tuple(reader.skipped))


def write_opml(catalog: Catalog, title: str = "khabar") -> str:
    """Write a catalog's feeds, in folders by their first tag; request headers and credentials in addresses stay out."""
    root = _Folder()
    for feed in catalog.feeds:
        root.place(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<opml version={quoteattr('2.0')} xmlns:khabar={quoteattr(_NAMESPACE)}>",
        f"  <head><title>{quoteattr(title)[1:-1]}</title></head>",
        "  <body>",
        *root.lines(catalog, "    "),
        "  </body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def feed_id(url: str) -> str:
    """Name a feed after its address alone, so that the order of a list does not matter."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    name = _UNSAFE.sub("-", host).strip("-.")[:48] or "feed"
    return f"{name}-{hashlib.sha256(url.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


@dataclass(slots=True)
class _Reader:
    """Collects outlines; `folders` holds the name of each open element, "" for one that is no folder."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    outlines: int = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self.folders) >= DEEPEST:
            raise OpmlError(f"more than {DEEPEST} levels")
        folder = ""
        if local_name(name) == "outline":
            self.outlines += 1
            if self.outlines > MOST_OUTLINES:
                raise OpmlError(f"more than {MOST_OUTLINES} outlines")
            folder = self._outline({key.lower(): value for key, value in attributes.items()})
        self.folders.append(folder)

    def end(self, _name: str) -> None:
        self.folders.pop()

    def _outline(self, attributes: Mapping[str, str]) -> str:
        """Take a feed, or return the name of a folder."""
        name = _name(attributes.get("text") or attributes.get("title") or "")
        url = attributes.get("xmlurl", "").strip().removeprefix("feed:")
        if url.startswith("//"):
            url = f"http:{url}"
        if not url:
            return name.replace("/", "-").replace(",", " ")
        try:
            if len(url) > _LONGEST_ADDRESS:
                raise ValueError("the address is too long")  # noqa: TRY301 - told like the other reasons
            row = _row(values.address(url), name, attributes)
        except ValueError as error:
            self.skipped.append(f"{without_credentials(url[:200])!r}: {error}")
            return ""
        tags = ["/".join(folder for folder in self.folders if folder), *_categories(attributes.get("category", ""))]
        known = self.rows.setdefault(row["url"], row)
        known["tags"] = list(dict.fromkeys([*known.get("tags", ()), *filter(None, tags)]))[: values.MOST_TAGS]
        return ""


def _row(url: str, name: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": feed_id(url), "url": url}
    if name and name != url:
        row["name"] = name
    with suppress(ValueError):  # other readers write "unknown" and names of languages
        row["language"] = values.language(attributes.get("language"))
    own = {key.removeprefix(_PREFIX): value for key, value in attributes.items() if key.startswith(_PREFIX)}
    row |= {key: own[key] for key in _TEXTS if key in own}
    row |= {key: True for key in _FLAGS if own.get(key) == "true"}
    if own.get("first_items", "").isdigit():
        row["first_items"] = int(own["first_items"][:9])
    if "labels" in own:
        try:
            row["labels"] = values.labels(orjson.loads(own["labels"]))
        except (TypeError, ValueError) as error:
            raise ValueError(f"khabar:labels: {error}") from error
    return row


def _name(text: str) -> str:
    shown = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * _LONGEST_NAME]).split())
    return shown[:_LONGEST_NAME].strip()


def _categories(text: str) -> list[str]:
    found = (_name(part).strip("/") for part in text[:_LONGEST_ADDRESS].split(","))
    return ["/".join(filter(None, (step.strip() for step in part.split("/")))) for part in found if part]


@dataclass(slots=True)
class _Folder:
    feeds: list[FeedSpec] = field(default_factory=list)
    folders: dict[str, _Folder] = field(default_factory=dict)

    def place(self, feed: FeedSpec) -> None:
        here = self
        for step in filter(None, feed.tags[0].split("/")[: DEEPEST - 4] if feed.tags else ()):
            here = here.folders.setdefault(step, _Folder())
        here.feeds.append(feed)

    def lines(self, catalog: Catalog, indent: str) -> Iterable[str]:
        for feed in self.feeds:
            shown = " ".join(f"{key}={quoteattr(value)}" for key, value in _attributes(catalog, feed).items())
            yield f"{indent}<outline {shown}/>"
        for name, folder in self.folders.items():
            yield f"{indent}<outline text={quoteattr(name)}>"
            yield from folder.lines(catalog, indent + "  ")
            yield f"{indent}</outline>"


def _attributes(catalog: Catalog, feed: FeedSpec) -> dict[str, str]:
    url = without_credentials(feed.url)
    found = {"type": "rss", "text": feed.name or url, "xmlUrl": url}
    if feed.language:
        found["language"] = feed.language
    if feed.tags[1:]:
        found["category"] = ",".join(f"/{tag}" if "/" in tag else tag for tag in feed.tags[1:])
    for key in (*_TEXTS, *_FLAGS, "first_items"):
        value = getattr(feed, key)
        # What all feeds have from the [poller] table is not a setting of this one.
        if value not in (None, False) and value != getattr(catalog.poller, key, None):
            found[_PREFIX + key] = _written(value)
    if feed.labels:
        found[f"{_PREFIX}labels"] = orjson.dumps(dict(feed.labels), option=orjson.OPT_SORT_KEYS).decode("utf-8")
    return found


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true"
    return values.duration_text(value) if isinstance(value, timedelta) else str(value)

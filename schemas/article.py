"""Articles as they travel: as received from a source, cleaned and identified, and judged for duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Precision = Literal["second", "minute", "hour", "day", "month", "year", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AltIds:
    """Other names of the article: the feed's guid, the link as in the feed, the page's own canonical url."""

    guid: str | None = None
    link: str | None = None
    canonical: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A category or keyword the source gave."""

    name: str
    scheme: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A media file the source attached; `size` in bytes."""

    href: str
    mimetype: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoSource:
    """Who published it; `country` is ISO 3166-1 alpha-3."""

    name: str | None = None
    uri: str | None = None
    country: str | None = None
    labels: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRef:
    """The feed the article came in, and its place there (0 = first)."""

    id: str
    url: str | None = None
    format: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FullText:
    """Whether the page itself was fetched for its text, and by what."""

    status: Literal["none", "fetched", "failed", "robots"] = "none"
    extractor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How the bytes came to us. Times are RFC 3339 UTC; `body_sha256` is of the response body, hexadecimal."""

    fetched: str | None = None
    final_url: str | None = None
    status: int | None = None
    etag: str | None = None
    body_sha256: str | None = None
    encoding: str | None = None
    encoding_reason: str | None = None
    repairs: tuple[str, ...] = ()
    parser: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawArticle:
    """What the source said, text untouched (topic news.raw; names after IPTC ninjs 1.x).

    `uri` names the article for life; `version` counts its texts from 1. Times are RFC 3339 UTC.
    """

    schema: str = "raw_article/1.0"
    uri: str
    version: int = 1
    pubstatus: Literal["usable", "withheld", "canceled"] = "usable"
    type: Literal["text"] = "text"
    headline: str | None = None
    description_text: str | None = None
    body_text: str | None = None
    body_html: str | None = None
    byline: str | None = None
    language: str | None = None
    language_source: Literal["entry", "feed", "http", "config"] | None = None
    url: str | None = None
    altids: AltIds | None = None
    contentcreated: str | None = None
    contentcreated_raw: str | None = None
    contentcreated_precision: Precision = "none"
    contentmodified: str | None = None
    firstcreated: str | None = None
    versioncreated: str | None = None
    subject: tuple[Subject, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    infosource: InfoSource | None = None
    feed: FeedRef | None = None
    fulltext: FullText | None = None
    provenance: Provenance | None = None
    content_sha256: str | None = None
    truncated: bool = False

    @property
    def text(self) -> str:
        """The text as received: the body, else the description, else nothing."""
        return self.body_text or self.description_text or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another language the text may be in."""

    language: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The part of an article's letters that is in a language, 0 to 1."""

    language: str
    share: float


SegmentKind = Literal[
    "title",
    "dateline",
    "body",
    "second_article",
    "related",
    "read_also",
    "teaser",
    "share",
    "keywords",
    "source_line",
    "byline",
    "caption",
    "tweet",
    "header",
    "consent",
    "block_page",
    "boilerplate",
    "mojibake",
    "filler",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of the article as received, `[start, end)` in code points, with its kind and language.

    Segments are in order, do not overlap, and together hold every character that is not white space.
    """

    kind: SegmentKind
    start: int
    end: int
    language: str
    confidence: float
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article cleaned, segmented and identified (topic news.articles).

    Offsets are code points into `received`. `sketch` is the sorted FracMinHash sample of the folded body
    (unsigned 32 bit); `letters` the length of the folded body it was taken from; `text_key` a hash of that. `words`
    are the folded words for the dedup stage, packed as `pipeline.text.pages` does; it takes them out. An article that
    is not `usable` was taken back by its source: it tells nothing any more.
    """

    schema: str = "article/1.2"
    uri: str
    version: int = 1
    pubstatus: Literal["usable", "withheld", "canceled"] = "usable"
    site: str
    source: str | None = None
    country: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    title: str | None = None
    text: str
    published: str | None = None
    published_precision: Precision = "none"
    seen: str | None = None
    language: str
    confidence: float
    script: str
    alternatives: tuple[Alternative, ...] = ()
    group: str | None = None
    reason: str
    declared: str | None = None
    detector: str
    shares: tuple[Share, ...] = ()
    segments: tuple[Segment, ...] = ()
    text_sha256: str
    letters: int = 0
    sketch: tuple[int, ...] = ()
    text_key: str = ""
    words: bytes | None = None

    @property
    def received(self) -> str:
        """The article as received, which all offsets point into: title, newline, text; or the text alone."""
        return received(self.title, self.text)


def received(title: str | None, text: str) -> str:
    """Join a title and a text the way every offset of this project counts."""
    return f"{title}\n{text}" if title else text


Relation = Literal[
    "new",
    "shares_text",
    "revision",
    "altered_copy",
    "same_url_same_text",
    "copy",
    "resend",
    "contained_in",
    "contains",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A sentence of an earlier version beside that of a later one, each cut to 300 characters.

    `old` is given in folded words, as it is kept: without case, punctuation and marks. `new` is given as received, from
    `start` to `end`.
    """

    kind: Literal["added", "removed", "replaced"]
    old: str | None = None
    new: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberChange:
    """A number of an earlier version beside the one in its place; ASCII digits, a space between groups or decimals."""

    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An article glued behind the article's own text, `[start, end)` as received, that repeats the article `of`."""

    start: int
    end: int
    of: str
    relation: Relation
    containment: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether an article is new, and what it repeats.

    `of` is the uri it repeats; `group` the uri of the earliest article of its group; `similarity` Jaccard and
    `containment` the larger of both directions, 0 to 1. `nothing_new` says that extraction may be skipped.
    `carriers` are the sites that carried the group's text, itself included, sorted. `changes` and `numbers` are what
    an update changed, at most 20 of each: the headline first, then as in the text, then what was removed. `parts` are
    glued articles that repeat known ones; they say nothing about the article itself. `merged` are groups that this
    article made one with its own: records written before still name them.
    """

    verdict: Literal["new", "update", "duplicate", "contained"]
    relation: Relation
    of: str | None = None
    group: str
    similarity: float = 0.0
    containment: float = 0.0
    nothing_new: bool = False
    related: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    numbers: tuple[NumberChange, ...] = ()
    parts: tuple[Part, ...] = ()
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedArticle:
    """An article with its verdict (topic news.unique)."""

    schema: str = "judged_article/1.2"
    article: Article
    verdict: Verdict

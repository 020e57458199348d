"""What a feed document says, be it RSS, Atom or JSON. Plain values only, so that it travels as JSON."""

from __future__ import annotations

from dataclasses import dataclass

MOST_ITEMS = 1000
LONGEST_TEXT = 200_000
LONGEST_DESCRIPTION = 10_000
LONGEST_FIELD = 2000
MOST_TAGS = 50
MOST_ENCLOSURES = 20


class NotAFeedError(ValueError):
    """The document is no feed; `empty` says that it is nothing at all."""

    def __init__(self, message: str, *, empty: bool = False) -> None:
        super().__init__(message)
        self.empty = empty


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEnclosure:
    """A media file of an entry; `size` in bytes."""

    href: str
    mimetype: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as published. Texts are plain text; dates as the feed wrote them; `link` is absolute, not cleaned."""

    position: int
    guid: str | None = None
    link: str | None = None
    headline: str | None = None
    description: str | None = None
    body: str | None = None
    truncated: bool = False
    byline: str | None = None
    language: str | None = None
    published: str | None = None
    updated: str | None = None
    tags: tuple[str, ...] = ()
    enclosures: tuple[ParsedEnclosure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """An entry that the feed says it deleted: its guid, and when, as the feed wrote it."""

    guid: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document. `warnings` are sorted words.

    `ttl`, in minutes, holds the update period too; `dropped` counts entries beyond the limit.
    """

    format: str
    parser: str
    title: str | None = None
    link: str | None = None
    language: str | None = None
    ttl: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    encoding: str = "utf-8"
    encoding_reason: str = "valid"
    entries: tuple[Entry, ...] = ()
    deleted: tuple[Deletion, ...] = ()
    dropped: int = 0
    repairs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def described(description: str, body: str) -> str | None:
    """Cut a description, shorter where there is a body beside it: a message holds one long text, not two."""
    return description[: LONGEST_DESCRIPTION if body else LONGEST_TEXT] or None


def field(value: object, longest: int = LONGEST_FIELD) -> str | None:
    """Return a short text stripped and cut, None for no text."""
    if not isinstance(value, str):
        return None
    return value.strip()[:longest].strip() or None

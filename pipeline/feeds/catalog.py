"""The feed catalog: a TOML file of [poller] and [[feed]] tables, and the OPML files it names, checked as a whole."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.feeds import values
from pipeline.feeds.opml import LARGEST, OpmlError, read_opml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST_ITEMS = 50


class CatalogError(ValueError):
    """The catalog is wrong; the message names file, line and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """A feed to be polled. `timezone` (IANA) is for dates without, or with an ambiguous zone.

    `interval` replaces the interval that follows the feed, `min_interval` the floors it asks for. Of the first document
    the `first_items` newest items are sent, all where it is None. `headers` may hold secrets: they are never shown.
    """

    id: str
    url: str
    name: str | None = None
    language: str | None = None
    country: str | None = None
    timezone: str | None = None
    labels: Mapping[str, str] | None = None
    tags: tuple[str, ...] = ()
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    interval: timedelta | None = None
    min_interval: timedelta | None = None
    first_items: int | None = None
    fulltext: bool = False
    guid_unstable: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PollerSpec:
    """Settings of the poller: `host_spacing` is the least time between two requests to one host."""

    user_agent: str
    allow_private: bool = False
    min_interval: timedelta | None = None
    host_spacing: timedelta = timedelta(seconds=1)
    parsers: int = 2
    requests: int = 32
    first_items: int = FIRST_ITEMS
    opml: tuple[str, ...] = ()
    fast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A checked catalog. `warnings` tells what of its OPML files was left out, and why."""

    poller: PollerSpec
    feeds: tuple[FeedSpec, ...]
    warnings: tuple[str, ...] = ()


def parse_catalog(text: str, name: str = "catalog") -> Catalog:
    """Read a catalog.

    Raises:
        CatalogError: not TOML, an unknown or missing key, a value of the wrong kind, an id or url given twice.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{name}: {error}") from error
    source = _Source(name, text.splitlines())
    for key in tables:
        if key not in {"poller", "feed"}:
            raise source.error(key, -1, "there is no such table or key; a catalog has [poller] and [[feed]]")
    poller = PollerSpec(**_read(source, _table(source, tables.get("poller"), "poller"), -1, _POLLER, ("user_agent",)))
    rows = tables.get("feed", [])
    if not isinstance(rows, list):
        raise source.error("feed", -1, "write [[feed]], not [feed]")
    feeds = tuple(_feed(source, poller, row, number) for number, row in enumerate(rows))
    _refuse_twice(source, feeds)
    return Catalog(poller=poller, feeds=feeds)


def read_catalog(file: Path) -> Catalog:
    """Read the catalog of a file and of the OPML files it names, which lie beside it unless their names say otherwise.

    Raises:
        CatalogError: as `parse_catalog`, or a file cannot be read.
    """
    try:
        text = _read_file(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise CatalogError(f"{file}: {error}") from error
    catalog = parse_catalog(text, str(file))
    for name in catalog.poller.opml:
        catalog = with_outlines(catalog, _read_file(file.parent / name), name)
    return catalog


def with_outlines(catalog: Catalog, body: bytes, name: str) -> Catalog:
    """Add the feeds of an OPML document; those whose address the catalog has already are left out.

    Raises:
        CatalogError: it is no OPML, or a feed has the id of another.
    """
    try:
        outlines = read_opml(body)
    except OpmlError as error:
        raise CatalogError(f"{name}: {error}") from error
    known, warnings = {feed.url: feed for feed in catalog.feeds}, [f"{name}: {text}" for text in outlines.skipped]
    for row in outlines.rows:
        try:
            feed = feed_of_row(catalog.poller, row)
        except CatalogError as error:
            warnings.append(f"{name}: {row['url']}: {error}")
        else:
            known.setdefault(feed.url, feed)
    feeds = tuple(known.values())
    _refuse_twice(_Source(name, []), feeds)
    return replace(catalog, feeds=feeds, warnings=(*catalog.warnings, *warnings))


def feed_of_row(poller: PollerSpec, row: Mapping[str, Any]) -> FeedSpec:
    """Read one [[feed]] table.

    Raises:
        CatalogError: a key is missing, unknown or wrong.
    """
    return _feed(_Source("feed", []), poller, row, -1)


def _read_file(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            body = source.read(LARGEST + 1)
    except OSError as error:
        raise CatalogError(f"{file}: {error}") from error
    if len(body) > LARGEST:
        raise CatalogError(f"{file}: more than {LARGEST} bytes")
    return body


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    lines: list[str]

    def error(self, key: str, number: int, message: str) -> CatalogError:
        """Make the error for a key of the nth [[feed]], -1 for what stands outside of them."""
        line = self._line(key, number)
        place = f"{self.name}:{line}" if line else self.name
        table = f"feed {number + 1}: " if number >= 0 else ""
        return CatalogError(f"{place}: {table}{key}: {message}")

    def _line(self, key: str, number: int) -> int | None:
        table, heading = -1, None
        for index, line in enumerate(self.lines, start=1):
            text = line.strip()
            if text.replace(" ", "").startswith("[[feed]]"):
                table += 1
                heading = index if table == number else heading
            left = text.partition("=")[0].strip().strip("\"'[]")
            if table == number and (left == key or left.startswith(f"{key}.")):
                return index
        return heading


def _feed(source: _Source, poller: PollerSpec, row: Any, number: int) -> FeedSpec:
    if not isinstance(row, dict):
        raise source.error("feed", number, "must be a table")
    found = _read(source, row, number, _FEED, ("id", "url"))
    enabled = found.pop("enabled", None)
    if enabled is not None and found.setdefault("paused", not enabled) is enabled:
        raise source.error("enabled", number, "contradicts paused")
    found.setdefault("min_interval", poller.min_interval)
    found.setdefault("first_items", poller.first_items)
    return FeedSpec(**found)


def _table(source: _Source, value: Any, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise source.error(name, -1, "must be a table")
    return value


def _read(
    source: _Source,
    table: Mapping[str, Any],
    number: int,
    readers: Mapping[str, Callable[[Any], Any]],
    needed: tuple[str, ...],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in readers:
            raise source.error(key, number, f"there is no such key; known are {', '.join(sorted(readers))}")
        try:
            found[key] = readers[key](value)
        except (ValueError, TypeError) as error:
            raise source.error(key, number, str(error)) from error
    for key in needed:
        if key not in found:
            raise source.error(key, number, "is required")
    return found


def _refuse_twice(source: _Source, feeds: tuple[FeedSpec, ...]) -> None:
    for name in ("id", "url"):
        first: dict[str, int] = {}
        for number, feed in enumerate(feeds):
            value = getattr(feed, name)
            if value in first:
                raise source.error(name, number, f"{value!r} is already that of feed {first[value] + 1}")
            first[value] = number


_POLLER: dict[str, Callable[[Any], Any]] = {
    "user_agent": values.line,
    "allow_private": values.flag,
    "min_interval": values.duration,
    "host_spacing": values.duration,
    "parsers": values.count,
    "requests": values.count,
    "first_items": values.first_items,
    "opml": values.files,
    "fast": values.flag,
}
_FEED: dict[str, Callable[[Any], Any]] = {
    "id": values.identifier,
    "url": values.address,
    "name": values.line,
    "language": values.language,
    "country": values.country,
    "timezone": values.timezone,
    "labels": values.labels,
    "tags": values.tags,
    "headers": values.headers,
    "interval": values.interval,
    "min_interval": values.duration,
    "first_items": values.first_items,
    "fulltext": values.flag,
    "enabled": values.flag,
    "guid_unstable": values.flag,
    "paused": values.flag,
}

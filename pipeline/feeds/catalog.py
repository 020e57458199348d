"""The feed catalog: a TOML file of a [poller] table and [[feed]] tables, checked as a whole."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DURATION = re.compile(r"(\d{1,6})\s?(s|m|h|d)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
# Codes of countries that no longer exist, which CLDR still maps to their successors.
_FORMER = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})


class CatalogError(ValueError):
    """The catalog is wrong; the message names file, line and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """A feed to be polled. `timezone` (IANA) is for dates without, or with an ambiguous zone."""

    id: str
    url: str
    name: str | None = None
    language: str | None = None
    country: str | None = None
    timezone: str | None = None
    labels: Mapping[str, str] | None = None
    min_interval: timedelta | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A checked catalog."""

    poller: PollerSpec
    feeds: tuple[FeedSpec, ...]


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
    """Read the catalog of a file.

    Raises:
        CatalogError: as `parse_catalog`, or the file cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{file}: {error}") from error
    return parse_catalog(text, str(file))


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
    values = _read(source, row, number, _FEED, ("id", "url"))
    values.setdefault("min_interval", poller.min_interval)
    return FeedSpec(**values)


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
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in readers:
            raise source.error(key, number, f"there is no such key; known are {', '.join(sorted(readers))}")
        try:
            values[key] = readers[key](value)
        except (ValueError, TypeError) as error:
            raise source.error(key, number, str(error)) from error
    for key in needed:
        if key not in values:
            raise source.error(key, number, "is required")
    return values


def _refuse_twice(source: _Source, feeds: tuple[FeedSpec, ...]) -> None:
    for name in ("id", "url"):
        first: dict[str, int] = {}
        for number, feed in enumerate(feeds):
            value = getattr(feed, name)
            if value in first:
                raise source.error(name, number, f"{value!r} is already that of feed {first[value] + 1}")
            first[value] = number


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("must be a text on one line, not empty")
    return value.strip()


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
        raise ValueError("must be a whole number from 1 to 1000")
    return value


def _identifier(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("must be 1 to 64 letters, digits, dots, hyphens and underscores")
    return value


def _url(value: Any) -> str:
    text = _text(value)
    parts = urlsplit(text)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http or https address")
    return text


def _duration(value: Any) -> timedelta:
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise ValueError('must be a time like "30s", "5m", "2h" or "1d"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _language(value: Any) -> str:
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise ValueError('must be a language tag like "ur" or "zh-Hant"')
    return value


def _timezone(value: Any) -> str:
    text = _text(value)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{text!r} is no IANA time zone of this system") from error
    return text


def _country(value: Any) -> str:
    code = _text(value).upper()
    if code in _alpha3().values():
        return code
    if code not in _alpha3():
        raise ValueError('must be an ISO 3166-1 code like "PK" or "PAK"')
    return _alpha3()[code]


def _labels(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise TypeError('must be a table of texts like {reliability = "C"}')
    return dict(sorted(value.items()))


@cache
def _alpha3() -> dict[str, str]:
    """Map ISO 3166-1 alpha-2 to alpha-3 codes, as CLDR has them."""
    aliases: Mapping[str, list[str]] = get_global("territory_aliases")
    codes = {
        new[0]: old
        for old, new in sorted(aliases.items())
        if len(old) == 3 and old.isalpha() and old not in _FORMER and len(new) == 1
    }
    return codes | {"XK": "XKX"}


_POLLER: dict[str, Callable[[Any], Any]] = {
    "user_agent": _text,
    "allow_private": _flag,
    "min_interval": _duration,
    "host_spacing": _duration,
    "parsers": _count,
    "requests": _count,
}
_FEED: dict[str, Callable[[Any], Any]] = {
    "id": _identifier,
    "url": _url,
    "name": _text,
    "language": _language,
    "country": _country,
    "timezone": _timezone,
    "labels": _labels,
    "min_interval": _duration,
    "guid_unstable": _flag,
    "paused": _flag,
}

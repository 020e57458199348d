"""The values of a feed catalog, each read or refused with what it must be (ValueError or TypeError)."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TAGS = 32
MOST_HEADERS = 16
MOST_OPML = 50
SHORTEST_INTERVAL = timedelta(seconds=30)
LONGEST_INTERVAL = timedelta(days=30)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DURATION = re.compile(r"(\d{1,6})\s?(s|m|h|d)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}", re.ASCII)
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,2046}[\x21-\x7e])?", re.ASCII)
# What the connection, the message or the poller itself says.
_OWN_HEADERS = frozenset(
    {
        "a-im",
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "keep-alive",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
    }
)
# Codes of countries that no longer exist, which CLDR still maps to their successors.
_FORMER = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})


def line(value: Any) -> str:
    """Read a text on one line."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("must be a text on one line, not empty")
    return value.strip()


def flag(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def count(value: Any) -> int:
    """Read a whole number from 1 to 1000."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
        raise ValueError("must be a whole number from 1 to 1000")
    return value


def first_items(value: Any) -> int:
    """Read a whole number from 0 to 1000."""
    return 0 if value == 0 and not isinstance(value, bool) else count(value)


def identifier(value: Any) -> str:
    """Read an id."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("must be 1 to 64 letters, digits, dots, hyphens and underscores")
    return value


def address(value: Any) -> str:
    """Read a web address."""
    text = line(value)
    parts = urlsplit(text)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http or https address")
    return text


def duration(value: Any) -> timedelta:
    """Read a length of time."""
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise ValueError('must be a time like "30s", "5m", "2h" or "1d"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def duration_text(value: timedelta) -> str:
    """Write a length of time as `duration` reads it."""
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def interval(value: Any) -> timedelta:
    """Read the time between two polls."""
    found = duration(value)
    if not SHORTEST_INTERVAL <= found <= LONGEST_INTERVAL:
        raise ValueError('must be between "30s" and "30d"')
    return found


def language(value: Any) -> str:
    """Read a language tag."""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise ValueError('must be a language tag like "ur" or "zh-Hant"')
    return value


def timezone(value: Any) -> str:
    """Read the name of a time zone."""
    text = line(value)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{text!r} is no IANA time zone of this system") from error
    return text


def country(value: Any) -> str:
    """Read a country, as alpha-3."""
    code = line(value).upper()
    if code in _alpha3().values():
        return code
    if code not in _alpha3():
        raise ValueError('must be an ISO 3166-1 code like "PK" or "PAK"')
    return _alpha3()[code]


def labels(value: Any) -> dict[str, str]:
    """Read a table of texts."""
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise TypeError('must be a table of texts like {reliability = "C"}')
    return dict(sorted(value.items()))


def tags(value: Any) -> tuple[str, ...]:
    """Read a list of tags; a folder within a folder is `outer/inner`."""
    if not isinstance(value, list) or len(value) > MOST_TAGS:
        raise TypeError(f'must be a list of at most {MOST_TAGS} texts like ["gov", "asia/south"]')
    found = tuple(dict.fromkeys(line(item)[:200] for item in value))
    if any("," in tag for tag in found):
        raise ValueError("a tag has no commas")
    return found


def headers(value: Any) -> dict[str, str]:
    """Read request headers; a message about a wrong one does not repeat its value, which may be a secret."""
    if not isinstance(value, dict) or len(value) > MOST_HEADERS:
        raise TypeError(f'must be a table of at most {MOST_HEADERS} headers like {{Authorization = "Bearer ..."}}')
    for name, text in value.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header")
        if name.lower() in _OWN_HEADERS or name.lower().startswith("proxy-"):
            raise ValueError(f"{name} is not for a catalog to set")
        if not isinstance(text, str) or not _HEADER_VALUE.fullmatch(text):
            raise ValueError(f"the value of {name} must be printable ASCII on one line, without spaces around it")
    if len({name.lower() for name in value}) < len(value):
        raise ValueError("a header is given twice")
    return dict(value)


def files(value: Any) -> tuple[str, ...]:
    """Read a list of file names."""
    if not isinstance(value, list) or len(value) > MOST_OPML:
        raise TypeError('must be a list of files like ["feeds.opml"]')
    return tuple(dict.fromkeys(line(item) for item in value))


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

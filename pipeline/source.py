"""Raw articles from what is at hand: a line of JSON, a seed file, a folder of texts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.text.site import site_of
from schemas import codec
from schemas.article import InfoSource, Precision, Provenance, RawArticle

TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
PRECISIONS: tuple[Precision, ...] = ("year", "month", "day", "hour", "minute", "second")
TIME_LENGTH = 64
INDEX = "index.toml"


class SourceError(ValueError):
    """A line or file that is no article; `field` names what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


def raw_from_line(value: object) -> RawArticle:
    """Read an input line of `khabar process`: the smallest form, or a whole RawArticle.

    Raises:
        SourceError: a field is missing or of the wrong type.
        codec.DecodeError: the line says it is a RawArticle and is not.
    """
    if not isinstance(value, dict):
        raise SourceError("$", f"an article is an object, not {_kind(value)}")
    if str(value.get("schema", "")).startswith("raw_article/"):
        return codec.build(RawArticle, value)
    title, text = _optional(value, "title"), _optional(value, "text")
    if not (title or "").strip() and not (text or "").strip():
        raise SourceError("text", "an article needs a title or a text")
    hint = _optional(value, "language_hint")
    published, precision = read_time(_optional(value, "published"))
    return RawArticle(
        uri=_identifier(value),
        headline=title or None,
        body_text=text or None,
        language=hint,
        language_source="entry" if hint else None,
        url=_optional(value, "url"),
        contentcreated=published,
        contentcreated_raw=value.get("published"),
        contentcreated_precision=precision,
        infosource=_infosource(_optional(value, "source"), _optional(value, "country")),
    )


def raw_from_seed(text: str, entry: Mapping[str, Any]) -> RawArticle:
    """Make the raw article of a seed: its text and its entry in index.toml (`id` and what is known of it)."""
    given = str(entry["published"]) if "published" in entry else None
    published, precision = read_time(given)
    return RawArticle(
        uri=str(entry["id"]),
        headline=entry.get("title"),
        body_text=text,
        url=entry.get("url"),
        contentcreated=published,
        contentcreated_raw=given,
        contentcreated_precision=precision,
        infosource=_infosource(entry.get("source"), entry.get("country")),
    )


def read_seeds(folder: Path) -> Iterator[RawArticle]:
    """Read every .txt file of a folder, by name; index.toml beside them says what is known of each, if it is there.

    Bytes that are no UTF-8 become U+FFFD, and the provenance says so.
    """
    index = _index(folder / INDEX)
    for file in sorted(folder.glob("*.txt")):
        data = file.read_bytes()
        article = raw_from_seed(data.decode("utf-8", "replace"), index.get(file.stem, {"id": file.stem}))
        yield article if _is_utf8(data) else _repaired(article)


def site_key(raw: RawArticle) -> str:
    """The key of news.raw: the site, else the source's name, else the feed, else the article itself."""
    source = raw.infosource.name if raw.infosource else None
    feed = raw.feed.id if raw.feed else None
    return site_of(raw.url) or source or feed or raw.uri


def read_time(text: str | None) -> tuple[str | None, Precision]:
    """Turn RFC 3339, a date, YYYY-MM or YYYY into RFC 3339 UTC and its precision; what is none of these is unknown.

    A time without a zone counts as UTC.
    """
    match = TIME.fullmatch(text.strip()) if text and len(text) <= TIME_LENGTH else None
    if match is None:
        return None, "none"
    *numbers, zone = match.groups()
    given = [int(number) for number in numbers if number is not None]
    try:
        moment = _moment(given) - _offset(zone)
    except (ValueError, OverflowError):
        return None, "none"
    return f"{moment.replace(tzinfo=None).isoformat()}Z", PRECISIONS[len(given) - 1]


def _moment(given: list[int]) -> datetime:
    year, month, day, hour, minute, second = [*given, *(0, 1, 1, 0, 0, 0)[len(given) :]]
    # RFC 3339 allows the leap second 60, datetime does not.
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def _identifier(value: Mapping[str, Any]) -> str:
    identifier = _optional(value, "id")
    if not identifier:
        raise SourceError("id", "an article needs an id")
    return identifier


def _optional(value: Mapping[str, Any], field: str) -> str | None:
    text = value.get(field)
    if text is not None and not isinstance(text, str):
        raise SourceError(field, f"must be a string or null, not {_kind(text)}")
    return text


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


def _infosource(name: str | None, country: str | None) -> InfoSource | None:
    return InfoSource(name=name, country=country) if name or country else None


def _index(file: Path) -> dict[str, Mapping[str, Any]]:
    if not file.is_file():
        return {}
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("seed", [])
        return {entry["id"]: entry for entry in entries}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise SourceError(str(file), f"no index of seeds: {error}") from error


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _repaired(article: RawArticle) -> RawArticle:
    return replace(article, provenance=Provenance(encoding="utf-8", repairs=("replaced bytes that are no UTF-8",)))

"""The columns of the flat form of events and mentions, declared once for every export and sink."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

import orjson

from pipeline.subscription.facts import intensity, quad
from schemas.codec import encode
from schemas.event import Event, Mention
from schemas.parties import actor_countries, recipient_countries

Kind = Literal["text", "integer", "number", "date", "time", "codes", "json"]
Cell: TypeAlias = str | int | float | date | datetime | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type, and how its cell is read.

    `codes` are short texts without white space; `json` is text that holds an array of objects.
    """

    name: str
    kind: Kind
    read: Callable[[Any], Cell]


def columns(record: type) -> tuple[Column, ...]:
    """Give the columns of events or of mentions."""
    return _EVENT if record is Event else _MENTION


def row(record: Event | Mention) -> tuple[Cell, ...]:
    """Give the cells of a record."""
    return tuple(column.read(record) for column in columns(type(record)))


def _attribute(path: str, kind: Kind) -> Column:
    """Make the column of `part.field`, named `part_field`; empty where the part is."""
    part, _, field = path.partition(".")

    def read(record: Any) -> Cell:
        value = getattr(record, part)
        if field:
            value = None if value is None else getattr(value, field)
        found: Cell = _day(value) if kind == "date" else _moment(value) if kind == "time" else value
        return found

    return Column(path.replace(".", "_"), kind, read)


def _many(kind: Kind, *paths: str) -> tuple[Column, ...]:
    return tuple(_attribute(path, kind) for path in paths)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _json(values: Iterable[object]) -> str:
    return encode(tuple(values)).decode("utf-8")


def _first_headline(field: str) -> Callable[[Event], Cell]:
    return lambda event: getattr(event.headline_mentions[0], field) if event.headline_mentions else None


def _dyad_columns() -> tuple[Column, ...]:
    return (
        Column("quad_class", "integer", quad),
        Column("intensity", "number", intensity),
        Column("actor_countries", "codes", actor_countries),
        Column("recipient_countries", "codes", recipient_countries),
        Column("actors", "json", lambda record: _json(record.actors)),
        Column("recipients", "json", lambda record: _json(record.recipients)),
    )


_WHEN_AND_WHERE = (
    *_many("date", "event_date.start", "event_date.end"),
    *_many("text", "event_date.precision", "event_date.basis", "event_location.name"),
    _attribute("event_location.geonameid", "integer"),
    *_many("number", "event_location.lat", "event_location.lon"),
    *_many("text", "event_location.country", "event_location.precision", "event_location.basis"),
)
_EVENT: tuple[Column, ...] = (
    _attribute("event_id", "text"),
    _attribute("revision", "integer"),
    *_many("text", "status", "merged_into", "event_type", "event_mode"),
    *_dyad_columns(),
    *_WHEN_AND_WHERE,
    _attribute("languages", "codes"),
    *_many("integer", "num_mentions", "num_articles", "num_sources"),
    *_many("time", "first_seen", "last_seen"),
    _attribute("confidence", "number"),
    *(
        Column(name, "text", _first_headline(field))
        for name, field in (
            ("evidence", "evidence"),
            ("evidence_language", "language"),
            ("evidence_source", "source"),
            ("evidence_url", "url"),
        )
    ),
    _attribute("mention_ids", "codes"),
    Column("headline_mentions", "json", lambda event: _json(event.headline_mentions)),
)
_MENTION: tuple[Column, ...] = (
    *_many("text", "mention_id", "article_id"),
    _attribute("article_version", "integer"),
    *_many("text", "story", "event_type", "event_mode", "cameo_code"),
    *_dyad_columns(),
    *_WHEN_AND_WHERE,
    *_many("codes", "contexts", "auxiliary"),
    Column("quantities", "json", lambda mention: _json(mention.quantities)),
    *_many("text", "attribution.verb"),
    Column("trigger", "text", lambda mention: mention.trigger.text),
    Column("evidence", "text", lambda mention: " … ".join(span.text for span in mention.evidence)),
    Column("spans", "json", lambda mention: _json(mention.evidence)),
    _attribute("confidence", "number"),
    *_many("text", "coder", "language", "source", "url"),
    _attribute("published", "time"),
)


def as_json(cell: Cell, kind: Kind) -> Any:
    """Give a cell as JSON has it: times in RFC 3339, `json` as what it holds."""
    if isinstance(cell, date):  # a datetime is one, too
        return cell.isoformat().replace("+00:00", "Z")
    if kind == "json" and isinstance(cell, str):
        return orjson.loads(cell)
    return list(cell) if isinstance(cell, tuple) else cell

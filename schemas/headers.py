"""Message headers after CloudEvents 1.0, Kafka protocol binding, binary content mode."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import singledispatch

from schemas.article import Article, JudgedArticle, RawArticle
from schemas.deadletter import DeadLetter, to_headers
from schemas.decision import DeadDecision
from schemas.escaping import Headers, header_value
from schemas.event import Event, Mention
from schemas.feed import FeedStatus
from schemas.filters import filter_values
from schemas.trace import Trace

CONTENT_TYPE = "application/json"
SPECVERSION = "1.0"

_TIMESTAMP = re.compile(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-5][0-9])"
)


def dataschema(schema: str) -> str:
    """Name the JSON Schema of a record whose `schema` is, say, `article/1.0`."""
    return f"urn:khabar:schema:{schema.replace('/', ':')}"


def headers_for(record: object, *, key: str | None = None) -> Headers:
    """Give the headers of the message that carries a record.

    `key` is the message's key and becomes the partition key; without it the partition key is given only where the
    record itself tells it. A raw article begins a trace, which the stages carry on. A dead letter has its own headers.

    Raises:
        TypeError: it is no record that goes on a topic.
    """
    if isinstance(record, DeadLetter):
        return to_headers(record)
    about = _about(record)
    values = {
        "ce_specversion": SPECVERSION,
        "ce_id": about.id,
        "ce_source": about.source,
        "ce_type": f"news.{about.type}.v1",
        "ce_time": about.time if about.time and _TIMESTAMP.fullmatch(about.time) else None,
        "ce_subject": about.subject,
        "ce_dataschema": dataschema(about.schema),
        "ce_partitionkey": about.key if key is None else key,
        **(filter_values(record) if isinstance(record, Event | Mention) else {}),
        "content-type": CONTENT_TYPE,
    }
    headers = tuple((name, header_value(value)) for name, value in values.items() if value)
    return (*headers, Trace.origin(about.id).header) if isinstance(record, RawArticle) else headers


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """The context attributes of a record; `id` is unique within `source`."""

    id: str
    source: str
    type: str
    schema: str
    subject: str
    time: str | None = None
    key: str | None = None


@singledispatch
def _about(record: object) -> _About:
    raise TypeError(f"{type(record).__name__} is no record of a topic")


@_about.register
def _(record: RawArticle) -> _About:
    return _About(
        id=f"{record.uri}#{record.version}",
        source="/khabar/sources",
        type=f"raw_article.{_created_or_updated(record.version)}",
        schema=record.schema,
        subject=record.uri,
        time=record.versioncreated or (record.provenance.fetched if record.provenance else None),
    )


@_about.register
def _(record: Article) -> _About:
    return _About(
        id=f"{record.uri}#{record.version}",
        source="/khabar/language",
        type=f"article.{_created_or_updated(record.version)}",
        schema=record.schema,
        subject=record.uri,
        time=record.seen,
        key=record.uri,
    )


@_about.register
def _(record: JudgedArticle) -> _About:
    article = record.article
    return _About(
        id=f"{article.uri}#{article.version}",
        source="/khabar/dedup",
        type="judged_article",
        schema=record.schema,
        subject=article.uri,
        time=article.seen,
        key=article.uri,
    )


@_about.register
def _(record: Mention) -> _About:
    return _About(
        id=record.mention_id,
        source="/khabar/events",
        type="mention",
        schema=record.schema,
        subject=record.article_id,
        time=record.published,
    )


@_about.register
def _(record: Event) -> _About:
    return _About(
        id=f"{record.event_id}#{record.revision}",
        source="/khabar/linking",
        type="event",
        schema=record.schema,
        subject=record.event_id,
        time=record.last_seen,
        key=record.event_id,
    )


@_about.register
def _(record: FeedStatus) -> _About:
    return _About(
        id=f"{record.feed_id}#{record.last_polled}{'#memory' if record.memory else ''}",
        source="/khabar/poller",
        type="feed_status",
        schema=record.schema,
        subject=record.url,
        time=record.last_polled,
        key=record.url,
    )


@_about.register
def _(record: DeadDecision) -> _About:
    return _About(
        id=f"{record.letter_id}#{record.attempts}#{record.action}",
        source="/khabar/operators",
        type="dead_decision",
        schema=record.schema,
        subject=record.letter_id,
        time=record.decided,
        key=record.letter_id,
    )


def _created_or_updated(version: int) -> str:
    return "created" if version <= 1 else "updated"

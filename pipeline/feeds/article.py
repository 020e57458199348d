"""An entry of a feed as a raw article, with everything known of where it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from pipeline.feeds.dates import is_future, parse_date, rfc3339
from pipeline.feeds.links import cleaned, without_credentials
from pipeline.feeds.parsed import LONGEST_TEXT
from schemas.article import AltIds, Enclosure, FeedRef, FullText, InfoSource, Precision, Provenance, RawArticle, Subject

if TYPE_CHECKING:
    from pipeline.feeds.catalog import FeedSpec
    from pipeline.feeds.identity import Change
    from pipeline.feeds.parsed import Entry, ParsedFeed
    from pipeline.feeds.tombstones import Withdrawal

LanguageSource = Literal["entry", "feed", "http", "config"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The answer a document came in."""

    fetched: datetime
    final_url: str
    status: int
    body_sha256: str
    etag: str | None = None
    language: str | None = None


def raw_article(
    spec: FeedSpec, feed: ParsedFeed, change: Change, received: Received, warnings: tuple[str, ...] = ()
) -> RawArticle:
    """Make the raw article of a change.

    A date in the future is left out and kept only as written. What the feed says of an entry's language comes before
    what the operator says of the feed, and that before what the feed says of itself.
    """
    entry = change.entry
    created, precision, raw = _created(entry, spec, received.fetched)
    modified = _moment(entry.updated, spec, received.fetched)[0] if entry.published else None
    language, source = _language(entry, spec, feed, received)
    late = ("date_in_future",) if raw and not created and parse_date(raw)[0] else ()
    return RawArticle(
        uri=change.uri,
        version=change.version,
        headline=entry.headline,
        description_text=entry.description,
        body_text=entry.body,
        byline=entry.byline,
        language=language,
        language_source=source,
        url=cleaned(entry.link, received.final_url),
        altids=AltIds(guid=entry.guid, link=entry.link) if entry.guid or entry.link else None,
        contentcreated=created,
        contentcreated_raw=raw,
        contentcreated_precision=precision,
        contentmodified=modified,
        firstcreated=rfc3339(datetime.fromtimestamp(change.first_seen, UTC)),
        versioncreated=rfc3339(received.fetched),
        subject=(
            *(Subject(name=tag, scheme="category") for tag in entry.tags),
            *(Subject(name=tag, scheme="tag") for tag in spec.tags),
        ),
        enclosures=tuple(
            Enclosure(href=item.href, mimetype=item.mimetype, size=item.size) for item in entry.enclosures
        ),
        infosource=_infosource(spec, feed, received),
        feed=FeedRef(id=spec.id, url=without_credentials(spec.url), format=feed.format, position=entry.position),
        fulltext=FullText(),
        provenance=_provenance(feed, received, (*warnings, *late)),
        content_sha256=change.content_sha256,
        truncated=entry.truncated,
    )


def canceled_article(
    spec: FeedSpec, feed: ParsedFeed, one: Withdrawal, received: Received, warnings: tuple[str, ...] = ()
) -> RawArticle:
    """Make the raw article that takes an article back: it has no text, and says when it was deleted."""
    return RawArticle(
        uri=one.uri,
        version=one.version,
        pubstatus="canceled",
        altids=AltIds(guid=one.deletion.guid),
        contentmodified=_moment(one.deletion.when, spec, received.fetched)[0],
        firstcreated=rfc3339(datetime.fromtimestamp(one.first_seen, UTC)),
        versioncreated=rfc3339(received.fetched),
        infosource=_infosource(spec, feed, received),
        feed=FeedRef(id=spec.id, url=without_credentials(spec.url), format=feed.format),
        fulltext=FullText(),
        provenance=_provenance(feed, received, warnings),
    )


def with_page(
    article: RawArticle,
    status: Literal["fetched", "failed", "robots"],
    text: str = "",
    canonical: str | None = None,
    extractor: str | None = None,
) -> RawArticle:
    """Put the text of the linked page into an article; version and hash stay those of the item.

    A page that holds no more than the item (a consent wall, a teaser) has failed.
    """
    if status != "fetched" or len(text) <= len(article.text):
        return replace(article, fulltext=FullText(status="robots" if status == "robots" else "failed"))
    altids = replace(article.altids or AltIds(), canonical=canonical) if canonical else article.altids
    return replace(
        article,
        body_text=text[:LONGEST_TEXT],
        truncated=len(text) > LONGEST_TEXT,
        altids=altids,
        fulltext=FullText(status="fetched", extractor=extractor),
    )


def entry_moment(entry: Entry, spec: FeedSpec) -> datetime | None:
    """Return when an entry was published, else changed; None where it does not say."""
    hint = ZoneInfo(spec.timezone) if spec.timezone else None
    return parse_date(entry.published, hint)[0] or parse_date(entry.updated, hint)[0]


def _created(entry: Entry, spec: FeedSpec, fetched: datetime) -> tuple[str | None, Precision, str | None]:
    """Take the date of publication, else that of the last change: Atom requires only the latter."""
    for raw in (entry.published, entry.updated):
        moment, precision = _moment(raw, spec, fetched)
        if moment:
            return moment, precision, raw
    return None, "none", entry.published or entry.updated


def _moment(raw: str | None, spec: FeedSpec, fetched: datetime) -> tuple[str | None, Precision]:
    moment, precision = parse_date(raw, ZoneInfo(spec.timezone) if spec.timezone else None)
    if moment is None or is_future(moment, fetched, timedelta(days=1)):
        return None, "none"
    return rfc3339(moment), precision


def _language(
    entry: Entry, spec: FeedSpec, feed: ParsedFeed, received: Received
) -> tuple[str | None, LanguageSource | None]:
    """A language an entry merely inherits from its feed is the feed's."""
    own = entry.language if entry.language != feed.language else None
    found: tuple[tuple[str | None, LanguageSource], ...] = (
        (own, "entry"),
        (spec.language, "config"),
        (feed.language, "feed"),
        (received.language, "http"),
    )
    return next(((tag, source) for tag, source in found if tag), (None, None))


def _infosource(spec: FeedSpec, feed: ParsedFeed, received: Received) -> InfoSource:
    return InfoSource(
        name=spec.name or feed.title,
        uri=cleaned(feed.link, received.final_url),
        country=spec.country,
        labels=dict(spec.labels) if spec.labels else None,
    )


def _provenance(feed: ParsedFeed, received: Received, warnings: tuple[str, ...]) -> Provenance:
    return Provenance(
        fetched=rfc3339(received.fetched),
        final_url=without_credentials(received.final_url),
        status=received.status,
        etag=received.etag,
        body_sha256=received.body_sha256,
        encoding=feed.encoding,
        encoding_reason=feed.encoding_reason,
        repairs=feed.repairs,
        parser=feed.parser,
        warnings=tuple(sorted({*feed.warnings, *warnings})),
    )

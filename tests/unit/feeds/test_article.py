"""Entries as raw articles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.feeds.article import Received, raw_article
from pipeline.feeds.catalog import FeedSpec
from pipeline.feeds.identity import Change
from pipeline.feeds.parsed import Entry, ParsedEnclosure, ParsedFeed
from schemas import codec
from schemas.article import RawArticle

SPEC = FeedSpec(
    id="dailyexample",
    url="https://user:secret@example.pk/feed/",
    country="PAK",
    timezone="Asia/Karachi",
    labels={"reliability": "C"},
)
FETCHED = datetime(2026, 3, 3, 6, tzinfo=UTC)
RECEIVED = Received(
    fetched=FETCHED, final_url="https://example.pk/feed/", status=200, body_sha256="ab" * 32, etag='"v1"', language="en"
)
FEED = ParsedFeed(
    format="rss20", parser="feedparser 6", title="Daily Example", link="https://example.pk/", language="ur"
)


def entry(**values: object) -> Entry:
    return Entry(
        **{"position": 3, "guid": "g1", "link": "/a?utm_source=rss", "headline": "Headline", "body": "Body", **values}
    )  # type: ignore[arg-type]


def article(one: Entry, *, spec: FeedSpec = SPEC, feed: ParsedFeed = FEED) -> RawArticle:
    change = Change(
        kind="new",
        uri="urn:x-article:abc",
        version=1,
        entry=one,
        first_seen=FETCHED.timestamp(),
        content_sha256="cd" * 32,
    )
    return raw_article(spec, feed, change, RECEIVED, ("guid_repeated",))


def test_everything_known_is_carried_and_survives_the_codec() -> None:
    raw = article(
        entry(
            published="Tue, 3 Mar 2026 09:30 PKT",
            byline="Desk",
            tags=("world",),
            enclosures=(ParsedEnclosure(href="https://example.pk/i.jpg", mimetype="image/jpeg", size=1),),
        )
    )
    assert codec.decode(RawArticle, codec.encode(raw)) == raw
    assert raw.url == "https://example.pk/a"
    assert raw.altids is not None
    assert (raw.altids.guid, raw.altids.link) == ("g1", "/a?utm_source=rss")
    assert (raw.contentcreated, raw.contentcreated_precision) == ("2026-03-03T04:30:00Z", "minute")
    assert raw.contentcreated_raw == "Tue, 3 Mar 2026 09:30 PKT"
    assert raw.infosource is not None
    assert (raw.infosource.name, raw.infosource.country, raw.infosource.labels) == (
        "Daily Example",
        "PAK",
        {"reliability": "C"},
    )
    assert raw.provenance is not None
    assert (raw.provenance.fetched, raw.provenance.warnings) == ("2026-03-03T06:00:00Z", ("guid_repeated",))
    assert (raw.firstcreated, raw.versioncreated) == ("2026-03-03T06:00:00Z", "2026-03-03T06:00:00Z")
    assert raw.body_html is None


def test_no_password_is_carried() -> None:
    assert b"secret" not in codec.encode(article(entry()))


@pytest.mark.parametrize(
    ("values", "created", "modified"),
    [
        (
            {"published": "2026-03-03T04:30:00Z", "updated": "2026-03-03T05:30:00Z"},
            "2026-03-03T04:30:00Z",
            "2026-03-03T05:30:00Z",
        ),
        ({"updated": "2026-03-03T05:30:00Z"}, "2026-03-03T05:30:00Z", None),
        ({"published": "soon", "updated": "2026-03-03T05:30:00Z"}, "2026-03-03T05:30:00Z", "2026-03-03T05:30:00Z"),
        ({"published": "2026-03-03 10:00"}, "2026-03-03T05:00:00Z", None),
        ({"published": "2027-01-01T00:00:00Z"}, None, None),
        ({}, None, None),
    ],
)
def test_the_date_is_that_of_publication_else_of_change(
    values: dict[str, str], created: str | None, modified: str | None
) -> None:
    raw = article(entry(**values))
    assert (raw.contentcreated, raw.contentmodified) == (created, modified)


def test_a_date_in_the_future_is_kept_as_written_with_a_warning() -> None:
    raw = article(entry(published="2027-01-01T00:00:00Z"))
    assert raw.contentcreated_raw == "2027-01-01T00:00:00Z"
    assert raw.provenance is not None
    assert "date_in_future" in raw.provenance.warnings


@pytest.mark.parametrize(
    ("own", "config", "feed", "expected"),
    [
        ("hi", "ur", "ur", ("hi", "entry")),
        ("ur", "ps", "ur", ("ps", "config")),
        (None, None, "ur", ("ur", "feed")),
        (None, None, None, ("en", "http")),
    ],
)
def test_who_said_the_language_is_told(
    own: str | None, config: str | None, feed: str | None, expected: tuple[str, str]
) -> None:
    spec = FeedSpec(id="a", url="https://example.pk/", language=config)
    raw = article(entry(language=own), spec=spec, feed=ParsedFeed(format="rss20", parser="p", language=feed))
    assert (raw.language, raw.language_source) == expected


def test_an_article_of_the_longest_texts_is_below_a_megabyte() -> None:
    raw = article(entry(body="語" * 200_000, description="語" * 10_000, tags=("語" * 200,) * 50, truncated=True))
    assert len(codec.encode(raw)) < 1_000_000

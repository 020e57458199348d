"""The articles of a feed document that lies in a file, for replays."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from pipeline.feeds.article import Received
from pipeline.feeds.catalog import FeedSpec
from pipeline.feeds.identity import Seen
from pipeline.feeds.parse import read_feed
from pipeline.feeds.reading import compared
from schemas.article import RawArticle


def articles_of(body: bytes, name: str, now: datetime) -> list[RawArticle]:
    """Read the articles of a feed document named `name`; `now` only tells dates in the future.

    The same document gives the same articles at any time: when it was fetched is not known and left out.

    Raises:
        NotAFeedError: it is no feed.
    """
    feed = read_feed(body)
    spec = FeedSpec(id=name, url=feed.link or "")
    received = Received(
        fetched=now, final_url=feed.link or "", status=200, body_sha256=hashlib.sha256(body).hexdigest()
    )
    return [_timeless(article) for article in compared(spec, feed, Seen(), received, first=False).articles]


def _timeless(article: RawArticle) -> RawArticle:
    provenance = replace(article.provenance, fetched=None) if article.provenance else None
    return replace(article, firstcreated=None, versioncreated=None, provenance=provenance)

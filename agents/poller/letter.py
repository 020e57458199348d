"""Dead letters of the poller: documents that no parser could read, as they came."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from agents.deadletter import app_version
from pipeline.feeds.dates import rfc3339
from pipeline.feeds.links import without_credentials
from pipeline.feeds.outcome import ErrorKind
from schemas.deadletter import DeadLetter, DeadReason

if TYPE_CHECKING:
    from datetime import datetime

    from agents.poller.children import ParseError
    from agents.poller.fetch import FetchResult
    from pipeline.feeds.catalog import FeedSpec
    from pipeline.feeds.schedule import FeedState

STAGE = "poll"
EVERY = timedelta(days=1)
_REASONS: dict[ErrorKind, DeadReason] = {ErrorKind.PARSE_TIMEOUT: "timeout", ErrorKind.PARSE_MEMORY: "too_large"}
_HEADERS = ("content-type", "content-language", "etag", "last-modified", "date", "server")


def letter_is_due(state: FeedState, now: datetime) -> bool:
    """Say whether a document of a feed may be kept: one a day, so that no feed can fill the topic."""
    return state.letter_at is None or now - state.letter_at >= EVERY


def unread(spec: FeedSpec, result: FetchResult, error: ParseError, now: datetime) -> DeadLetter | None:
    """Return the letter of a document that cannot be read; None where there are no bytes to keep.

    Its origin is the feed in place of a topic, its key the address, its headers those of the answer that tell how to
    read it. The id is a hash of feed and document, so the same document is the same letter however often it comes.
    """
    if not result.body:
        return None
    sha256 = hashlib.sha256(result.body).hexdigest()
    answer = [("http.status", str(result.status)), *((name, result.headers.get(name, "")) for name in _HEADERS)]
    return DeadLetter(
        id=hashlib.sha256(f"{spec.id}\n{sha256}\n{STAGE}".encode("utf-8", "replace")).hexdigest(),
        key=without_credentials(result.final_url).encode("utf-8", "replace"),
        value=result.body,
        headers=tuple((name, value.encode("utf-8", "replace")) for name, value in answer if value),
        topic=f"/feeds/{spec.id}",
        partition=0,
        offset=0,
        timestamp=now.timestamp(),
        stage=STAGE,
        reason=_REASONS.get(error.kind, "decode"),
        message=f"{error.kind.value}: {error.message}",
        first_failed_at=rfc3339(now),
        app_version=app_version(),
    )

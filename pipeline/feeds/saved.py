"""Answers that were saved to a folder, for replays: `NAME.headers.json` and `NAME.body`, read in the order of names.

The JSON object says `url`, `status`, `headers` (names in any case) and `fetched` (RFC 3339); it may say `final_url`,
where redirects led, and `feed`, the id of the feed (default: one made of the address, as for OPML).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any

import orjson

from pipeline.feeds.article import Received
from pipeline.feeds.catalog import FeedSpec
from pipeline.feeds.conditional import validators_of
from pipeline.feeds.identity import Seen
from pipeline.feeds.opml import feed_id
from pipeline.feeds.parse import read_feed
from pipeline.feeds.parsed import NotAFeedError
from pipeline.feeds.reading import compared
from schemas.article import RawArticle

HEAD, BODY = ".headers.json", ".body"
LARGEST = 10 * 1024 * 1024
_DELTA = 226
_DOCUMENT = frozenset({200, _DELTA})


class SavedError(ValueError):
    """A file of the folder is not what it must be; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A saved answer; `headers` has lower-case names."""

    url: str
    fetched: datetime
    status: int = 200
    final_url: str
    feed: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def is_folder_of_answers(folder: Path) -> bool:
    """Say whether a folder holds saved answers."""
    return any(folder.glob(f"*{HEAD}"))


def read_answers(folder: Path) -> Iterator[Saved]:
    """Read the saved answers of a folder in the order of their names.

    Raises:
        SavedError: a file is wrong.
        OSError: a file cannot be read.
    """
    for head in sorted(folder.glob(f"*{HEAD}"), key=lambda file: file.name):
        body = head.with_name(head.name.removesuffix(HEAD) + BODY)
        try:
            value = orjson.loads(head.read_bytes())
            yield _saved(value, body.read_bytes()[:LARGEST] if body.is_file() else b"")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SavedError(f"{head}: {type(error).__name__}: {error}") from error


def articles_of_answers(answers: Iterable[Saved], feeds: Iterable[FeedSpec] = ()) -> Iterator[RawArticle]:
    """Give the articles a poller would have sent that got these answers in this order; `feeds` are the catalog's.

    Answers without a document and documents that are no feed give none, as they would not have.
    """
    known = {name: feed for feed in feeds for name in (feed.url, feed.id)}
    seen, bodies = dict[str, Seen](), dict[str, str]()
    for answer in answers:
        spec = known.get(answer.feed) or known.get(answer.url) or FeedSpec(id=answer.feed, url=answer.url)
        digest = hashlib.sha256(answer.body).hexdigest()
        if answer.status not in _DOCUMENT or bodies.get(spec.id) == digest:
            continue
        language = answer.headers.get("content-language")
        try:
            feed = read_feed(
                answer.body, http_charset=_charset(answer), base_url=answer.final_url, http_language=language
            )
        except NotAFeedError:
            continue
        received = Received(
            fetched=answer.fetched,
            final_url=answer.final_url,
            status=answer.status,
            body_sha256=digest,
            etag=validators_of(answer.headers).etag,
            language=language,
        )
        result = compared(spec, feed, seen.get(spec.id, Seen()), received, first=spec.id not in seen)
        before, after = seen.get(spec.id, Seen()), result.found.seen
        # In a delta every known item has changed: that says nothing about the feed.
        seen[spec.id] = replace(after, restless=before.restless) if answer.status == _DELTA else after
        bodies[spec.id] = "" if result.found.pending else digest
        yield from result.articles


def _saved(value: dict[str, Any], body: bytes) -> Saved:
    url, fetched = str(value["url"]), datetime.fromisoformat(value["fetched"])
    return Saved(
        url=url,
        fetched=fetched if fetched.tzinfo else fetched.replace(tzinfo=UTC),
        status=int(value.get("status", 200)),
        final_url=str(value.get("final_url") or url),
        feed=str(value.get("feed") or feed_id(url)),
        headers={str(name).lower(): str(text) for name, text in dict(value.get("headers") or {}).items()},
        body=body,
    )


def _charset(answer: Saved) -> str | None:
    message = Message()
    message["content-type"] = answer.headers.get("content-type", "")[:500].replace("\r", " ").replace("\n", " ")
    charset = message.get_param("charset")
    return charset if isinstance(charset, str) else None

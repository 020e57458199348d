"""One poll of one feed: fetch, parse, compare, send, and only then remember."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from agents.poller.answer import outcome_of, reason
from agents.poller.children import ParseError
from agents.poller.fetch import Private
from agents.poller.hosts import host_name
from agents.poller.letter import letter_is_due, unread
from agents.poller.memory import has_learned, pack
from agents.poller.network import Network
from agents.poller.state import Stored
from pipeline.feeds.article import Received
from pipeline.feeds.conditional import Validators, fresh_for, validators_of
from pipeline.feeds.dates import rfc3339
from pipeline.feeds.identity import Seen
from pipeline.feeds.links import without_credentials
from pipeline.feeds.moved import followed
from pipeline.feeds.outcome import ErrorKind, Outcome
from pipeline.feeds.reading import compared
from pipeline.feeds.schedule import FeedState, advance, after_silence, whole_is_due
from pipeline.feeds.timetable import Timetable
from schemas.feed import FeedStatus

if TYPE_CHECKING:
    from datetime import timedelta

    from agents.poller.children import Pool
    from agents.poller.clock import Clock
    from agents.poller.emit import Emitter
    from agents.poller.fetch import Fetcher, FetchResult
    from agents.poller.hosts import Hosts
    from agents.poller.metrics import PollerMetrics
    from agents.poller.pages import Pages
    from agents.poller.state import StateStore
    from pipeline.feeds.catalog import FeedSpec
    from pipeline.feeds.parsed import ParsedFeed
    from schemas.article import RawArticle
    from schemas.deadletter import DeadLetter


_DELTA = 226
_UNREACHABLE = frozenset({ErrorKind.DNS, ErrorKind.CONNECT, ErrorKind.TIMEOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What a poll gave; `next_poll` is when the feed is due again."""

    status: FeedStatus
    next_poll: datetime
    articles: tuple[RawArticle, ...] = ()
    updated: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A poll before it is sent: the outcome and, where a document was read, what it changed; `asked` last of all."""

    outcome: Outcome
    seen: Seen
    message: str = ""
    validators: Validators | None = None
    body_sha256: str | None = None
    items: int = 0
    articles: tuple[RawArticle, ...] = ()
    asked: str | None = None
    permanent_url: str | None = None
    letter: DeadLetter | None = None


class Poller:
    """Polls feeds with the parts it is given."""

    def __init__(  # noqa: PLR0913 - the parts of a poller, all of them named
        self,
        *,
        fetcher: Fetcher,
        pool: Pool,
        hosts: Hosts,
        store: StateStore,
        emitter: Emitter,
        clock: Clock,
        metrics: PollerMetrics,
        pages: Pages | None = None,
    ) -> None:
        """Use these parts."""
        self._pages = pages
        self._fetcher = fetcher
        self._pool = pool
        self._hosts = hosts
        self._store = store
        self._emitter = emitter
        self._clock = clock
        self._metrics = metrics
        self._network = Network()

    async def poll(self, spec: FeedSpec) -> Polled:
        """Poll a feed; the state advances only after the broker has everything.

        Raises:
            EmitError: the broker did not take something; the state is as before.
        """
        stored = self._stored(spec)
        address = stored.state.address or spec.url
        silent = self._hosts.silent_until(address)
        if silent is not None:
            return self._skipped(spec, stored.state, silent)
        reading = await self._read(spec, stored)
        if spec.fulltext and self._pages is not None:
            reading = replace(reading, articles=await self._pages.complete(reading.articles))
        now = self._clock.now()
        state = advance(spec, _remembered(stored.state, reading), reading.outcome, now)
        state = followed(state, reading.outcome, reading.permanent_url, now)
        if reading.outcome.kind == "throttled" and reading.outcome.retry_after is not None:
            self._silence({address, reading.asked or address}, now + reading.outcome.retry_after)
        status = _status(spec, state, reading)
        learned = Stored(spec.url, state, reading.seen)
        await self._emitter.send(reading.articles)
        if reading.letter is not None:
            await self._emitter.letter(reading.letter)
        if has_learned(stored.seen, reading.seen):
            await self._emitter.status(replace(status, memory=pack(learned)))
        await self._emitter.status(status)
        self._store.commit(spec.id, learned)
        self._metrics.polled(reading.outcome)
        return Polled(
            status=status,
            next_poll=state.next_poll or now,
            articles=reading.articles,
            updated=sum(1 for article in reading.articles if article.version > 1),
            message=reading.message,
        )

    def silent_hosts(self) -> int:
        """Count the hosts that asked to be left alone."""
        return self._hosts.silent()

    def _silence(self, urls: set[str], until: datetime) -> None:
        for url in sorted(urls):
            self._hosts.silence(url, until)
            self._store.silence(host_name(url), until)

    def _stored(self, spec: FeedSpec) -> Stored:
        """Return the state of a feed; of one whose address was changed, only what was seen still counts."""
        stored = self._store.get(spec.id) or Stored(spec.url, FeedState(), Seen())
        if stored.url == spec.url:
            return stored
        return Stored(spec.url, FeedState(), stored.seen)

    def _skipped(self, spec: FeedSpec, state: FeedState, until: datetime) -> Polled:
        outcome = Outcome(kind="throttled", error=ErrorKind.THROTTLED)
        until = after_silence(spec, until, self._clock.now())
        again = replace(state, next_poll=until, last_error=ErrorKind.THROTTLED.value, last_polled=self._clock.now())
        status = _status(spec, again, _Reading(outcome=outcome, seen=Seen()))
        return Polled(status=status, next_poll=until, message="the host asked to be left alone")

    async def _read(self, spec: FeedSpec, stored: Stored) -> _Reading:
        state = stored.state
        validators = Validators(etag=state.etag, last_modified=state.last_modified)
        if whole_is_due(state, self._clock.now()):
            validators = Validators()
        start = monotonic()
        private = Private(spec.headers or {}, spec.url)
        result = await self._fetcher.fetch(state.address or spec.url, validators, private)
        self._metrics.fetched(result, monotonic() - start)
        return replace(await self._judge(spec, stored, result), permanent_url=result.permanent_url)

    async def _judge(self, spec: FeedSpec, stored: Stored, result: FetchResult) -> _Reading:
        state = stored.state
        outcome = outcome_of(result, self._clock.now())
        ours = self._is_ours(spec, state, result)
        if outcome is not None:
            own = replace(outcome, ours=ours)
            return _Reading(outcome=own, seen=stored.seen, message=reason(result), asked=result.final_url)
        digest = hashlib.sha256(result.body).hexdigest()
        kept = validators_of(result.headers) if result.complete else None
        fresh = fresh_for(result.headers, self._clock.now())
        if digest == state.body_sha256:
            same = Outcome(kind="unchanged", http_status=result.status, fresh_for=fresh)
            return _Reading(outcome=same, seen=stored.seen, validators=kept, body_sha256=digest)
        language = result.headers.get("content-language")
        feed = await self._pool.parse(result.body, charset=result.charset, base_url=result.final_url, language=language)
        if isinstance(feed, ParseError):
            self._metrics.parse_failures.labels(feed.kind.value).inc()
            failed = Outcome(kind="error", error=feed.kind, http_status=result.status)
            letter = unread(spec, result, feed, self._clock.now()) if letter_is_due(state, self._clock.now()) else None
            return _Reading(outcome=failed, seen=stored.seen, message=feed.message, letter=letter)
        received = Received(
            fetched=self._clock.now(),
            final_url=result.final_url,
            status=result.status or 200,
            body_sha256=digest,
            etag=kept.etag if kept else None,
            language=language,
        )
        return self._compared(spec, stored, feed, received, _Answer(result, kept, fresh))

    def _is_ours(self, spec: FeedSpec, state: FeedState, result: FetchResult) -> bool:
        """Say whether it is our own network that failed; a host that failed before is no witness of that."""
        host, now = host_name(spec.url), self._clock.now()
        if result.error not in _UNREACHABLE:
            self._network.answered(host, now)
            return False
        if state.last_ok is not None and not state.errors:
            self._network.failed(host, now)
        return self._network.is_down(now)

    def _compared(
        self, spec: FeedSpec, stored: Stored, feed: ParsedFeed, received: Received, answer: _Answer
    ) -> _Reading:
        first = stored.state.last_ok is None and not stored.seen.articles
        complete = answer.result.complete
        result = compared(spec, feed, stored.seen, received, first=first, complete=complete)
        found, articles, delta = result.found, result.articles, answer.result.status == _DELTA
        updated = sum(1 for article in articles if article.version > 1)
        self._metrics.read(
            items=len(feed.entries),
            changed=len(articles),
            updated=updated,
            dropped=feed.dropped,
            withheld=result.withheld,
        )
        outcome = Outcome(
            kind="changed" if articles else "unchanged",
            new=len(articles),
            http_status=answer.result.status,
            fresh_for=answer.fresh,
            timetable=Timetable(minutes=feed.ttl, skip_hours=feed.skip_hours, skip_days=feed.skip_days),
            error=None if feed.entries or feed.deleted or delta else ErrorKind.NO_ENTRIES,
        )
        whole = complete and not found.pending
        return _Reading(
            outcome=outcome,
            # In a delta every known item has changed: that says nothing about the feed.
            seen=replace(found.seen, restless=stored.seen.restless) if delta else found.seen,
            message=", ".join(result.warnings),
            validators=answer.validators if whole else Validators(),
            body_sha256=received.body_sha256 if whole else "",
            items=len(feed.entries),
            articles=articles,
        )


@dataclass(frozen=True, slots=True)
class _Answer:
    result: FetchResult
    validators: Validators | None
    fresh: timedelta | None


def _remembered(state: FeedState, reading: _Reading) -> FeedState:
    """Take over validators and hash of a document that was read whole; an error or a 304 leaves them."""
    if reading.validators is not None:
        state = replace(state, etag=reading.validators.etag, last_modified=reading.validators.last_modified)
    state = replace(state, last_message=reading.message[:300] or None if reading.outcome.error else None)
    if reading.letter is not None and reading.letter.timestamp is not None:
        state = replace(state, letter_at=datetime.fromtimestamp(reading.letter.timestamp, UTC))
    return state if reading.body_sha256 is None else replace(state, body_sha256=reading.body_sha256 or None)


def _status(spec: FeedSpec, state: FeedState, reading: _Reading) -> FeedStatus:
    outcome = reading.outcome
    return FeedStatus(
        feed_id=spec.id,
        url=without_credentials(spec.url),
        state="ok" if outcome.kind == "changed" else outcome.kind,
        last_polled=rfc3339(state.last_polled) if state.last_polled else "",
        last_ok=rfc3339(state.last_ok) if state.last_ok else None,
        next_poll=rfc3339(state.next_poll) if state.next_poll else None,
        interval=state.interval,
        http_status=outcome.http_status,
        error=outcome.error.value if outcome.error else None,
        errors_in_a_row=state.errors,
        items=reading.items,
        new_items=len(reading.articles),
        etag=state.etag,
        last_modified=state.last_modified,
    )

"""Articles and feed states to the broker; what is sent counts as sent only when the broker has it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from pipeline.source import site_key
from schemas.codec import encode
from schemas.deadletter import TOPIC_LIMIT, to_message
from schemas.headers import headers_for

if TYPE_CHECKING:
    from agents.poller.clock import Clock
    from schemas.article import RawArticle
    from schemas.deadletter import DeadLetter
    from schemas.escaping import Headers
    from schemas.feed import FeedStatus

logger = logging.getLogger("khabar.poller")

RAW_TOPIC = "news.raw"
FEEDS_TOPIC = "news.feeds"
DEAD_TOPIC = "news.dead"
MEMORY = "#memory"
AT_ONCE = 100
RETRY_SECONDS = 5.0
PATIENCE = timedelta(minutes=30)

# Topic, key, value, headers; returns when the broker has the record, raises when it cannot take it.
Send = Callable[[str, bytes | None, bytes, tuple[tuple[str, bytes], ...]], Awaitable[None]]


class EmitError(RuntimeError):
    """The broker did not take a record: nothing of the poll may count as sent."""


class Emitter(Protocol):
    """Where the poller's results go."""

    async def send(self, articles: Sequence[RawArticle]) -> None:
        """Send articles; returns when all of them are safe.

        Raises:
            EmitError: at least one is not.
        """
        ...

    async def status(self, status: FeedStatus) -> None:
        """Send the state of a feed.

        Raises:
            EmitError: it was not taken.
        """
        ...

    async def letter(self, letter: DeadLetter) -> None:
        """Send a document that could not be read to the dead letters.

        Raises:
            EmitError: it was not taken.
        """
        ...


class BrokerEmitter:
    """Sends to the topics news.raw, news.feeds and news.dead."""

    def __init__(self, send: Send, *, largest: int = TOPIC_LIMIT) -> None:
        """Send through `send`; documents that do not fit into a message of `largest` bytes are cut."""
        self._send = send
        self._largest = largest

    async def send(self, articles: Sequence[RawArticle]) -> None:
        """Send articles: those of a key one after another, so that their order is certain, different keys at once."""
        lanes: dict[str, list[RawArticle]] = {}
        for article in articles:
            lanes.setdefault(site_key(article), []).append(article)
        room = asyncio.Semaphore(AT_ONCE)
        results = await asyncio.gather(
            *(self._lane(room, key, lane) for key, lane in lanes.items()), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise _as_emit_error(result) from result

    async def status(self, status: FeedStatus) -> None:
        """Send the state of a feed, or the memory of it under a key of its own."""
        key = f"{status.url}{MEMORY}" if status.memory else status.url
        await self._one(FEEDS_TOPIC, _bytes(key), encode(status), headers_for(status, key=key))

    async def letter(self, letter: DeadLetter) -> None:
        """Send a document that could not be read to the dead letters."""
        key, value, headers = to_message(letter, self._largest)
        await self._one(DEAD_TOPIC, key, value or b"", headers)

    async def _one(self, topic: str, key: bytes, value: bytes, headers: Headers) -> None:
        try:
            await self._send(topic, key, value, headers)
        except Exception as error:
            raise _as_emit_error(error) from error

    async def _lane(self, room: asyncio.Semaphore, key: str, articles: Sequence[RawArticle]) -> None:
        async with room:
            for article in articles:
                await self._send(RAW_TOPIC, _bytes(key), encode(article), headers_for(article, key=key))


class PatientEmitter:
    """Tries again what a broker does not take, so that a poll waits and asks the feed no second time."""

    def __init__(self, inner: Emitter, clock: Clock, *, patience: timedelta = PATIENCE) -> None:
        """Send through `inner`; gives up after `patience`."""
        self._inner = inner
        self._clock = clock
        self._patience = patience

    async def send(self, articles: Sequence[RawArticle]) -> None:
        """Send articles; returns when all of them are safe."""
        await self._persist(lambda: self._inner.send(articles))

    async def status(self, status: FeedStatus) -> None:
        """Send the state of a feed."""
        await self._persist(lambda: self._inner.status(status))

    async def letter(self, letter: DeadLetter) -> None:
        """Send a document that could not be read to the dead letters."""
        await self._persist(lambda: self._inner.letter(letter))

    async def _persist(self, attempt: Callable[[], Awaitable[None]]) -> None:
        start = self._clock.now()
        while True:
            try:
                return await attempt()
            except EmitError as error:
                if self._clock.now() - start >= self._patience:
                    raise
                logger.warning("not sent, trying again", extra={"why": error})
            await self._clock.sleep(RETRY_SECONDS)


class NoEmitter:
    """Sends nothing: for trying a catalog out."""

    async def send(self, articles: Sequence[RawArticle]) -> None:
        """Let the articles go."""

    async def status(self, status: FeedStatus) -> None:
        """Let the state go."""

    async def letter(self, letter: DeadLetter) -> None:
        """Let the document go."""


def _as_emit_error(error: BaseException) -> BaseException:
    if isinstance(error, Exception):
        return EmitError(f"the broker did not take a record: {type(error).__name__}: {error}"[:500])
    return error


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")

"""Articles and feed states to the broker; what is sent counts as sent only when the broker has it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from pipeline.source import site_key
from schemas.codec import encode
from schemas.headers import headers_for

if TYPE_CHECKING:
    from schemas.article import RawArticle
    from schemas.feed import FeedStatus

RAW_TOPIC = "news.raw"
FEEDS_TOPIC = "news.feeds"
AT_ONCE = 100

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


class BrokerEmitter:
    """Sends to the topics news.raw and news.feeds."""

    def __init__(self, send: Send) -> None:
        """Send through `send`."""
        self._send = send

    async def send(self, articles: Sequence[RawArticle]) -> None:
        """Send articles, a hundred under way at once; returns when all of them are safe."""
        for start in range(0, len(articles), AT_ONCE):
            batch = articles[start : start + AT_ONCE]
            results = await asyncio.gather(*(self._article(article) for article in batch), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    raise _as_emit_error(result) from result

    async def status(self, status: FeedStatus) -> None:
        """Send the state of a feed."""
        try:
            await self._send(FEEDS_TOPIC, _bytes(status.url), encode(status), headers_for(status, key=status.url))
        except Exception as error:
            raise _as_emit_error(error) from error

    async def _article(self, article: RawArticle) -> None:
        key = site_key(article)
        await self._send(RAW_TOPIC, _bytes(key), encode(article), headers_for(article, key=key))


class NoEmitter:
    """Sends nothing: for trying a catalog out."""

    async def send(self, articles: Sequence[RawArticle]) -> None:
        """Let the articles go."""

    async def status(self, status: FeedStatus) -> None:
        """Let the state go."""


def _as_emit_error(error: BaseException) -> BaseException:
    if isinstance(error, Exception):
        return EmitError(f"the broker did not take a record: {type(error).__name__}: {error}"[:500])
    return error


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")

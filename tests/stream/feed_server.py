"""A web server on loopback that answers as told, however wrongly, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Self

from pipeline.feeds.catalog import Catalog, FeedSpec, PollerSpec

Raw = bytes | list[bytes | float]


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    at: float


@dataclass
class FeedServer:
    """`answers` holds, by path, the answers in order (the last one repeats): bytes, or pieces and pauses in seconds."""

    answers: dict[str, list[Raw]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    most_at_once: int = 0
    delay: float = 0.0
    port: int = 0
    # "0.0.0.0" answers at every address of loopback, which are as many hosts.
    host: str = "127.0.0.1"
    _open: int = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def url(self, path: str = "/feed") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def asked(self, path: str = "/feed") -> list[Request]:
        return [request for request in self.requests if request.path == path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            self.requests.append(Request(path, headers, monotonic()))
            await asyncio.sleep(self.delay)
            for piece in self._pieces(path):
                if isinstance(piece, bytes):
                    writer.write(piece)
                    await writer.drain()
                else:
                    await asyncio.sleep(piece)
        self._open -= 1
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def _pieces(self, path: str) -> Iterator[bytes | float]:
        script = self.answers.get(path, [answer(404)])
        raw = script.pop(0) if len(script) > 1 else script[0]
        return iter([raw] if isinstance(raw, bytes) else raw)


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """Make an answer; header names with underscores for hyphens, `None` for none."""
    lines = {"Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return head.encode("utf-8", "surrogatepass") + b"\r\n" + body


def rss(*items: tuple[str, str], text: str = "Body of the article.") -> bytes:
    """Make a feed of (guid, headline)."""
    inner = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{headline}</title><link>https://www.dailynews.pk/{guid}</link>"
        f"<description>{text}</description><pubDate>Tue, 03 Mar 2026 09:30:00 +0500</pubDate></item>"
        for guid, headline in items
    )
    return f"<rss version='2.0'><channel><title>News</title><language>en</language>{inner}</channel></rss>".encode()


class FakeClock:
    """A clock that stands still until it is moved; sleeping moves it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 3, 6, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.time += timedelta(seconds=seconds)


Sent = tuple[str, bytes | None, bytes, tuple[tuple[str, bytes], ...]]


class FakeBroker:
    """Takes what is sent, or refuses it while `down`."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.down = False
        self.refused = 0
        self.before: Callable[[], Awaitable[None]] | None = None

    async def send(self, topic: str, key: bytes | None, value: bytes, headers: tuple[tuple[str, bytes], ...]) -> None:
        if self.before:
            await self.before()
        if self.down:
            self.refused += 1
            raise ConnectionError("the broker is away")
        self.sent.append((topic, key, value, headers))

    def on(self, topic: str) -> list[Sent]:
        return [record for record in self.sent if record[0] == topic]


def catalog(server: FeedServer, *paths: str, spacing: float = 0.0, **poller: object) -> Catalog:
    """Make a catalog of feeds of the server, one a path."""
    feeds = tuple(FeedSpec(id=path.strip("/").replace("/", "-"), url=server.url(path)) for path in paths or ("/feed",))
    usual: dict[str, object] = {"user_agent": "khabar-test", "allow_private": True, "parsers": 1}
    spec = PollerSpec(**{**usual, **poller, "host_spacing": timedelta(seconds=spacing)})  # type: ignore[arg-type]
    return Catalog(poller=spec, feeds=feeds)

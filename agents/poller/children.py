"""A small pool of parsing processes, each of which can be killed without harm to the others."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Self

import orjson

import agents
from agents.poller.frames import framed, receive_frame
from agents.poller.metrics import PollerMetrics
from pipeline.feeds.discovery import FeedLink
from pipeline.feeds.outcome import ErrorKind
from pipeline.feeds.parsed import ParsedFeed
from schemas import codec

WALL_SECONDS = 20.0
START_SECONDS = 60.0
DOCUMENTS_PER_CHILD = 5000
# A process takes longer to start than most documents to read, and memory for as long as it runs.
START_AFTER = 1.0
REST_AFTER = 300.0


@dataclass(frozen=True, slots=True)
class ParseError:
    """Why a document gave no feed."""

    kind: ErrorKind
    message: str


class Pool:
    """Parsing processes; use it as an asynchronous context manager.

    One more is started only when a document has waited for `START_AFTER` seconds, and ended when for `REST_AFTER` not
    all were at work.
    """

    def __init__(
        self,
        size: int = 2,
        *,
        wall_seconds: float = WALL_SECONDS,
        metrics: PollerMetrics | None = None,
        module: str = "agents.poller.child",
    ) -> None:
        """Run at most `size` processes of `module`; one that has not answered in `wall_seconds` is killed."""
        self._metrics = metrics or PollerMetrics()
        self._cold = [_Child(module) for _ in range(size)]
        self._idle: asyncio.LifoQueue[_Child] = asyncio.LifoQueue()
        self._size = size
        self._all_at_work = 0.0
        self._wall_seconds = wall_seconds
        self.restarts = 0

    async def __aenter__(self) -> Self:
        """Open the pool."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """End all processes."""
        while len(self._cold) < self._size:
            child = await self._idle.get()
            await child.stop()
            self._cold.append(child)

    async def parse(
        self, body: bytes, *, charset: str | None = None, base_url: str = "", language: str | None = None
    ) -> ParsedFeed | ParseError:
        """Parse a document; waits for a free process."""
        answer = await self.ask({"charset": charset, "base_url": base_url, "language": language}, body)
        if isinstance(answer, ParseError):
            return answer
        self._metrics.parse_cpu.observe(float(answer["cpu"]))
        return codec.build(ParsedFeed, answer["feed"])

    async def links(
        self, body: bytes, *, charset: str | None = None, base_url: str = ""
    ) -> list[FeedLink] | ParseError:
        """Return the feeds a page names."""
        answer = await self.ask({"task": "links", "charset": charset, "base_url": base_url}, body)
        return answer if isinstance(answer, ParseError) else [FeedLink(**link) for link in answer["links"]]

    async def ask(self, head: Mapping[str, object], body: bytes) -> dict[str, Any] | ParseError:
        """Have a process do a task; waits for a free one."""
        head = {name: _plain(value) if isinstance(value, str) else value for name, value in head.items()}
        child = await self._next()
        try:
            return await self._ask(child, framed(orjson.dumps(head)) + framed(body))
        finally:
            await self._release(child)

    async def _next(self) -> _Child:
        """Take the process used last; start another one when none is free for some time."""
        if self._idle.empty() and 0 < len(self._cold) < self._size:
            with suppress(TimeoutError):
                async with asyncio.timeout(START_AFTER):
                    return await self._idle.get()
        if not self._idle.empty():
            return self._idle.get_nowait()
        self._all_at_work = monotonic()
        return self._cold.pop() if self._cold else await self._idle.get()

    async def _release(self, child: _Child) -> None:
        if self._idle.empty() or monotonic() - self._all_at_work < REST_AFTER:
            self._idle.put_nowait(child)
            return
        try:
            await child.stop()
        finally:
            self._cold.append(child)

    async def _ask(self, child: _Child, request: bytes) -> dict[str, Any] | ParseError:
        try:
            await child.start()
            async with asyncio.timeout(self._wall_seconds):
                answer = await child.ask(request)
        except TimeoutError:
            await self._restart(child)
            return ParseError(ErrorKind.PARSE_TIMEOUT, f"no answer in {self._wall_seconds:g} s")
        except (asyncio.IncompleteReadError, OSError, ValueError):
            await self._restart(child)
            return ParseError(ErrorKind.PARSE_MEMORY, "the parsing process died")
        except asyncio.CancelledError:
            await child.stop()
            raise
        result = _read(answer)
        if isinstance(result, ParseError) and result.kind is ErrorKind.PARSE_MEMORY:
            await self._restart(child)
        elif child.answered >= DOCUMENTS_PER_CHILD:
            await child.stop()
        return result

    async def _restart(self, child: _Child) -> None:
        self.restarts += 1
        self._metrics.parser_restarts.inc()
        await child.stop()


class _Child:
    """One process, started when asked and not running."""

    def __init__(self, module: str) -> None:
        self.answered = 0
        self._module = module
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        if self._process is not None and self._process.returncode is None:
            return
        root = str(Path(agents.__file__).parent.parent)
        # No settings and no secrets of the poller reach the process that handles foreign bytes.
        environment = {"PYTHONPATH": root, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
        environment |= {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        self.answered = 0
        async with asyncio.timeout(START_SECONDS):
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )

    async def ask(self, request: bytes) -> bytes:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(request)
        await process.stdin.drain()
        answer = await receive_frame(process.stdout)
        self.answered += 1
        return answer

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


def _read(answer: bytes) -> dict[str, Any] | ParseError:
    """Read an answer: the result, or what was wrong."""
    value: dict[str, Any] = orjson.loads(answer)
    return ParseError(ErrorKind(value["error"]), str(value["message"])) if "error" in value else value


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")

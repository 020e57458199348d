"""The parsing process: reads documents from stdin, writes what they say to stdout, and can be killed at any time.

A request is two frames: JSON with `charset`, `base_url` and `language`, then the document. The answer is one frame of
JSON: `{"feed": ParsedFeed, "cpu": seconds}` or `{"error": ErrorKind, "message": text}`; where the request says so by
`"task": "links"`, `{"links": [FeedLink], ...}` of a page. Before the first request the process gives up what it does
not need: more memory, new files and sockets, new processes, writing files.
"""

from __future__ import annotations

import codecs
import encodings
import importlib
import pkgutil
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from agents.poller.frames import framed, read_frame
from pipeline.feeds.charset import to_text
from pipeline.feeds.dates import parse_date
from pipeline.feeds.discovery import feed_links, page_charset
from pipeline.feeds.outcome import ErrorKind
from pipeline.feeds.parse import parse_feed, read_feed
from pipeline.feeds.parsed import NotAFeedError

if TYPE_CHECKING:
    from types import FrameType

MEMORY = 1024**3
# Two seconds, less what it takes until a call of C ends and the timer is heard.
CPU_SECONDS = 1.8
EXIT_MEMORY = 12
_NO_MODULES = frozenset({"aliases", "mbcs", "oem"})
_SAMPLE = (
    '<rss version="2.0"><channel><title>t</title><item><title>&eacute;</title><author>a</author></item></channel></rss>'
)


class CpuSpentError(BaseException):
    """The document used up its processor time; no `except Exception` may swallow it."""


Task = Callable[[dict[str, Any], bytes], dict[str, Any]]


def main() -> int:
    """Read feeds until stdin ends."""
    load_everything()
    return serve(read)


def serve(task: Task, cpu_seconds: float = CPU_SECONDS) -> int:
    """Answer requests with what `task` makes of them until stdin ends; what it imports must be loaded by now."""
    # The standard library tries parsers that are not installed at every document: that must not look for files either.
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not PathFinder]
    _give_up_rights()
    signal.signal(signal.SIGPROF, _on_timer)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while (request := _request(source)) is not None:
        try:
            answer = _answer(task, *request, cpu_seconds)
        except MemoryError:
            _write(sink, _error(ErrorKind.PARSE_MEMORY, "the document needs more memory than it may use"))
            return EXIT_MEMORY
        _write(sink, answer)
    return 0


def _request(source: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    head, body = read_frame(source), read_frame(source)
    return None if head is None or body is None else (orjson.loads(head), body)


def read(head: dict[str, Any], body: bytes, *, quick: bool = False) -> dict[str, Any]:
    """Read a feed, or the links of a page; `quick` with the faster parser."""
    if head.get("task") == "links":
        text = to_text(body, page_charset(body, head["charset"])).text
        return {"links": feed_links(text, head["base_url"])}
    try:
        feed = read_feed(
            body,
            http_charset=head["charset"],
            base_url=head["base_url"],
            http_language=head["language"],
            quick=quick,
        )
    except NotAFeedError as error:
        named = [] if error.empty else feed_links(to_text(body, head["charset"]).text, head["base_url"])
        if not named:
            raise
        raise NotAFeedError(f"{error}; it names {', '.join(link.url for link in named[:3])}") from error
    return {"feed": feed}


def _answer(task: Task, head: dict[str, Any], body: bytes, cpu_seconds: float) -> bytes:
    """Do a task within its processor time."""
    start = time.process_time()
    try:
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        try:
            result = task(head, body)
            return orjson.dumps({**result, "cpu": time.process_time() - start})
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except CpuSpentError:
        return _error(ErrorKind.PARSE_TIMEOUT, f"more than {cpu_seconds:g} s of processor time")
    except NotAFeedError as error:
        return _error(ErrorKind.EMPTY_BODY if error.empty else ErrorKind.NOT_A_FEED, str(error))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a parser raises on hostile input is the document's fault
        return _error(ErrorKind.PARSE_ERROR, f"{type(error).__name__}: {error}")


def _error(kind: ErrorKind, message: str) -> bytes:
    shown = message[:300].encode("utf-8", "replace").decode("utf-8")
    return orjson.dumps({"error": kind.value, "message": shown})


def _write(sink: BinaryIO, answer: bytes) -> None:
    sink.write(framed(answer))
    sink.flush()


def load_everything() -> None:
    """Import what Python and feedparser would import late: from now on no file can be opened."""
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in _NO_MODULES:
            with suppress(ImportError):
                importlib.import_module(f"encodings.{module.name}")
    for name in ("utf-8-variants", "sloppy-windows-1252"):
        codecs.lookup(name)
    parse_date("Tue, 3 März 2026 09:30 PKT")
    for document in (_SAMPLE, _SAMPLE.replace("</item>", "")):
        parse_feed(document)
    with suppress(NotAFeedError):
        read_feed("<rss>Ã¼Ã¶Ã¤</rss>".encode())


def _give_up_rights() -> None:
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 3,
        resource.RLIMIT_NPROC: 0,
    }
    for kind, limit in limits.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _on_timer(_number: int, _frame: FrameType | None) -> None:
    raise CpuSpentError


if __name__ == "__main__":
    sys.exit(main())

"""The parsing process: reads documents from stdin, writes what they say to stdout, and can be killed at any time.

A request is two frames: JSON with `charset`, `base_url` and `language`, then the document. The answer is one frame of
JSON: `{"feed": ParsedFeed, "cpu": seconds}` or `{"error": ErrorKind, "message": text}`. Before the first request the
process gives up what it does not need: more memory, new files and sockets, new processes, writing files.
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
from contextlib import suppress
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from agents.poller.frames import framed, read_frame
from pipeline.feeds.dates import parse_date
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


def main() -> int:
    """Answer requests until stdin ends."""
    _load_everything()
    _give_up_rights()
    signal.signal(signal.SIGPROF, _on_timer)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while (request := _request(source)) is not None:
        try:
            answer = _answer(*request)
        except MemoryError:
            _write(sink, _error(ErrorKind.PARSE_MEMORY, "the document needs more memory than it may use"))
            return EXIT_MEMORY
        _write(sink, answer)
    return 0


def _request(source: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    head, body = read_frame(source), read_frame(source)
    return None if head is None or body is None else (orjson.loads(head), body)


def _answer(head: dict[str, Any], body: bytes) -> bytes:
    """Parse a document within its processor time."""
    start = time.process_time()
    try:
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        try:
            feed = read_feed(
                body, http_charset=head["charset"], base_url=head["base_url"], http_language=head["language"]
            )
            return orjson.dumps({"feed": feed, "cpu": time.process_time() - start})
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except CpuSpentError:
        return _error(ErrorKind.PARSE_TIMEOUT, f"more than {CPU_SECONDS:g} s of processor time")
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


def _load_everything() -> None:
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
    # The standard library tries parsers that are not installed at every document: that must not look for files either.
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not PathFinder]


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

"""Log lines: text for people or JSON for programs, safe to print whatever a feed put into them."""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from schemas.escaping import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.config import Settings

# Where every record and decision has its line; agents/monitor writes it.
RECORDS = "khabar.records"
# Characters of a traceback: its end tells what happened.
TRACE_LIMIT = 8192
# Lines a second of one reason, from warnings on, and reasons whose left-out lines are counted.
MOST_A_SECOND, MOST_REASONS = 10, 1000
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def safe(text: object) -> str:
    """Return text with control and bidi characters escaped, cut at 512 characters."""
    return visible(str(text))


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """Return a traceback line by line, its lines escaped: exceptions quote what a feed wrote."""
    if not record.exc_info:
        return ""
    lines = formatter.formatException(record.exc_info)[-TRACE_LIMIT:].split("\n")
    return "\n".join(safe(line) for line in lines)


class Sparing(logging.Filter):
    """Lets ten warnings a second of a reason through; the next one says how many were left out before it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Tell the seconds apart by a clock."""
        super().__init__()
        self._clock = clock
        self._second = 0
        self._told: Counter[tuple[object, ...]] = Counter()
        self._left_out: Counter[tuple[object, ...]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a line is written."""
        if record.levelno < logging.WARNING:
            return True
        second = int(self._clock())
        if second != self._second:
            self._second = second
            self._told.clear()
        key = (record.name, record.msg, getattr(record, "reason", None))
        self._told[key] += 1
        if self._told[key] > MOST_A_SECOND:
            if key in self._left_out or len(self._left_out) < MOST_REASONS:
                self._left_out[key] += 1
            return False
        left_out = self._left_out.pop(key, 0)
        if left_out:
            record.left_out = left_out
        return True


class TextFormatter(logging.Formatter):
    """`time level logger message key=value ...` on one line; tracebacks follow indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        extra = " ".join(f"{key}={safe(value)}" for key, value in _extra(record).items())
        line = (
            f"{_time(record)} {record.levelname.lower():7} {record.name} {safe(record.getMessage())} {extra}".rstrip()
        )
        if record.exc_info:
            line += "\n    " + _trace(self, record).replace("\n", "\n    ")
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        entry: dict[str, object] = {
            "ts": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": safe(record.getMessage()),
        }
        entry |= {key: _plain(value) for key, value in _extra(record).items()}
        if record.exc_info:
            entry["exception"] = _trace(self, record)
        return orjson.dumps(entry).decode()


def set_up(settings: Settings, *, decisions: bool = True) -> None:
    """Send all log lines to stderr in the format asked for; third-party chatter from warning on only.

    Without `decisions` what was decided about each record is told at level debug alone: for commands that print it.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Sparing())
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("khabar").setLevel(settings.log_level.upper())
    quiet = not decisions and settings.log_level != "debug"
    logging.getLogger(RECORDS).setLevel(logging.WARNING if quiet else logging.NOTSET)
    # Says on every slow commit that a timer overlaps itself; a stage that stands still is the watchdog's matter.
    logging.getLogger("mode.timers").setLevel(logging.ERROR)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD and value is not None}


def _plain(value: object) -> object:
    """Return a value for JSON: numbers as they are, all else as text that is safe to print."""
    return value if isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**53) else safe(value)

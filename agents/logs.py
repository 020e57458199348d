"""Log lines: text for people or JSON for programs, safe to print whatever a feed put into them."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from schemas.escaping import visible

if TYPE_CHECKING:
    from agents.config import Settings

# Characters of a traceback: its end tells what happened.
TRACE_LIMIT = 8192
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
        entry = {
            "ts": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": safe(record.getMessage()),
        }
        entry |= {key: safe(value) for key, value in _extra(record).items()}
        if record.exc_info:
            entry["exception"] = _trace(self, record)
        return orjson.dumps(entry).decode()


def set_up(settings: Settings) -> None:
    """Send all log lines to stderr in the format asked for; third-party chatter from warning on only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("khabar").setLevel(settings.log_level.upper())
    # Says on every slow commit that a timer overlaps itself; a stage that stands still is the watchdog's matter.
    logging.getLogger("mode.timers").setLevel(logging.ERROR)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}

"""Log lines: text for people or JSON for programs, safe to print whatever a feed put into them."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from agents.config import Settings

LIMIT = 512
# Control characters, bidi overrides and isolates: they could forge lines or reorder what is read.
_UNSAFE = {
    c: f"\\u{c:04x}"
    for c in (*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def safe(text: object) -> str:
    """Return text with control and bidi characters escaped, cut at 512 characters."""
    shown = str(text)
    cut = shown[:LIMIT] + ("…" if len(shown) > LIMIT else "")
    return cut.translate(_UNSAFE)


class TextFormatter(logging.Formatter):
    """`time level logger message key=value ...` on one line; tracebacks follow indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        extra = " ".join(f"{key}={safe(value)}" for key, value in _extra(record).items())
        line = (
            f"{_time(record)} {record.levelname.lower():7} {record.name} {safe(record.getMessage())} {extra}".rstrip()
        )
        if record.exc_info:
            line += "\n    " + self.formatException(record.exc_info).replace("\n", "\n    ")
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
            entry["exception"] = self.formatException(record.exc_info)
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

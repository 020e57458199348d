"""Dead letters on a terminal or as JSON: whatever they hold, it is shown and does nothing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from agents.display import padded
from schemas.codec import plain
from schemas.escaping import visible, visible_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agents.dlq.ledger import Entry
    from schemas.deadletter import DeadLetter

ID_SHOWN = 12
WHY_SHOWN = 200
ROW = 16
# Widths in cells; the last column, the message, is as wide as it is.
COLUMNS = (
    ("id", ID_SHOWN),
    ("state", 9),
    ("tries", 5),
    ("stage", 8),
    ("reason", 9),
    ("written (UTC)", 19),
    ("origin", 24),
    ("bytes", 8),
)


def table(entries: Iterable[Entry]) -> list[str]:
    """Give one line a letter under a headline."""
    lines = ["  ".join([*(name.ljust(width) for name, width in COLUMNS), "why"])]
    for entry in entries:
        letter = entry.letter
        cells = (
            letter.id,
            entry.state,
            str(letter.attempts),
            letter.stage,
            letter.reason,
            moment(entry.written),
            ":".join(str(part) for part in entry.origin),
            str(letter.value_size or entry.size),
        )
        shown = [
            padded(cell[:ID_SHOWN] if name == "id" else cell, width)
            for (name, width), cell in zip(COLUMNS, cells, strict=True)
        ]
        lines.append("  ".join([*shown, why(letter)]))
    return lines


def summary(entries: Sequence[Entry]) -> str:
    """Count letters by state, stage and reason."""
    states = Counter(entry.state for entry in entries)
    kinds = Counter(f"{entry.letter.stage} {entry.letter.reason}" for entry in entries)
    by_state = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    by_kind = ", ".join(f"{count} {visible(kind)}" for kind, count in kinds.most_common())
    return f"{len(entries)} letters" + (f": {by_state} ({by_kind})" if entries else "")


def why(letter: DeadLetter) -> str:
    """Say in one line why a record died."""
    name = letter.exception
    told = letter.message if name is None or letter.message.startswith(name) else f"{name}: {letter.message}"
    return visible(told, WHY_SHOWN)


def as_json(entry: Entry) -> str:
    """Give a letter without its value as one line of JSON."""
    letter: dict[str, Any] = plain(entry.letter)
    letter.pop("value")
    about = {
        "state": entry.state,
        "written": moment(entry.written).replace(" ", "T") + "Z",
        "size": entry.size,
        "place": {"partition": entry.partition, "offset": entry.offset},
        "decision": plain(entry.decision) if entry.decision else None,
    }
    return visible_json(orjson.dumps({**letter, **about}).decode())


def moment(seconds: float) -> str:
    """Write a time in seconds since 1970 as UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def letter_lines(entry: Entry) -> list[str]:
    """Tell all about a letter but its value."""
    letter, decision = entry.letter, entry.decision
    size = str(entry.size) if letter.value_size is None else f"{entry.size} kept of {letter.value_size}"
    known = {
        "id": letter.id,
        "state": entry.state,
        "attempts": str(letter.attempts),
        "stage": letter.stage,
        "reason": letter.reason,
        "why": why(letter),
        "origin": "topic {} partition {} offset {}".format(*entry.origin),
        "first failed": letter.first_failed_at,
        "written": f"{moment(entry.written)} (partition {entry.partition} offset {entry.offset} of news.dead)",
        "app version": letter.app_version,
        "key": None if letter.key is None else letter.key.decode("utf-8", "backslashreplace"),
        "value": f"{size} bytes",
        "sha256": letter.value_sha256,
        "decided": f"{decision.action} at {decision.decided} {decision.because or ''}" if decision else None,
    }
    lines = [f"{name:13} {visible(value)}" for name, value in known.items() if value is not None]
    lines += [f"header        {visible(f'{name}: {_text(value)}')}" for name, value in letter.headers]
    trace = (letter.stacktrace or "").splitlines()
    return lines + [f"    {visible(line)}" for line in trace]


def value_lines(value: bytes | None, limit: int, *, as_hex: bool) -> list[str]:
    """Show the first `limit` bytes of a value: as text where it is text, else as a hex dump."""
    if not value:
        return ["(no value: a tombstone)" if value is None else "(no bytes)"]
    shown = value[:limit]
    text = None if as_hex else _utf8(shown, whole=len(value) <= limit)
    lines = hex_lines(shown) if text is None else [visible(line, limit) for line in text.split("\n")]
    rest = len(value) - len(shown)
    return [*lines, f"... {rest} more bytes (--bytes N, --raw FILE)"] if rest else lines


def hex_lines(value: bytes) -> list[str]:
    """Give a hex dump: place, bytes, and what of them is printable ASCII."""
    rows = [(start, value[start : start + ROW]) for start in range(0, len(value), ROW)]
    return [
        f"{start:08x}  {row.hex(' '):{3 * ROW}} {''.join(chr(b) if 32 <= b < 127 else '.' for b in row)}"
        for start, row in rows
    ]


def _utf8(value: bytes, *, whole: bool) -> str | None:
    """Read text, None where it is none; a part may end inside a character."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = not whole and error.start >= len(value) - 3
        return value[: error.start].decode("utf-8") if cut_off else None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")

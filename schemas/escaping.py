"""Untrusted text where it could do harm: bounded and without control characters, in headers always valid UTF-8."""

from __future__ import annotations

import re

VALUE_LIMIT = 4096
SHOWN_LIMIT = 512

Headers = tuple[tuple[str, bytes], ...]

_SURROGATE = re.compile("[\ud800-\udfff]")
# C0, DEL, C1, line and paragraph separators, and the marks and overrides that turn a line of log around.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_CONTROL_OR_PERCENT = re.compile(f"%|{_CONTROL.pattern}")
# The same for the eye, without the marks: Arabic and Hebrew text has them, and alone they turn no line.
_FORGING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ESCAPED = re.compile("((?:%[0-9A-F]{2})+)")


def without_surrogates(text: str) -> str:
    """Replace every lone surrogate, which UTF-8 cannot carry, by U+FFFD, one for one."""
    return _SURROGATE.sub("\ufffd", text)


def header_value(text: str, limit: int = VALUE_LIMIT) -> bytes:
    """Give a header's bytes: control characters percent-escaped, at most `limit` bytes."""
    return _cut(_CONTROL.sub(_percent, without_surrogates(text[:limit])), limit)


def reversible_value(text: str, limit: int = VALUE_LIMIT) -> bytes:
    """Give a header's bytes as `header_value` does, the percent sign escaped too, so that `unescape` can undo it."""
    return _cut(_CONTROL_OR_PERCENT.sub(_percent, without_surrogates(text[:limit])), limit)


def unescape(value: bytes) -> str:
    """Undo `reversible_value`; bytes that are not UTF-8 become U+FFFD."""
    return _ESCAPED.sub(_unpercent, value.decode("utf-8", "replace"))


def visible(text: str, limit: int = SHOWN_LIMIT) -> str:
    """Give text for a terminal or a log: what could forge or turn a line as its code, cut at `limit` characters."""
    cut = text[:limit] + ("…" if len(text) > limit else "")
    return _FORGING.sub(_written_out, cut)


def visible_json(document: str) -> str:
    """Give one line of JSON with the same content, safe for a terminal: such characters occur in its strings only."""
    return _FORGING.sub(_written_out, document)


def _written_out(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8"))


def _unpercent(match: re.Match[str]) -> str:
    return bytes.fromhex(match.group().replace("%", "")).decode("utf-8", "replace")


def _cut(text: str, limit: int) -> bytes:
    """Cut to a number of bytes, never inside a character or an escape."""
    data = text.encode("utf-8")
    if len(data) <= limit:
        return data
    kept = data[:limit].decode("utf-8", "ignore")
    escape = kept.rfind("%", len(kept) - 2)
    return (kept[:escape] if escape >= 0 else kept).encode("utf-8")

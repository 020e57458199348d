"""A message that could not be processed: its original key and bytes, and why (topic news.dead).

On the topic the key is the letter's id, so that redeliveries meet, and the value is the original value. All else is
in headers: `dlq.*`, and the original headers under their own names.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import isfinite
from typing import Final, Literal, get_args

from schemas.codec import DecodeError
from schemas.escaping import VALUE_LIMIT, Headers, header_value, reversible_value, unescape

DeadReason = Literal["decode", "schema", "too_large", "empty", "timeout", "bug"]
REASONS: Final[tuple[DeadReason, ...]] = get_args(DeadReason)

VERSION: Final = "1"
MESSAGE_LIMIT = 500
STACKTRACE_LIMIT = 8192
HEADERS_LIMIT = 24
NAME_LIMIT = 256
# What a record costs in a batch beside key, value and headers, and each header beside its name and value; rounded up.
RECORD_OVERHEAD = 512
HEADER_OVERHEAD = 12
TOPIC_LIMIT = 2 * 1024 * 1024

_PREFIX = "dlq."
# Original headers that would be taken for ours are kept under this.
_FOREIGN = "dlq.header."


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A dead letter: where the message came from, and why it could not be processed.

    `id` is a hash of origin topic, partition, offset and stage, so a redelivery does not pile up. `timestamp` is in
    seconds since 1970. `value_size` and `value_sha256` are of the whole value and set only where `value` was cut.
    """

    id: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    topic: str
    partition: int
    offset: int
    timestamp: float | None = None
    stage: str
    reason: DeadReason
    message: str
    exception: str | None = None
    stacktrace: str | None = None
    attempts: int = 1
    first_failed_at: str | None = None
    app_version: str
    value_size: int | None = None
    value_sha256: str | None = None


def to_message(letter: DeadLetter, limit: int = TOPIC_LIMIT) -> tuple[bytes, bytes | None, Headers]:
    """Give key, value and headers of the message that carries a letter; together they are at most `limit` bytes."""
    described = _described(letter)
    room = _room(letter, described, limit)
    kept = None if letter.value is None else letter.value[:room]
    return letter.id.encode("utf-8", "replace"), kept, (*described, *_cut(letter, room))


def to_headers(letter: DeadLetter, limit: int = TOPIC_LIMIT) -> Headers:
    """Give the headers of a letter; they tell the value's size and hash where it is cut to fit into `limit` bytes."""
    described = _described(letter)
    return (*described, *_cut(letter, _room(letter, described, limit)))


def from_message(key: bytes | None, value: bytes | None, headers: Headers) -> DeadLetter:
    """Read a letter back from its message.

    The original key is the header `dlq.key`; a message whose key is not the letter's id carries it as its own key.

    Raises:
        DecodeError: the headers are not those of a dead letter of this version.
    """
    read = _Reader(headers)
    if read.text("version") != VERSION:
        raise DecodeError("schema", f"expected {VERSION}", "dlq.version")
    reason = read.text("reason")
    if reason not in REASONS:
        raise DecodeError("decode", f"expected one of {', '.join(REASONS)}", "dlq.reason")
    identity = read.text("id")
    own_key = key if key is not None and key != identity.encode("utf-8", "replace") else None
    return DeadLetter(
        id=identity,
        key=read.raw("key", own_key),
        value=value,
        headers=_originals(headers),
        topic=read.text("origin.topic"),
        partition=read.integer("origin.partition"),
        offset=read.integer("origin.offset"),
        timestamp=read.number("origin.timestamp"),
        stage=read.text("stage"),
        reason=reason,
        message=read.text("exception.message"),
        exception=read.optional("exception.class"),
        stacktrace=read.optional("exception.stacktrace"),
        attempts=read.integer("attempts"),
        first_failed_at=read.optional("first_failed_at"),
        app_version=read.text("app.version"),
        value_size=read.integer("value.size") if read.raw("value.truncated") else None,
        value_sha256=read.optional("value.sha256") if read.raw("value.truncated") else None,
    )


def _described(letter: DeadLetter) -> Headers:
    timestamp = letter.timestamp
    found: dict[str, bytes | str | None] = {
        "version": VERSION,
        "id": letter.id,
        "key": None if letter.key is None else letter.key[:VALUE_LIMIT],
        "origin.topic": letter.topic,
        "origin.partition": str(letter.partition),
        "origin.offset": str(letter.offset),
        "origin.timestamp": repr(timestamp) if timestamp is not None and isfinite(timestamp) else None,
        "stage": letter.stage,
        "reason": letter.reason,
        "exception.class": letter.exception,
        "exception.message": letter.message[:MESSAGE_LIMIT],
        "attempts": str(letter.attempts),
        "first_failed_at": letter.first_failed_at,
        "app.version": letter.app_version,
    }
    own = [
        (f"{_PREFIX}{name}", value if isinstance(value, bytes) else reversible_value(value))
        for name, value in found.items()
        if value is not None
    ]
    if letter.stacktrace is not None:
        # The end of a stack trace tells what happened, so the beginning is cut.
        trace = reversible_value(letter.stacktrace[-STACKTRACE_LIMIT // 2 :], STACKTRACE_LIMIT)
        own.append((f"{_PREFIX}exception.stacktrace", trace))
    return (*_kept(letter.headers), *own)


def _kept(headers: Headers) -> Headers:
    """Keep the first original headers, their values bounded and otherwise byte for byte."""
    return tuple(
        (
            f"{_FOREIGN if name.startswith(_PREFIX) else ''}{header_value(name, NAME_LIMIT).decode()}",
            value[:VALUE_LIMIT],
        )
        for name, value in headers[:HEADERS_LIMIT]
    )


def _originals(headers: Headers) -> Headers:
    return tuple(
        (name.removeprefix(_FOREIGN), value)
        for name, value in headers
        if not name.startswith(_PREFIX) or name.startswith(_FOREIGN)
    )


def _cut(letter: DeadLetter, room: int) -> Headers:
    """Tell of the whole value where it does not fit or was cut before."""
    value = letter.value or b""
    if len(value) <= room and letter.value_size is None:
        return ()
    size = len(value) if letter.value_size is None else letter.value_size
    sha256 = letter.value_sha256 or hashlib.sha256(value).hexdigest()
    return ("dlq.value.truncated", b"1"), ("dlq.value.size", b"%d" % size), ("dlq.value.sha256", sha256.encode())


def _room(letter: DeadLetter, described: Headers, limit: int) -> int:
    """Bytes left for the value, the headers that tell of a cut included."""
    taken = sum(len(name.encode()) + len(value) + HEADER_OVERHEAD for name, value in described)
    return max(0, limit - taken - len(letter.id) - RECORD_OVERHEAD)


class _Reader:
    """Reads `dlq.*` headers by name; the last of equal names counts."""

    def __init__(self, headers: Headers) -> None:
        self._headers = dict(headers)

    def raw(self, name: str, default: bytes | None = None) -> bytes | None:
        return self._headers.get(_PREFIX + name, default)

    def optional(self, name: str) -> str | None:
        value = self.raw(name)
        return None if value is None else unescape(value)

    def text(self, name: str) -> str:
        value = self.optional(name)
        if value is None:
            raise DecodeError("schema", "missing", _PREFIX + name)
        return value

    def integer(self, name: str) -> int:
        value = self.text(name)
        if not (value.isascii() and value.isdigit() and len(value) <= 20):
            raise DecodeError("decode", "expected an integer", _PREFIX + name)
        return int(value)

    def number(self, name: str) -> float | None:
        value = self.optional(name)
        try:
            return None if value is None else float(value)
        except ValueError:
            raise DecodeError("decode", "expected a number", _PREFIX + name) from None

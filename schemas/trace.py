"""Trace context after W3C Trace Context (level 1): one trace an article version, from its source to its events.

Ids are hashes and not random: whoever sends an article again sends it in the same trace, and a record that a stage
makes twice has the same headers twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADER: Final = "traceparent"

_PARENT = re.compile(
    rb"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})"
    rb"(?P<more>-[\x21-\x7e]*)?"
)
_LONGEST = 256
_SAMPLED: Final = "01"


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a trace: the trace's id, and the span of whoever sent the record; both hexadecimal."""

    trace_id: str
    span_id: str
    flags: str = _SAMPLED

    @classmethod
    def origin(cls, name: str | bytes) -> Self:
        """Begin the trace of what has a name of its own, such as an article version."""
        digest = sha256(name.encode("utf-8", "surrogatepass") if isinstance(name, str) else name).hexdigest()
        return cls(digest[:32], digest[32:48])

    @classmethod
    def of(cls, headers: Iterable[tuple[str, bytes | None]]) -> Self | None:
        """Read the first valid `traceparent` among a message's headers."""
        for name, value in headers:
            found = _PARENT.fullmatch(value) if name == HEADER and value and len(value) <= _LONGEST else None
            if found and _is_valid(found):
                sampled = int(found["flags"], 16) & 1
                return cls(found["trace"].decode(), found["span"].decode(), f"{sampled:02x}")
        return None

    def child(self, name: str) -> Self:
        """Give the span of the step of that name; the same step after the same span is the same span."""
        digest = sha256(f"{self.trace_id}-{self.span_id}-{name}".encode()).hexdigest()
        return type(self)(self.trace_id, digest[:16], self.flags)

    @property
    def header(self) -> tuple[str, bytes]:
        """The header that carries it."""
        return HEADER, f"00-{self.trace_id}-{self.span_id}-{self.flags}".encode()


def _is_valid(found: re.Match[bytes]) -> bool:
    """Say whether no id is zero, and whether further fields are of a version that may have them."""
    ids = found["trace"].strip(b"0") and found["span"].strip(b"0")
    return bool(ids) and found["version"] != b"ff" and (found["version"] != b"00" or not found["more"])

"""Headers of a record that is sent again after it was a dead letter; they are gone once a stage has taken it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from schemas.escaping import header_value

if TYPE_CHECKING:
    from schemas.deadletter import DeadLetter
    from schemas.escaping import Headers

# How often a record may fail before nobody but an operator who asks for it sends it again.
MOST_ATTEMPTS: Final = 5

_PREFIX = "dlq.replay."
_ID = re.compile("[0-9a-f]{64}")
_ATTEMPT = re.compile("[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Replay:
    """Which letter a record was, and which attempt this is, counted from 1 for the first failure."""

    id: str
    attempt: int
    first_failed_at: str | None = None


def replay_headers(letter: DeadLetter) -> Headers:
    """Give the headers a letter's record is sent again with: its own, and which letter it was."""
    told = {"id": letter.id, "attempt": str(letter.attempts + 1), "first_failed_at": letter.first_failed_at}
    ours = tuple((_PREFIX + name, header_value(value)) for name, value in told.items() if value)
    return (*letter.headers, *ours)


def replay_of(headers: Headers) -> Replay | None:
    """Read what `replay_headers` wrote; None where the record was never a letter or the headers are not ours."""
    told = {
        name.removeprefix(_PREFIX): (value or b"").decode("utf-8", "replace")
        for name, value in headers
        if name.startswith(_PREFIX)
    }
    letter, attempt = told.get("id", ""), told.get("attempt", "")
    if not (_ID.fullmatch(letter) and _ATTEMPT.fullmatch(attempt)):
        return None
    return Replay(letter, int(attempt), told.get("first_failed_at"))


def without_replay(headers: Headers) -> Headers:
    """Give a record's own headers."""
    return tuple((name, value) for name, value in headers if not name.startswith(_PREFIX))

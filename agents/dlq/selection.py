"""Which dead letters a command is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.dlq.ledger import Entry, Ledger

LEAST_PREFIX = 6
_AGO = re.compile(r"([0-9]{1,6})([smhd])")
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class SelectionError(ValueError):
    """What was asked for cannot be understood, or names no letter or several."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions that all hold; an empty one holds for every letter. Times in seconds since 1970."""

    states: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    app_versions: tuple[str, ...] = ()
    since: float | None = None
    until: float | None = None

    def takes(self, entry: Entry) -> bool:
        """Say whether a letter meets all conditions."""
        letter = entry.letter
        wanted = (
            (self.states, entry.state),
            (self.stages, letter.stage),
            (self.reasons, letter.reason),
            (self.exceptions, letter.exception),
            (self.app_versions, letter.app_version),
        )
        in_time = (self.since is None or entry.written >= self.since) and (
            self.until is None or entry.written < self.until
        )
        return in_time and all(not allowed or found in allowed for allowed, found in wanted)


def selected(ledger: Ledger, selection: Selection, ids: Sequence[str] = ()) -> list[Entry]:
    """Give the letters that were asked for, in the order in which their records came.

    Raises:
        SelectionError: an id names no letter, or several.
    """
    entries = [named(ledger, one) for one in ids] if ids else list(ledger.entries.values())
    unique = {entry.letter.id: entry for entry in entries if selection.takes(entry)}
    return sorted(unique.values(), key=lambda entry: entry.origin)


def named(ledger: Ledger, prefix: str) -> Entry:
    """Give the letter whose id begins so.

    Raises:
        SelectionError: there is none, or there are several.
    """
    if len(prefix) < LEAST_PREFIX:
        raise SelectionError(f"{prefix!r} is too short: give at least {LEAST_PREFIX} characters of an id")
    found = [entry for letter, entry in ledger.entries.items() if letter.startswith(prefix.lower())]
    if len(found) != 1:
        raise SelectionError(f"{'no letter has' if not found else f'{len(found)} letters have'} an id {prefix!r}...")
    return found[0]


def parse_time(text: str, now: float) -> float:
    """Read a time: ISO 8601 (UTC where it has no offset), or how long ago, such as 90s, 30m, 6h or 7d.

    Raises:
        SelectionError: neither.
    """
    ago = _AGO.fullmatch(text)
    if ago:
        return now - int(ago[1]) * _UNIT_SECONDS[ago[2]]
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise SelectionError(f"{text!r} is neither a time (ISO 8601) nor how long ago (90s, 30m, 6h, 7d)") from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()

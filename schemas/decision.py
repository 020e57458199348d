"""What an operator had done with a dead letter (topic news.decisions, key = id of the letter)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadDecision:
    """That a dead letter was sent again, or given up. `attempts` are those it had then; `decided` is RFC 3339 UTC.

    It holds for this letter until its record has died once more, which makes the letter's attempts greater.
    """

    schema: str = "dead_decision/1.0"
    letter_id: str
    action: Literal["replay", "discard"]
    attempts: int
    decided: str
    because: str | None = None
    app_version: str | None = None

"""The dead letters as they stand: each once, without its bytes, with the decision that holds for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from agents.broker import Start
from agents.deadletter import TOPIC
from schemas.codec import DecodeError, decode
from schemas.deadletter import DeadLetter, from_message
from schemas.decision import DeadDecision
from schemas.replay import MOST_ATTEMPTS

if TYPE_CHECKING:
    from agents.broker import Broker, Received

DECISIONS = "news.decisions"

State = Literal["open", "parked", "replayed", "discarded"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A dead letter without its value, and where in news.dead that is.

    `size` is what is held of the value in bytes, `written` the time in seconds since 1970.
    """

    letter: DeadLetter
    partition: int
    offset: int
    size: int
    written: float
    decision: DeadDecision | None = None

    @property
    def state(self) -> State:
        """What is to be done about it: open and parked letters wait, the latter for somebody who insists."""
        if self.decision is not None and self.decision.attempts >= self.letter.attempts:
            return "replayed" if self.decision.action == "replay" else "discarded"
        return "parked" if self.letter.attempts >= MOST_ATTEMPTS else "open"

    @property
    def origin(self) -> tuple[str, int, int]:
        """Where its record died."""
        return self.letter.topic, self.letter.partition, self.letter.offset


@dataclass(slots=True)
class Ledger:
    """All letters by id; `unreadable` counts messages on news.dead that are no letters."""

    entries: dict[str, Entry] = field(default_factory=dict)
    unreadable: int = 0


async def read_ledger(broker: Broker) -> Ledger:
    """Read news.dead and news.decisions from the beginning to the end.

    Raises:
        BrokerError: the broker is away, or a topic is missing.
    """
    ledger = Ledger()
    async for received in broker.records(TOPIC, Start("beginning"), follow=False):
        try:
            entry = entry_of(received)
        except DecodeError:
            ledger.unreadable += 1
            continue
        known = ledger.entries.get(entry.letter.id)
        if known is None or entry.letter.attempts >= known.letter.attempts:
            ledger.entries[entry.letter.id] = entry
    async for received in broker.records(DECISIONS, Start("beginning"), follow=False):
        _decide(ledger, received)
    return ledger


def entry_of(received: Received) -> Entry:
    """Read a message of news.dead.

    Raises:
        DecodeError: it is no letter.
    """
    letter = from_message(received.key, received.value, received.headers)
    size = len(received.value or b"")
    return Entry(replace(letter, value=None), received.partition, received.offset, size, received.timestamp)


def _decide(ledger: Ledger, received: Received) -> None:
    try:
        decision = decode(DeadDecision, received.value)
    except DecodeError:
        ledger.unreadable += 1
        return
    entry = ledger.entries.get(decision.letter_id)
    if entry is not None:
        ledger.entries[decision.letter_id] = replace(entry, decision=decision)

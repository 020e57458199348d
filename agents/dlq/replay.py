"""Send dead letters again, or give them up; every step can be repeated after a crash.

A letter's record goes to the topic its stage reads, then the decision is written that it was sent. A crash in between
leaves letters that are sent twice: the same bytes, so the same ids. None is ever marked that was not sent.
"""

from __future__ import annotations

import hashlib
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Literal

from agents.broker import Start
from agents.deadletter import TOPIC, app_version
from agents.delivery import Outbound
from agents.dlq.ledger import DECISIONS
from agents.failpoints import failpoint
from pipeline.topology import STAGE_NAMES
from schemas.codec import encode
from schemas.deadletter import TOPIC_LIMIT, from_message
from schemas.decision import DeadDecision
from schemas.escaping import visible
from schemas.headers import headers_for
from schemas.replay import replay_headers
from schemas.topics import topics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from agents.broker import Broker
    from agents.dlq.ledger import Entry
    from schemas.deadletter import DeadLetter

# Letters sent between two writes of decisions: what a crash may send twice.
GROUP = 100
# Values held in memory at once.
BATCH_BYTES = 32 * 1024 * 1024


@dataclass(slots=True)
class Outcome:
    """What became of the letters: those sent again, and the others with why not."""

    sent: list[Entry] = field(default_factory=list)
    refused: list[tuple[Entry, str]] = field(default_factory=list)


async def replay(broker: Broker, entries: Sequence[Entry]) -> Outcome:
    """Send letters again in the order given.

    Raises:
        BrokerError: the broker is away or refuses; what was sent is marked, all but the last hundred at most.
    """
    outcome = Outcome()
    partitions = await broker.partitions()
    for batch in _batches(entries):
        letters = await _letters(broker, batch)
        for group in _groups(batch):
            await _replay_group(broker, [(entry, letters.get(entry.letter.id)) for entry in group], partitions, outcome)
    return outcome


async def _replay_group(
    broker: Broker, group: Sequence[tuple[Entry, DeadLetter | None]], partitions: dict[str, int], outcome: Outcome
) -> None:
    sent: list[Entry] = []
    records: list[Outbound] = []
    for entry, letter in group:
        record = _record(entry, letter, partitions)
        if isinstance(record, str):
            outcome.refused.append((entry, record))
        else:
            sent.append(entry)
            records.append(record)
    await broker.send(records)
    await failpoint("after_replay", "dlq")
    await decide(broker, sent, "replay")
    outcome.sent += sent


def _record(entry: Entry, letter: DeadLetter | None, partitions: dict[str, int]) -> Outbound | str:
    """Give the record of a letter for the topic and partition it came from, or why there is none."""
    if letter is None:
        return "it is gone from news.dead"
    if letter.value_size is not None:
        return f"{entry.size} of {letter.value_size} bytes were kept, and its record is gone from the topic"
    declared = topics().get(letter.topic)
    # A letter tells its own origin: believed only where its stage reads, so that none gets a record anywhere else.
    reads = declared is not None and letter.stage in STAGE_NAMES and letter.stage in declared.consumers
    if not reads or letter.topic not in partitions:
        return f"no stage {visible(letter.stage)!r} reads a topic {visible(letter.topic)!r} here"
    headers = replay_headers(letter)
    record = Outbound(letter.topic, letter.key, letter.value, headers, letter.partition % partitions[letter.topic])
    return record if record.size <= TOPIC_LIMIT else f"{record.size} bytes are more than the topic takes"


async def decide(
    broker: Broker, entries: Iterable[Entry], action: Literal["replay", "discard"], because: str | None = None
) -> None:
    """Record what was done with letters."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    decisions = [
        DeadDecision(
            letter_id=entry.letter.id,
            action=action,
            attempts=entry.letter.attempts,
            decided=now,
            because=because,
            app_version=app_version(),
        )
        for entry in entries
    ]
    await broker.send([_decision(decision) for decision in decisions])


def _decision(decision: DeadDecision) -> Outbound:
    key = decision.letter_id
    return Outbound(DECISIONS, key.encode(), encode(decision), headers_for(decision, key=key), 0)


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Split letters so that the values of each part fit into memory."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        if batch and size + entry.size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch


def _groups(batch: Sequence[Entry]) -> Iterator[list[Entry]]:
    rest = iter(batch)
    while group := list(islice(rest, GROUP)):
        yield group


async def _letters(broker: Broker, batch: Sequence[Entry]) -> dict[str, DeadLetter]:
    """Read letters with their values; one whose value was cut gets it from where the record died, if it is there."""
    places = {(entry.partition, entry.offset) for entry in batch}
    first: dict[int, int] = {}
    for partition, offset in places:
        first[partition] = min(offset, first.get(partition, offset))
    found: dict[str, DeadLetter] = {}
    async with aclosing(broker.records(TOPIC, Start(first), follow=False)) as records:
        async for received in records:
            if (received.partition, received.offset) in places:
                letter = from_message(received.key, received.value, received.headers)
                found[letter.id] = letter if letter.value_size is None else await _whole(broker, letter)
                if len(found) == len(places):
                    break
    return found


async def _whole(broker: Broker, letter: DeadLetter) -> DeadLetter:
    """Give a letter its whole value back where the record it was is still on its topic."""
    start = Start({letter.partition: letter.offset})
    if letter.topic not in await broker.partitions():
        return letter
    async with aclosing(broker.records(letter.topic, start, follow=False)) as records:
        async for received in records:
            if received.partition != letter.partition:
                continue
            value = received.value or b""
            if received.offset == letter.offset and hashlib.sha256(value).hexdigest() == letter.value_sha256:
                return replace(letter, value=value, value_size=None, value_sha256=None)
            break
    return letter

"""Know when everything that was sent has been processed: each stage has committed all that its topic holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.topology import stages

if TYPE_CHECKING:
    from agents.broker import Broker, Offsets

POLL = 0.2


async def wait_processed(broker: Broker, group: str, *, failed: object = None) -> None:
    """Return once the group has committed up to the end of every stage's topic.

    A stage commits its input only after its outputs are on the next topic, so topics are looked at in the order in
    which articles pass them; `failed` is asked (if callable) on every round and may raise.
    """
    topics = [spec.source for spec in stages()]
    while not await _all_done(broker, group, topics):
        if callable(failed):
            failed()
        await broker.changed(POLL)


async def _all_done(broker: Broker, group: str, topics: list[str]) -> bool:
    for topic in topics:
        # Ends first: what arrives after that makes the answer "not yet" at the latest in the next topic.
        ends = await broker.end_offsets([topic])
        if behind(ends, await broker.committed(group, [topic])):
            return False
    return True


def behind(ends: Offsets, committed: Offsets) -> int:
    """Return how many records a group has still to acknowledge."""
    return sum(max(0, end - committed.get(place, 0)) for place, end in ends.items())

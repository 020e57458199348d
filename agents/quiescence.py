"""Know when everything that was sent has been processed: each stage has committed all that its topic holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.topology import stages

if TYPE_CHECKING:
    from agents.broker import Broker, Offsets

POLL = 0.2

# Told on every look: the first topic that is not done, and the records waiting in it. It may raise to end the wait.
Look = Callable[[str, int], None]


async def wait_processed(broker: Broker, group: str, *, look: Look | None = None) -> None:
    """Return once the group has committed up to the end of every stage's topic.

    A stage commits its input only after its outputs are on the next topic, so topics are looked at in the order in
    which articles pass them.
    """
    topics = [spec.source for spec in stages()]
    while waiting := await _waiting(broker, group, topics):
        if look is not None:
            look(*waiting)
        await broker.changed(POLL)


async def _waiting(broker: Broker, group: str, topics: list[str]) -> tuple[str, int] | None:
    for topic in topics:
        # Ends first: what arrives after that makes the answer "not yet" at the latest in the next topic.
        ends = await broker.end_offsets([topic])
        lag = behind(ends, await broker.committed(group, [topic]))
        if lag:
            return topic, lag
    return None


def behind(ends: Offsets, committed: Offsets) -> int:
    """Return how many records a group has still to acknowledge."""
    return sum(max(0, end - committed.get(place, 0)) for place, end in ends.items())

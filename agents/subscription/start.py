"""Where a subscriber begins: the beginning, the end, a time, how long ago, or offsets."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agents.broker import Start
from pipeline.subscription.times import period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.broker import Broker

MOST_PARTITIONS = 1024
TIMES = "a time (2026-01-31, 2026-01-31T08:00Z), how long ago (2h, 7d)"
FORMS = f"beginning, end, {TIMES} or offsets (120, 0:120,1:98)"
_AGO = re.compile(r"-?(\d{1,6}[smhdw])", re.ASCII)
_OFFSET = re.compile(r"\d{1,18}", re.ASCII)
_OFFSETS = re.compile(r"\d{1,4}:\d{1,18}(,\d{1,4}:\d{1,18})*", re.ASCII)


class StartError(ValueError):
    """A starting point that is none; the message says what there is."""


def parse_start(text: str, now: datetime | None = None) -> Start:
    """Read a starting point; a time is that at which the broker took the records, UTC where it names no zone.

    Raises:
        StartError: it is none.
    """
    if text in ("beginning", "earliest"):
        return Start("beginning")
    if text in ("end", "latest"):
        return Start("end")
    if _OFFSETS.fullmatch(text):
        return Start({int(p): int(o) for p, o in (pair.split(":") for pair in text.split(","))})
    # Four digits alone are an offset here, never a year.
    if _OFFSET.fullmatch(text):
        return Start(dict.fromkeys(range(MOST_PARTITIONS), int(text)))
    return Start(parse_time(text, now, FORMS).timestamp())


def parse_time(text: str, now: datetime | None = None, forms: str = TIMES) -> datetime:
    """Read a time, or how long ago; an error names the forms there are.

    Raises:
        StartError: it is none.
    """
    ago = _AGO.fullmatch(text)
    try:
        return period(f"-{ago[1]}" if ago else text, now or datetime.now(UTC)).start
    except ValueError:
        raise StartError(f"{text!r} is none of: {forms}") from None


async def offsets_at(broker: Broker, topic: str, start: Start) -> dict[int, int]:
    """Return the offset at which each partition of a topic is to be read first."""
    ends = {number: offset for (_, number), offset in (await broker.end_offsets([topic])).items()}
    if start.at == "end":
        return ends
    if start.at == "beginning":
        return {number: offset for (_, number), offset in (await broker.first_offsets([topic])).items()}
    if not isinstance(start.at, float):
        given: Mapping[int, int] = start.at
        return {number: given.get(number, end) for number, end in ends.items()}
    found: dict[int, int] = {}
    async for received in broker.records(topic, start, follow=False):
        found.setdefault(received.partition, received.offset)
    return ends | found

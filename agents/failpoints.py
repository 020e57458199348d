"""Places where a test may kill the process, to prove that nothing is lost there.

`KHABAR_FAILPOINTS` holds `PLACE[/STAGE]:N` entries separated by commas: the N-th time the place is reached (in that
stage), the process kills itself with SIGKILL. Unset, as it is outside tests, a failpoint costs one look at a dict.
"""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

Place = Literal["after_state", "after_produce", "before_ack", "after_replay"]


def _armed() -> dict[str, int]:
    entries = os.environ.get("KHABAR_FAILPOINTS", "").split(",")
    return {place: int(count) for place, _, count in (entry.strip().partition(":") for entry in entries) if count}


_left = _armed()


async def failpoint(place: Place, stage: str, deliveries: Sequence[Awaitable[Any]] = ()) -> None:
    """Die here if a test asks for it, once what was sent so far is durable."""
    if not _left:
        return
    for name in (place, f"{place}/{stage}"):
        if name in _left:
            _left[name] -= 1
            if _left[name] <= 0:
                await asyncio.gather(*deliveries)
                os.kill(os.getpid(), signal.SIGKILL)

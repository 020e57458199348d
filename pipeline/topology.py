"""The four stages in the order an article passes them: what the driver and the Faust shell both run."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline.stage import StageName, StageSpec

__all__ = ["STAGE_NAMES", "StageName", "StageSpec", "stages"]

STAGE_NAMES: tuple[StageName, ...] = ("language", "dedup", "events", "linking")


@cache
def stages() -> tuple[StageSpec[Any, Any, Any], ...]:
    """The specs of all stages, in the order an article passes them."""
    from pipeline.dedup.stage import SPEC as dedup
    from pipeline.events.stage import SPEC as events
    from pipeline.language.stage import SPEC as language
    from pipeline.linking.stage import SPEC as linking

    return (language, dedup, events, linking)

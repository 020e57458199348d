"""What a verb governs that makes another act of it: pledges to hit back, denials of allegations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.events.coder import Scene
    from pipeline.events.firing import Firing

# Words between a verb and the noun it governs.
GOVERNED_REACH = 8


def hits_back(scene: Scene, firing: Firing) -> bool:
    """Whether what somebody promises or is ready to do is to hit back: that is a threat, whoever it is made to."""
    return _beside(scene, firing, "reprisal")


def denies(scene: Scene, firing: Firing) -> bool:
    """Whether what is rejected are allegations: who denies them makes a statement, unless another state made them."""
    return _beside(scene, firing, "claims")


def _beside(scene: Scene, firing: Firing, name: str) -> bool:
    """Whether a word of a list stands where what the verb governs does: behind it, or before where verbs come last."""
    if scene.reader.known.grammar.order == "SOV":
        start, end = max(firing.clause.start, firing.start - GOVERNED_REACH), firing.stop
    else:
        start, end = firing.start, min(firing.clause.end, firing.end + GOVERNED_REACH)
    return scene.chart.within("list", name, start, end) is not None

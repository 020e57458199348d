"""What is done to a run, and in which order: drawn from a seed, printed, and the same again for the same seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

FAILPOINTS = tuple(
    f"{place}/{stage}"
    for place, stages in (
        ("after_state", ("language", "dedup", "linking")),
        ("after_produce", ("language", "dedup", "events", "linking")),
        ("before_ack", ("language", "dedup", "events", "linking")),
    )
    for stage in stages
)


@dataclass(frozen=True, slots=True)
class Step:
    """One fault: of which worker or broker it is, how long it lasts, and the pause before it, in seconds."""

    kind: str
    target: int
    seconds: float
    pause: float
    failpoint: str = ""

    def __str__(self) -> str:
        point = f" at {self.failpoint}" if self.failpoint else ""
        return f"{self.kind} {self.target}{point} for {self.seconds:.1f} s after {self.pause:.1f} s"


# Seconds a fault lasts: until a killed worker is started again, a broker comes back, a pause ends.
LASTING: Mapping[str, tuple[float, float]] = {
    "kill": (0.0, 2.0),
    "takeover": (14.0, 18.0),
    "failpoint": (0.0, 2.0),
    "kill_two": (0.0, 2.0),
    "term": (0.0, 2.0),
    "stop": (5.0, 25.0),
    "bounce": (1.0, 8.0),
    "bounce_orderly": (1.0, 8.0),
    "freeze": (3.0, 12.0),
    "outage": (600.0, 600.0),
    "leaders": (0.0, 0.0),
    "cut": (0.0, 1.0),
    "blackhole": (2.0, 8.0),
    "delay": (3.0, 10.0),
    "storm": (1.0, 3.0),
}
KILLS = frozenset({"kill", "takeover", "failpoint", "kill_two"})


def schedule(seed: int, counts: Mapping[str, int], *, workers: int, brokers: int, pause: float = 2.0) -> list[Step]:
    """Draw the steps in a random order."""
    chance = random.Random(f"schedule {seed}")
    kinds = [kind for kind, count in sorted(counts.items()) for _ in range(count)]
    chance.shuffle(kinds)
    return [_step(chance, kind, workers, brokers, pause) for kind in kinds]


def _step(chance: random.Random, kind: str, workers: int, brokers: int, pause: float) -> Step:
    on_broker = kind in ("bounce", "bounce_orderly", "freeze", "outage", "leaders")
    target = chance.randrange(brokers) + 1 if on_broker else chance.randrange(workers)
    point = f"{chance.choice(FAILPOINTS)}:{chance.randint(1, 8)}"
    return Step(
        kind,
        target,
        round(chance.uniform(*LASTING[kind]), 1),
        round(chance.uniform(0, pause), 1),
        point if kind == "failpoint" else "",
    )

"""Measure the linking stage: mentions a second of CPU time on one core, and what its state holds over three windows.

    python -m tests.benchmarks.linking [--mentions 100000]

Invented mentions of 135 days: 80 countries by Zipf's law, half of the events within one country, ten types, three
mentions an event on average, in ten languages of two hundred outlets, a fifth of them copies of one wire.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from pipeline.linking.block import Block
from pipeline.linking.stage import Linking
from pipeline.stage import Put
from schemas.event import Mention
from tests.unit.linking.mentions import city, day, mention

DAYS = 135
COUNTRIES = [f"{a}{b}X" for a in "ABCDEFGH" for b in "ABCDEFGHIJ"]
WEIGHTS = [1 / (rank + 1) for rank in range(len(COUNTRIES))]
TYPES = ["CONSULT", "AGREE", "ACCUSE", "ASSAULT", "COERCE", "SUPPORT", "REQUEST", "PROTEST", "SANCTION", "AID"]
LANGUAGES = ["en", "ur", "hi", "ar", "fa", "ru", "es", "fr", "bn", "tr"]
NAMES = ["lrf", "krs", "ptn", "trmp", "bdn", "md", "mrkl", "mkrn", "ksj", "nt"]
CITIES = [(f"City {n}", 1000 + n, -60.0 + n, 2.0 * n, "") for n in range(60)]


def mentions(number: int) -> Iterator[Mention]:
    """Yield mentions by day of publication."""
    chance = random.Random(7)
    for n in range(0, number, 3):
        when = date(2021, 1, 1) + timedelta(days=n * DAYS // number)
        told = _event(chance, when)
        for copy in range(min(3, number - n)):
            delay = chance.choice([0, 0, 0, 1])
            article = f"a{n + copy}"
            yield mention(
                f"m{n + copy:06}",
                article=article,
                story=f"wire{n}" if chance.random() < 0.2 else article,
                published=f"{when + timedelta(days=delay)}T{chance.randrange(24):02}:00:00Z",
                language=chance.choice(LANGUAGES),
                source=f"outlet {chance.randrange(200)}",
                **told,
            )


def _event(chance: random.Random, when: date) -> dict[str, Any]:
    one, other = chance.choices(COUNTRIES, WEIGHTS, k=2)
    return {
        "actors": ((one, chance.choice([None, *NAMES])),),
        "recipients": () if one == other or chance.random() < 0.5 else ((other, None),),
        "event_type": chance.choice(TYPES),
        "event_date": day(f"{when}") if chance.random() < 0.6 else None,
        "event_location": city(chance.choice(CITIES)) if chance.random() < 0.4 else None,
    }


def keep(state: dict[str, Block], put: Put[Block]) -> None:
    """Keep or forget a block."""
    if put.state is None:
        state.pop(put.key, None)
    else:
        state[put.key] = put.state


def main(argv: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=100_000)
    number = parser.parse_args(argv).mentions
    made = list(mentions(number))
    # A stream does not hold what has yet to come, so the collector shall not walk through it.
    gc.collect()
    gc.freeze()
    stage, state = Linking(), dict[str, Block]()
    begun, spent = time.process_time(), 0.0
    for n, one in enumerate(made, 1):
        for effect in stage(one, state):
            if isinstance(effect, Put):
                keep(state, effect)
        if n % (number // 3) == 0:
            spent = time.process_time() - begun
            held = sum(len(block.reports) for block in state.values())
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{n:7} mentions  {n / spent:6.0f}/s  {len(state)} blocks hold {held} reports, peak {peak} MB")
    print(f"{number} mentions in {spent:.1f} s of CPU time: {number / spent:.0f}/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

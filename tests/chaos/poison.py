"""What poison costs: `python -m tests.chaos.poison [--inputs N] [--stages echo|all]`.

The same number of inputs is sent through the shell on memory:// twice, once all sound and once a tenth of them poison
of fourteen kinds; compared are inputs by CPU second. `echo` is a stage that does nothing, beside which a dead letter
costs most; `all` are the four stages.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from agents.delivery import Outbound
from pipeline.topology import stages
from schemas.deadletter import from_message
from tests.chaos.workload import Input, Workload, poison
from tests.stream.harness import fast, read, running
from tests.stream.test_shell import ECHO

IN_FLIGHT = 256
SHARE = 10
numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU seconds of a run, the exit code of its worker, and dead letters by reason."""

    cpu: float
    code: int | None
    dead: Counter[str]


def inputs(count: int, *, poisoned: bool) -> list[Input]:
    """Write sound articles, and in the place of every tenth, by chance, poison where asked for."""
    chance = random.Random(count)
    sound = [one for one in Workload(count, poisoned=0.0).inputs(min(count, 2000)) if one.kind in ("story", "event")]
    made = [sound[number % len(sound)] for number in range(count)]
    for number in chance.sample(range(count), count // SHARE) if poisoned else ():
        value, reason = poison(number)
        # What only the stages find empty, an echo passes on.
        value, reason = (b"{", "decode") if reason == "empty" else (value, reason)
        made[number] = Input(number, "poison", str(number).encode(), value, (), reason=reason)
    return made


async def measure(sent: list[Input], specs: list[Any]) -> Measured:
    """Send inputs through a worker in this process, and wait until all are acknowledged."""
    settings = fast(f"memory://poison-{next(numbers)}", app_id=f"poison-{next(numbers)}")
    sources = [spec.source for spec in specs]
    async with running(settings, specs=specs) as app:
        began = time.process_time()
        for place in range(0, len(sent), IN_FLIGHT):
            batch = [Outbound("news.raw", one.key, one.value, one.headers) for one in sent[place : place + IN_FLIGHT]]
            await asyncio.gather(*[await app.built.produce(out) for out in batch])
        while not await _is_done(app, sources):
            pass
        cpu = time.process_time() - began
    letters = [from_message(r.key, r.value, r.headers) for r in await read(settings, "news.dead")]
    assert len(letters) == len({letter.id for letter in letters})
    return Measured(cpu, app.code, Counter(letter.reason for letter in letters))


async def _is_done(app: Any, sources: list[str]) -> bool:
    try:
        await app.done(*sources)
    except TimeoutError:
        return False
    return True


def main() -> int:
    """Measure both, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--stages", choices=("echo", "all"), default="echo")
    args = parser.parse_args()
    specs: list[Any] = [ECHO] if args.stages == "echo" else list(stages())
    asyncio.run(measure(inputs(500, poisoned=True), specs))
    clean = asyncio.run(measure(inputs(args.inputs, poisoned=False), specs))
    sent = inputs(args.inputs, poisoned=True)
    bad = asyncio.run(measure(sent, specs))
    expected = Counter(one.reason for one in sent if one.reason)
    rates = args.inputs / clean.cpu, args.inputs / bad.cpu
    sys.stdout.write(
        f"{args.stages}: {args.inputs} inputs, {expected.total()} poison: {rates[0]:.0f}/s of CPU clean, "
        f"{rates[1]:.0f}/s poisoned, ratio {rates[1] / rates[0]:.2f}; exit codes {clean.code}, {bad.code}; "
        f"reasons {'right' if bad.dead == expected else f'WRONG: {bad.dead}, not {expected}'} {dict(bad.dead)}\n"
    )
    return 0 if bad.dead == expected and not (clean.code or bad.code) else 1


if __name__ == "__main__":
    sys.exit(main())

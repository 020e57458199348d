"""Every attack in three sizes, run through the poller: `python -m tests.benchmarks.attacks [part of a name]`."""

from __future__ import annotations

import asyncio
import sys

from tests.stream.arena import Arena
from tests.stream.attacks import ATTACKS, FORBIDDEN, SIZES
from tests.stream.feed_server import answer


async def main(part: str) -> int:
    """Print a row for each attack; returns how many did what they must not."""
    failed = 0
    print("| attack | error | parser CPU s (10 kB, 300 kB, 6 MB) | poller CPU s | parser MiB |\n|---|---|---|---|---|")
    async with Arena() as arena:
        for name in ATTACKS:
            if part not in name:
                continue
            tolls = [await arena.play(ATTACKS[name](size)) for size in SIZES]
            faults = [fault for toll in tolls for fault in toll.faults()]
            failed += bool(faults)
            parser = ", ".join(f"{toll.parser_cpu:.2f}" for toll in tolls)
            poller = ", ".join(f"{toll.poller_cpu:.2f}" for toll in tolls)
            errors = ", ".join(dict.fromkeys(toll.error or "read" for toll in tolls))
            peak = max(toll.parser_bytes for toll in tolls) >> 20
            print(
                f"| {name} | {errors} | {parser} | {poller} | {peak} |{' ' + '; '.join(faults) if faults else ''}",
                flush=True,
            )
        for place in FORBIDDEN if not part else ():
            toll = await arena.play(answer(302, Location=place.format(arena.server.port)))
            failed += bool(toll.faults())
            print(f"{place}: {toll.error} {'; '.join(toll.faults())}", flush=True)
    print(f"{len(ATTACKS)} kinds, {len(FORBIDDEN)} redirects to forbidden addresses, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main(" ".join(sys.argv[1:]))) else 0)

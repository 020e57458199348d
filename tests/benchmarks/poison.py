"""What poison costs: the same articles through all stages, once alone and once with a tenth of poison among them.

`python -m tests.benchmarks.poison --articles 9000` prints both rates, their ratio and the dead letters by reason. A
worker that ends or starts again in between fails the run. With `--bare` there is one stage only, which passes
everything on: what is left is the shell, in which poison is dearest.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator

from schemas.codec import encode
from schemas.deadletter import from_message
from tests.newsroom import corpus
from tests.stream.harness import fast, read, running
from tests.stream.test_poison import SOURCES, poison
from tests.stream.test_shell import ECHO

FLOOR = 0.8
AMONG = 9
# Inputs sent at once: waiting for them has a deadline.
PORTION = 500
# Articles that load the languages' data before anything is measured.
WARM = 100


def messages(articles: int, *, poisoned: bool) -> Iterator[tuple[bytes | None, bytes, str | None]]:
    """Yield value, key and the reason each must die of: after every nine articles one poison, its kinds in turn."""
    kinds = [(value, reason) for value, reason in poison("raw_article").values()]
    for number, article in enumerate(corpus(articles)):
        yield encode(article), (article.url or article.uri).encode(), None
        if poisoned and number % AMONG == AMONG - 1:
            value, reason = kinds[number // AMONG % len(kinds)]
            yield value, b"poison %d" % number, reason


async def measured(name: str, articles: int, *, poisoned: bool, bare: bool) -> tuple[float, float]:
    """Send all and wait until all is done; returns seconds of CPU and of the clock."""
    settings = fast(f"memory://{name}", app_id=name)
    inputs = list(messages(articles, poisoned=poisoned))
    topics = ("news.raw",) if bare else tuple(SOURCES)
    async with running(settings, specs=[ECHO] if bare else None) as app:
        began = time.process_time(), time.perf_counter()
        for number, (value, key, _) in enumerate(inputs, 1):
            await app.send("news.raw", value, key=key)
            if number % PORTION == 0 or number == len(inputs):
                await app.done(*topics)
        spent = time.process_time() - began[0], time.perf_counter() - began[1]
        starts = app.built.app.restart_count
    dead = Counter(from_message(r.key, r.value, r.headers).reason for r in await read(settings, "news.dead"))
    expected = Counter(reason for _, _, reason in inputs if reason)
    sys.stdout.write(
        f"{len(inputs)} records, {starts} restarts, exit code {app.code}, dead {dict(sorted(dead.items()))}\n"
    )
    if app.code or starts or dead != expected:
        raise SystemExit(f"expected no restart, exit code 0 and dead {dict(sorted(expected.items()))}")
    return spent


async def main(articles: int, *, bare: bool) -> int:
    """Measure both; the process exit code is returned."""
    await measured("warm", WARM, poisoned=False, bare=bare)
    clean = await measured("clean", articles, poisoned=False, bare=bare)
    with_poison = await measured("poisoned", articles, poisoned=True, bare=bare)
    for name, (cpu, clock) in (("clean", clean), ("with poison", with_poison)):
        sys.stdout.write(
            f"{name:12} {articles / cpu:7.1f} articles per CPU second, {articles / clock:7.1f} per second\n"
        )
    ratio = clean[0] / with_poison[0]
    sys.stdout.write(f"{ratio:.2f} of the clean rate of articles (floor {FLOOR})\n")
    return 0 if ratio >= FLOOR else 1


if __name__ == "__main__":
    logging.disable(logging.INFO)
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.poison")
    parser.add_argument("--articles", type=int, default=9000)
    parser.add_argument("--bare", action="store_true", help="one stage that passes everything on")
    args = parser.parse_args()
    sys.exit(asyncio.run(main(args.articles, bare=args.bare)))

"""Speed and size of the dedup stage, beside datasketch where that can be imported.

`python -m tests.eval.dedup_speed [articles [hours]]`. The articles are those of the throughput corpus; once they are used
up, they come again with their words in another order, which makes them new. With `hours` they arrive evenly over so
many hours, so that the window of 72 hours fills and empties.
"""

from __future__ import annotations

import gc
import importlib
import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any

from pipeline.text.body import body_text
from pipeline.text.fold import fold, fold_words
from pipeline.text.sketch import sketch
from schemas import codec
from schemas.article import Article
from tests.eval.dedup_pairs import made, read, say
from tests.unit.dedup.articles import Stream

PARTS = 10
SITES = 400
# datasketch takes longest: of every part so many articles are enough to know its speed by.
COMPARED = 300
START = datetime(2024, 1, 1, tzinfo=UTC)


def shuffled(text: str, chance: random.Random) -> str:
    """Put words, or characters where there are no words, in another order: a new text with the same letters."""
    words = text.split(" ")
    if len(words) * 15 < len(text):
        words, gap = list(text), ""
    else:
        gap = " "
    chance.shuffle(words)
    return gap.join(words)


def articles(count: int, hours: float, chance: random.Random) -> Iterator[Article]:
    """Yield articles as the language stage makes them."""
    lines = read("throughput/articles.jsonl.gz")
    for place in range(count):
        line = dict(lines[place % len(lines)])
        if place >= len(lines):
            line["text"], line["title"] = shuffled(line["text"], chance), f"{line.get('title') or ''} {place}"
        line["url"] = f"https://paper{place % SITES}.example/news/2024/{place}"
        line["published"] = (START + timedelta(hours=hours * place / count)).isoformat() if hours else None
        yield made(line, line["url"])


def rivals() -> dict[str, Callable[[int, str], None]]:
    """Return MinHash LSH of 128 permutations over word 3-grams and over character 9-grams."""
    try:
        datasketch = importlib.import_module("datasketch")
    except ImportError:
        say("datasketch is not installed: not compared")
        return {}

    def rival(shingles: Callable[[str], list[str]]) -> Callable[[int, str], None]:
        index = datasketch.MinHashLSH(threshold=0.5, num_perm=128)

        def feed(place: int, text: str) -> None:
            signature = datasketch.MinHash(num_perm=128)
            signature.update_batch([one.encode("utf-8", "surrogatepass") for one in shingles(text)])
            index.query(signature)
            index.insert(place, signature)

        return feed

    return {"datasketch, word 3-grams": rival(word_ngrams), "datasketch, character 9-grams": rival(letter_ngrams)}


def word_ngrams(text: str) -> list[str]:
    words = fold_words(text)
    return [" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))]


def letter_ngrams(text: str) -> list[str]:
    letters = fold(text)
    return [letters[i : i + 9] for i in range(max(1, len(letters) - 8))]


def timed(run: Callable[[Any], object], many: list[Any]) -> float:
    """Return CPU microseconds for one."""
    start = process_time()
    for one in many:
        run(one)
    return (process_time() - start) / max(1, len(many)) * 1e6


def resident() -> int:
    """Return the resident memory of this process in bytes, 0 where that is not known."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * 4096 if statm.exists() else 0


def main() -> None:
    count, hours = (int(sys.argv[1]) if len(sys.argv) > 1 else 3000), (float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
    stream, others, made_now = Stream(), rivals(), articles(count, hours, random.Random(1))
    gc.collect()
    rows: list[tuple[float, ...]] = []
    before = 0
    while part := list(islice(made_now, -(-count // PARTS))):
        before = before or resident()
        bodies = [body_text(one.segments, one.received) for one in part]
        some = list(enumerate(bodies[:COMPARED], len(rows) * COMPARED))
        row = [timed(sketch, bodies), timed(stream.feed, part)]
        row += [timed(lambda pair, feed=feed: feed(*pair), some) for feed in others.values()]
        rows.append(tuple(row))
        stream.verdicts.clear()
        size, held = stream.index.size, len(stream.index)
        say(
            f"{held:7} in the window: sketch {row[0]:4.0f} us, judge {row[1]:4.0f} us, {size / held:5.0f} bytes an article;",
            ", ".join(f"{name} {us:.0f} us" for name, us in zip(others, row[2:], strict=True)),
        )
    sketched, judged, *theirs = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    say(f"ours {1e6 / (sketched + judged):.0f} articles/s with sketching, {1e6 / judged:.0f} without")
    for name, us in zip(others, theirs, strict=True):
        say(f"{name}: {1e6 / us:.0f} articles/s: ours {us / (sketched + judged):.1f} times, {us / judged:.1f} without")
    gc.collect()
    held = len(stream.index)
    say(f"resident {(resident() - before) / held:.0f} bytes an article, all of this process counted")
    sample = [codec.encode(entry) for entry in islice(stream.index.values(), 2000)]
    say(f"state {sum(map(len, sample)) / len(sample):.0f} bytes of JSON an article")


if __name__ == "__main__":
    main()

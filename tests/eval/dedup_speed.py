"""Speed, size and recovery of the dedup stage.

`python -m tests.eval.dedup_speed speed [articles]`: real articles, beside datasketch where that can be imported.
`... window [articles in the window [windows]]`: made articles that arrive evenly; time, size and resident memory for
every tenth of every window.
`... size [articles]`: bytes of an index of so many, of the lengths of real ones.
`... recovery [articles]`: the index made anew from the JSON entries of a table, as after a restart.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from pipeline.dedup.index import SeenIndex
from pipeline.dedup.state import WINDOW_HOURS, Seen
from pipeline.text.body import body_text
from pipeline.text.fold import fold, fold_words
from pipeline.text.folded import read
from pipeline.text.sketch import Sketch
from schemas import codec
from schemas.article import Article
from tests.eval.dedup_corpus import invented, real
from tests.eval.dedup_pairs import say
from tests.unit.dedup.articles import Stream

PART = 500
# datasketch takes longest: of every part so many articles are enough to know its speed by.
COMPARED = 100


def rivals() -> dict[str, Callable[[tuple[int, str]], None]]:
    """Return MinHash LSH of 128 permutations over word 3-grams and over character 9-grams."""
    try:
        datasketch = importlib.import_module("datasketch")
    except ImportError:
        say("datasketch is not installed: not compared")
        return {}

    first = datasketch.MinHash(num_perm=128)
    shared = {"permutations": first.permutations, "scheme": first.scheme}

    def rival(shingles: Callable[[str], list[str]], **given: Any) -> Callable[[tuple[int, str]], None]:
        index = datasketch.MinHashLSH(threshold=0.5, num_perm=128)

        def feed(numbered: tuple[int, str]) -> None:
            signature = datasketch.MinHash(num_perm=128, **given)
            signature.update_batch([one.encode("utf-8", "surrogatepass") for one in shingles(numbered[1])])
            index.query(signature)
            index.insert(numbered[0], signature)

        return feed

    return {
        "datasketch, word 3-grams": rival(word_ngrams),
        "datasketch, character 9-grams": rival(letter_ngrams),
        "the same, permutations drawn once for all": rival(letter_ngrams, **shared),
    }


def word_ngrams(text: str) -> list[str]:
    words = fold_words(text)
    return [" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))]


def letter_ngrams(text: str) -> list[str]:
    letters = fold(text)
    return [letters[i : i + 9] for i in range(max(1, len(letters) - 8))]


def sketched(texts: tuple[str, str]) -> tuple[Sketch, str, bytes]:
    """Do what the first stage does for this one: fold, sketch, pack."""
    words = read(*texts, "")
    return words.sketch, words.text_key, words.packed


def parts(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    """Cut a stream into lists."""
    rest = iter(articles)
    while part := list(islice(rest, size)):
        yield part


def timed(run: Callable[[Any], object], many: list[Any]) -> float:
    """Return CPU microseconds for one."""
    gc.freeze()
    start = process_time()
    for one in many:
        run(one)
    return (process_time() - start) / max(1, len(many)) * 1e6


def resident() -> int:
    """Return the resident memory of this process in bytes, 0 where that is not known; what is free is given back."""
    gc.collect()
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * 4096 if statm.exists() else 0


def speed(count: int = 12_000) -> None:
    """Interleave both, a few hundred articles each in turn, so that a busy machine slows both.

    Tables that are made once are made before; nobody's objects are searched for garbage in the time of another.
    """
    stream, others, articles = Stream(), rivals(), real(count)
    before = Stream()
    for one in articles[:PART]:
        before.feed(one)
    del before
    rows: list[tuple[float, ...]] = []
    for part in parts(articles, PART):
        bodies = [body_text(one.segments, one.received) for one in part]
        numbered = list(enumerate(bodies[:COMPARED], len(rows) * COMPARED))
        texts = [(one.title or "", body) for one, body in zip(part, bodies, strict=True)]
        row = [timed(sketched, texts), timed(stream.feed, part), *(timed(feed, numbered) for feed in others.values())]
        rows.append(tuple(row))
        stream.verdicts.clear()
    sketching, judging, *theirs = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    say(f"{len(stream.index)} articles: folding, sketching and packing {sketching:.0f} us, judging {judging:.0f} us")
    say(f"ours: {1e6 / (sketching + judging):.0f} articles/s with sketching, {1e6 / judging:.0f} without")
    for name, us in zip(others, theirs, strict=True):
        say(
            f"{name}: {1e6 / us:.0f} articles/s; ours {us / (sketching + judging):.1f} and {us / judging:.1f} times that"
        )
    travels(articles)


def travels(articles: list[Article]) -> None:
    """Say what the folded words add to a message of news.articles."""
    whole = sum(len(codec.encode(one)) for one in articles)
    words = sum(len(one.words or b"") * 4 / 3 + len('"words":"",') for one in articles)
    say(
        f"news.articles: {whole / len(articles):.0f} bytes of JSON an article, {words / whole:.0%} of them folded words"
    )


def window(held: int = 70_000, windows: int = 3) -> None:
    """Print every tenth of so many windows."""
    stream, made = Stream(), invented(held * windows, WINDOW_HOURS * windows)
    first = next(made)
    gc.collect()
    before = resident()
    stream.feed(first)
    say(
        f"{'articles':>9} {'in window':>9} {'lasting':>8} {'us each':>8} {'bytes each':>10} {'resident MB':>11} {'segments':>8}"
    )
    for tenth in range(10 * windows):
        judging, few = 0.0, -(-held // 10 // PART)
        for part in parts(islice(made, few * PART), PART):
            judging += timed(stream.feed, part) / few
            stream.verdicts.clear()
        del part
        index, grown, done = stream.index, (resident() - before) / 1e6, (tenth + 1) * few * PART
        entries = len(index) - index.lasting
        size = (index.size - index.lasting_size) / entries
        say(f"{done:9} {entries:9} {index.lasting:8} {judging:8.0f} {size:10.0f} {grown:11.1f} {index.segments:8}")
    say(f"forgotten {stream.deleted}")


def size(count: int = 200_000) -> None:
    """Fill an index with the entries of the real articles, again and again under other names and with other hashes."""
    stream, chance = Stream(), random.Random(1)
    for one in real():
        stream.feed(one)
    entries, index = [stream.index[uri] for uri in sorted(stream.index)], SeenIndex()
    del stream
    before = resident()
    for place in range(count):
        entry = renamed(entries[place % len(entries)], place, chance)
        index[entry.uri] = entry
    grown = resident() - before
    say(f"{len(index)} articles: {index.size / count:.0f} bytes each, resident {grown / count:.0f}")


def renamed(entry: Seen, place: int, chance: random.Random) -> Seen:
    """Return the entry of another article of the same size; a change of 31 bits keeps what is sampled apart."""
    uri = f"{entry.uri}-{place}"
    hashes = np.sort(entry.hashes ^ np.uint32(chance.getrandbits(31)))
    decisions = tuple(replace(one, verdict=replace(one.verdict, group=uri)) for one in entry.decisions)
    return replace(
        entry,
        uri=uri,
        group=uri,
        canonical_url=f"{entry.canonical_url}-{place}",
        text_key=f"{place:016x}",
        sketch=hashes.tobytes(),
        arrived=place,
        decisions=decisions,
    )


def recovery(count: int = 100_000) -> None:
    """Make the index anew from what a table keeps."""
    stream, chance = Stream(), random.Random(1)
    for one in real():
        stream.feed(one)
    kept = [stream.index[uri] for uri in sorted(stream.index)]
    table = {one.uri: codec.encode(one) for one in (renamed(kept[n % len(kept)], n, chance) for n in range(count))}
    entries = sum(map(len, table.values())) / len(table)
    start, used = perf_counter(), process_time()
    index = SeenIndex()
    for uri, value in table.items():
        index[uri] = codec.decode(Seen, value)
    taken, used = perf_counter() - start, process_time() - used
    say(f"{len(index)} entries of {entries:.0f} bytes of JSON in {taken:.1f} s: {len(index) / taken:.0f} entries/s,")
    say(f"{taken / len(index) * 1e6:.0f} s a million; {used / len(index) * 1e6:.0f} s of CPU time")


def main() -> None:
    name, *numbers = sys.argv[1:] or ["speed"]
    {"speed": speed, "window": window, "size": size, "recovery": recovery}[name](*map(int, numbers))


if __name__ == "__main__":
    main()

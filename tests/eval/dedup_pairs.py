"""How well pairs read by people are told apart inside a stream. `python -m tests.eval.dedup_pairs [seed]` prints it."""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections import Counter
from typing import Any

from tests.paths import shared
from tests.unit.dedup.articles import Stream, article

WORDS = {
    "duplicate": "duplicate",
    "update": "update",
    "contained": "contained",
    "different": "new",
    "same_event": "new",
}
DISTRACTORS = 400


def say(*words: object) -> None:
    """Write a line of the report."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def read(name: str, most: int | None = None) -> list[dict[str, Any]]:
    folder = shared()
    if folder is None:
        raise FileNotFoundError(name)
    with gzip.open(folder / "data" / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for _, line in zip(range(most or 10**9), lines, strict=False)]


def made(line: dict[str, Any], uri: str):
    fields = {name: line.get(name) for name in ("source", "url", "published")}
    return article(uri, line["text"], line.get("title"), **fields)


def measure(
    pairs: list[dict[str, Any]], others: list[dict[str, Any]], seed: int, verbose: bool = False
) -> dict[str, Counter[str]]:
    """Stream every pair, in order, among the same few hundred other articles; count by label."""
    chance = random.Random(seed)
    stream = [made(line, f"x-{place}") for place, line in enumerate(others)]
    counts: dict[str, Counter[str]] = {}
    for number, pair in enumerate(pairs):
        run, verdicts = Stream(), {}
        line = [*chance.sample(stream, min(len(stream), DISTRACTORS // 8))]
        for place, name in zip(sorted(chance.sample(range(len(line)), 2)), "ab", strict=True):
            line.insert(place, made(pair[name], f"{name}-{number}"))
        for one in line:
            verdicts[one.uri] = run.feed(one)
        a, b = verdicts[f"a-{number}"], verdicts[f"b-{number}"]
        tally = counts.setdefault(pair["label"], Counter())
        found = b.group == a.group or b.of == f"a-{number}"
        tally["pairs"] += 1
        tally["found"] += found
        tally["word"] += b.verdict == WORDS[pair["label"]]
        tally["skipped"] += b.nothing_new
        tally[f"{b.verdict}/{b.relation}"] += 1
        tally["strangers"] += sum(verdicts[one.uri].verdict != "new" for one in line if one.uri[0] == "x")
        if verbose and (b.verdict != WORDS[pair["label"]]):
            say(
                pair["label"],
                pair["why"][:30],
                b.verdict,
                b.relation,
                b.similarity,
                b.containment,
                pair["a"]["id"],
                pair["b"]["id"],
            )
    return counts


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    counts = measure(
        read("dedup/pairs.jsonl.gz"), read("throughput/articles.jsonl.gz", DISTRACTORS), seed, "-v" in sys.argv
    )
    for label, tally in sorted(counts.items()):
        n = tally["pairs"]
        say(
            f"{label:11} {n:3} pairs, same group {tally['found'] / n:.3f}, right word {tally['word'] / n:.3f}, nothing new {tally['skipped']}",
            dict(sorted(tally.items())),
        )


if __name__ == "__main__":
    main()

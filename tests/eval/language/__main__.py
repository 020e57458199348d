"""Languages of unseen texts: `python -m tests.eval.language [--speed] [--peers] [--unseen-source] [--plot FILE.svg]`."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.eval.language import measure, peers, plot, scores, sources
from tests.eval.language.speed import FLOORS, loading, speed
from tests.eval.language.texts import BUCKETS, CORE, HARD, Answered, labels_read, sample

LOADING, MEMORY = 0.5, 80
# By bucket; a source without a bucket has NaN there. The tables that read the stories are built from half the texts.
UNSEEN = {
    "stories": (0.965, 0.975, 0.997, 0.999),
    "IL-NER": (0.988, 0.99, 0.998, 0.999),
    "publishers": (0.995, 0.989, 0.998, 0.999),
}
Table = dict[str, dict[str, tuple[float, ...]]]


def compared(answers: Sequence[Answered]) -> Table:
    """Return the macro accuracy of ours and of the peers in the core and the hard languages, labels read."""
    read = labels_read(answers)
    found: Table = {"ours": _macros(scores.of_answers(read))}
    for name, detect in peers.peers():
        given = peers.answers(detect, [text.text for text, _ in read])
        good = zip(read, given, strict=True)
        found[name] = _macros(
            scores.accuracy((t.language, t.bucket, answer == peers.code(t.language)) for (t, _), answer in good)
        )
    return found


def _macros(found: scores.Accuracy) -> dict[str, tuple[float, ...]]:
    return {"core": scores.macro(found, CORE), "hard": scores.macro(found, HARD)}


def report_peers(table: Table) -> bool:
    """Print ours beside the peers; returns whether none is better in any bucket of the core languages."""
    print(measure.line("labels read", BUCKETS))
    for kind in ("core", "hard"):
        for name, own in table.items():
            print(measure.line(f"{kind}, {name}", own[kind]))
    ours = table["ours"]["core"]
    best = [max(own["core"][i] for name, own in table.items() if name != "ours") for i in range(len(BUCKETS))]
    return all(value > other or value == 1.0 for value, other in zip(ours, best, strict=True))


def report_sources() -> bool:
    """Print accuracy on sources that no table was built from."""
    good = True
    for name, answers in sources.unseen().items():
        found = scores.of_answers(answers)
        languages = tuple(sorted({language for language, _ in found}))
        values = scores.macro(found, languages)
        good &= all(math.isnan(value) or value >= floor for value, floor in zip(values, UNSEEN[name], strict=True))
        print(measure.line(f"unseen source, {name}", values) + f"  {len(answers)} texts, {' '.join(languages)}")
        low = sorted((v, *k) for k, v in found.items() if v < 0.98)
        print("  below .98: " + ", ".join(f"{language} {bucket} {value:.3f}" for value, language, bucket in low))
    return good


def report_speed() -> bool:
    """Print speed beside langdetect, and loading."""
    good = True
    for bucket, (ours, theirs) in speed(sample()).items():
        good &= ours / theirs >= FLOORS[bucket]
        print(f"{bucket}: {ours:,.0f}/s, langdetect {theirs:,.0f}/s, {ours / theirs:.0f} times")
    seconds, megabytes = loading()
    print(f"loading: {seconds:.2f} s of CPU time, {megabytes:.0f} MB")
    return good and seconds < LOADING and megabytes < MEMORY


def main(arguments: Sequence[str]) -> int:
    """Print what is measured; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.eval.language", description=__doc__)
    for name in ("--speed", "--peers", "--unseen-source"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args(arguments)
    found = measure.measure()
    good = measure.report(found)
    if asked.peers or asked.plot:
        table = compared(found.answers)
        good &= report_peers(table)
        if asked.plot:
            asked.plot.write_text(plot.svg(table, scores.reliability(found.answers)), encoding="utf-8")
    if asked.unseen_source:
        good &= report_sources()
    if asked.speed:
        good &= report_speed()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Names across scripts: `python -m tests.eval.names`, on the project's own tables of cities and officeholders.

For each of 200 names in one script the likest of 400 in another should be the same name. Cities are cut in halves by the
last bit of their GeoNames id: costs were set by looking at the even ones, figures are of the odd ones. Beside it, in the
same run, Jaro-Winkler on anyascii. Cities that have another name altogether in the other language count as errors.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from anyascii import anyascii
from rapidfuzz.distance import JaroWinkler

from pipeline.resources import knowledge_rows, language_rows
from pipeline.text.sounds import likeness

CANDIDATES, QUERIES, LEAST_PEOPLE, SHARE_FALSE = 400, 200, 100_000, 0.005
SEEDS = (1, 2)
# Least share of names found first, cities by pair of languages; of persons all pairs; most false ones at 0.8.
FLOORS = {"ur>en": 0.90, "hi>en": 0.94, "ur>hi": 0.92, "persons ur>en": 0.96, "persons hi>en": 0.97}
SURE, MOST_FALSE = 0.8, 0.005

Likeness = Callable[[str, str], float]
Pairs = list[tuple[str, str]]


class Score(NamedTuple):
    """Names found first; those above the threshold that `SHARE_FALSE` of the wrong pairs pass; wrong pairs above SURE."""

    first: float
    recall: float
    false: float


def by_letters(one: str, other: str) -> float:
    """The comparison: what any two libraries off the shelf give."""
    return JaroWinkler.similarity(anyascii(one).lower(), anyascii(other).lower())


def score(pairs: Pairs, alike: Likeness) -> Score:
    """Compare the first names of QUERIES pairs with the second ones of all; a tie with a wrong name is an error."""
    first, right, wrong = 0, [], []
    asked = pairs[:QUERIES]
    for i, (name, _) in enumerate(asked):
        found = [alike(name, other) for _, other in pairs]
        others = found[:i] + found[i + 1 :]
        first += found[i] > max(others)
        right.append(found[i])
        wrong += others
    threshold = sorted(wrong)[int(len(wrong) * (1 - SHARE_FALSE))]
    recall = sum(value > threshold for value in right) / len(right)
    return Score(first / len(asked), recall, sum(value > SURE for value in wrong) / len(wrong))


def cities(source: str, target: str, half: int) -> Pairs:
    """The names of the larger cities that both languages have, of one half."""
    main = {row[0]: row[1] for row in knowledge_rows("places") if int(row[5] or 0) >= LEAST_PEOPLE}
    names = {code: dict(_names("places", code)) for code in (source, target)}
    names["en"] = main
    shared = sorted(set(names[source]) & set(names[target]) & set(main))
    return [(names[source][p], names[target][p]) for p in shared if p.isdigit() and int(p) % 2 == half]


def persons(code: str) -> Pairs:
    """The officeholders with their names in a language and in English."""
    return [(name, person) for person, name in sorted(_names("persons", code)) if " " in person and " " in name]


def _names(table: str, code: str) -> Iterator[tuple[str, str]]:
    """Yield (id, name), of several names the shortest city and the longest person."""
    found: dict[str, list[str]] = {}
    for name, key, *_ in language_rows(code, table):
        found.setdefault(key, []).append(name)
    for key, names in found.items():
        yield key, min(names, key=lambda n: (len(n), n)) if table == "places" else max(names, key=lambda n: (len(n), n))


def samples() -> Iterator[tuple[str, Pairs]]:
    """Yield what is measured, under its name."""
    for source, target in (("ur", "en"), ("hi", "en"), ("ur", "hi")):
        for seed in SEEDS:
            found = cities(source, target, half=1)
            yield f"{source}>{target}", random.Random(seed).sample(found, CANDIDATES)
    for code in ("ur", "hi"):
        yield f"persons {code}>en", random.Random(1).sample(persons(code), CANDIDATES)


def main() -> int:
    """Print the figures and compare them with the floors."""
    ours: dict[str, list[Score]] = {}
    print(f"{'names across scripts':24}first  at .5 % false  wrong pairs >= {SURE}   (anyascii + Jaro-Winkler)")
    for name, pairs in samples():
        one, other = score(pairs, likeness), score(pairs, by_letters)
        ours.setdefault(name, []).append(one)
        print(f"{name:24}{one.first:.3f}  {one.recall:.3f}{one.false:24.4f}   ({other.first:.3f}  {other.recall:.3f})")
    failed = [name for name, floor in FLOORS.items() if _mean(one.first for one in ours[name]) < floor]
    failed += [name for name, found in ours.items() if _mean(one.false for one in found) > MOST_FALSE]
    print(f"names: under the floor: {', '.join(failed)}" if failed else "names: all floors reached")
    return int(bool(failed))


def _mean(values: Iterator[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


if __name__ == "__main__":
    sys.exit(main())

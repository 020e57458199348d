"""Score the coder on articles of the throughput corpus whose events were written down by readers who knew no rule.

    python -m tests.eval.judged_articles [LANG ...]

A line of `judged/<language>.jsonl` names an article by id and digest and gives its events: main ones, and optional ones
that neither help nor hurt. The first CHARACTERS of the text are read. An event is found when a mention has one of its
types and at least one of its countries on each side that has any (either way round where it is symmetric); a mention
that matches no event is wrong. Nobody who writes rules or words looks at these articles: only sums are printed.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from agents.process import Job, Summary, process
from tests.eval.dedup_pairs import read

JUDGED = Path(__file__).parent / "judged"
CHARACTERS = 3000
MIN_CONFIDENCE = 0.5
# Precision and recall over all languages, the share of articles without events that may have one, and the articles.
FLOORS, EMPTY_HIT, ARTICLES = (0.80, 0.20), 0.05, 474


def digest(line: dict[str, Any]) -> str:
    """Return what tells an article of the corpus from another that came to have its id."""
    return hashlib.sha256(f"{line['title']}\n{line['text']}".encode()).hexdigest()[:16]


def countries(actors: list[dict[str, Any]]) -> set[str]:
    """Return the countries that are said of some actors."""
    return {actor["country"] for actor in actors if actor.get("country")}


def matches(event: dict[str, Any], mention: dict[str, Any]) -> bool:
    """Say whether a mention is of an event."""
    if mention["event_type"] not in event["types"]:
        return False
    sides = set(event["source"]), set(event["target"])
    if sides[1] <= sides[0]:  # within one country the recipient may be left out
        sides = sides[0], set()
    said = countries(mention["actors"]), countries(mention["recipients"])
    orders = [said, said[::-1]] if event.get("symmetric") else [said]
    if any(all(not want or want & have for want, have in zip(sides, order, strict=True)) for order in orders):
        return True
    # Where both sides stand together, as in "France and Chad met", all are actors.
    return bool(event.get("symmetric")) and sides[0] | sides[1] <= said[0] | said[1]


def counted(events: list[dict[str, Any]], mentions: list[dict[str, Any]]) -> Counter[str]:
    """Count what was found, missed and wrong in one article."""
    found: Counter[str] = Counter()
    left = list(mentions)
    for event in (event for event in events if event["main"]):
        hit = next((mention for mention in left if matches(event, mention)), None)
        found["right" if hit else "missed"] += 1
        if hit:
            left.remove(hit)
    found["wrong"] += sum(not any(matches(event, mention) for event in events) for mention in left)
    found["beside"] += sum(any(matches(event, mention) for event in events) for mention in left)
    found["empty"] += not events
    found["empty hit"] += not events and bool(mentions)
    return found


def measure(languages: list[str]) -> dict[str, Counter[str]]:
    """Return the counts of each language."""
    texts = [path.read_text("utf-8") for path in sorted(JUDGED.glob("*.jsonl"))]
    judged = {row["id"]: row for text in texts for row in map(json.loads, text.splitlines())}
    judged = {key: row for key, row in judged.items() if not languages or row["language"] in languages}
    lines = [line for line in read("throughput/articles.jsonl.gz") if line["id"] in judged]
    lines = [line for line in lines if digest(line) == judged[line["id"]]["digest"]]
    if len(lines) != len(judged):
        raise SystemExit(f"{len(judged) - len(lines)} judged articles are not in the corpus")
    output = io.BytesIO()
    cut = b"\n".join(json.dumps(line | {"text": line["text"][:CHARACTERS]}).encode() for line in lines)
    process(io.BytesIO(cut), output, Job(until="events", min_confidence=MIN_CONFIDENCE), Summary())
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line, row in zip(lines, map(json.loads, output.getvalue().splitlines()), strict=True):
        own = judged[line["id"]]
        counts[own["language"]] += counted(own["events"], row.get("mentions", []))
        counts[own["language"]]["articles"] += 1
    return counts


def shares(found: Counter[str]) -> tuple[float, float]:
    """Return precision and recall; of nothing, 1 and 0."""
    right = found["right"] + found["beside"]
    precision = right / (right + found["wrong"]) if right + found["wrong"] else 1.0
    return precision, found["right"] / max(1, found["right"] + found["missed"])


def score(languages: list[str]) -> int:
    """Print the scores; with all languages, 1 under a floor or where cases are missing."""
    counts = measure(languages)
    counts["all"] = sum(counts.values(), Counter())
    for language in sorted(counts):
        found = counts[language]
        precision, recall = shares(found)
        of = found["right"] + found["missed"]
        print(
            f"{language:4} precision {precision:.2f} recall {recall:.2f} ({found['right']}/{of})  "
            f"wrong {found['wrong']}  {found['articles']} articles, {found['empty hit']}/{found['empty']} without events hit"
        )
    if languages:
        return 0
    every = counts["all"]
    least = zip(shares(every), FLOORS, strict=True)
    too_many = every["empty hit"] > EMPTY_HIT * every["empty"]
    return int(any(share < floor for share, floor in least) or every["articles"] < ARTICLES or too_many)


if __name__ == "__main__":
    sys.exit(score(sys.argv[1:]))

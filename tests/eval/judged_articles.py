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


def score(events: list[dict[str, Any]], mentions: list[dict[str, Any]]) -> Counter[str]:
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
        counts[own["language"]] += score(own["events"], row.get("mentions", []))
        counts[own["language"]]["articles"] += 1
    return counts


def main() -> int:
    """Print the scores."""
    counts = measure(sys.argv[1:])
    counts["all"] = sum(counts.values(), Counter())
    for language, found in counts.items():
        said = found["right"] + found["wrong"]
        precision = f"{(found['right'] + found['beside']) / max(1, said + found['beside']):.2f}"
        recall = f"{found['right'] / max(1, found['right'] + found['missed']):.2f}"
        print(f"{language:4} precision {precision} recall {recall}  {dict(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

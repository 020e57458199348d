"""Score the first three stages on the hand-coded events of the seeds, by the rule written inside seed_gold.json.

    python -m tests.eval.seed_gold

Prints what was measured and fails under the floors.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.driver import Driver
from pipeline.source import read_seeds
from pipeline.topology import stages
from tests.paths import SEEDS, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from schemas.event import Mention

FLOORS = {"precision": 0.85, "tier1_recall": 0.85, "dates": 0.85, "offsets": 1.0}
# Seeds without gold must still give events.
UNSCORED = ("001_94bf4fa7c7b18cfe", "003_054f41f56f53fc7f")


@dataclass(slots=True)
class Score:
    """What was counted over all documents."""

    counts: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def ratio(self, part: str, whole: str) -> float:
        """Return a share; of nothing everything is right."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else 1.0

    def figures(self) -> dict[str, float]:
        """Return the measured shares."""
        emitted = self.counts["matched"] + self.counts["wrong"]
        return {
            "precision": self.counts["matched"] / emitted if emitted else 0.0,
            "tier1_recall": self.ratio("tier1_found", "tier1"),
            "tier2_recall": self.ratio("tier2_found", "tier2"),
            "dates": self.ratio("dates_right", "dates"),
            "direction": self.ratio("directions_right", "directions"),
            "modes": self.ratio("modes_right", "modes"),
            "places": self.ratio("places_right", "places"),
            "offsets": self.ratio("offsets_right", "offsets"),
        }

    def failures(self) -> list[str]:
        """Name every floor that is not reached."""
        figures = self.figures()
        failed = [f"{name} {figures[name]:.3f} < {floor}" for name, floor in FLOORS.items() if figures[name] < floor]
        if self.counts["traps"]:
            failed.append(f"{self.counts['traps']} traps emitted")
        if self.counts["foreign"]:
            failed.append(f"{self.counts['foreign']} mentions from a segment that is not the article's own")
        return failed + [f"no mentions of {name}" for name in self.missing]


def extracted() -> dict[str, tuple[str, list[Mention], Any]]:
    """Run the seeds through language, dedup and events: text as received, mentions and segments by document."""
    driver = Driver(stages()[:3], strict=True)
    found: dict[str, tuple[str, list[Mention], Any]] = {}
    for raw in read_seeds(SEEDS):
        outcome = driver.feed(raw)
        articles = outcome.records("language")
        if articles:
            found[raw.uri] = (articles[0].received, list(outcome.records("events")), articles[0].segments)
    return found


def countries(actors: Iterable[Mapping[str, Any]]) -> tuple[set[str], set[str]]:
    """Return the countries of gold actors: all, and those that may be missing."""
    rows = list(actors)
    return {a["country"] for a in rows if a.get("country")}, {a["country"] for a in rows if a.get("inferred")}


def matches(gold: Mapping[str, Any], mention: Mention) -> bool:
    """Whether a mention is the gold event: evidence overlaps, type allowed, countries equal."""
    if mention.event_type not in {gold["event_type"], *gold["event_type_ok"]}:
        return False
    if not any(e.start < g["end"] and g["start"] < e.end for e in mention.evidence for g in gold["evidence"]):
        return False
    full, optional = countries([*gold["actor"], *gold["recipient"]])
    given = {a.country for a in (*mention.actors, *mention.recipients) if a.country}
    return full - optional <= given <= full


def score(documents: Sequence[Mapping[str, Any]], found: Mapping[str, tuple[str, list[Mention], Any]]) -> Score:
    """Score all documents."""
    result = Score()
    for name in UNSCORED:
        if not found.get(name, ("", [], ()))[1]:
            result.missing.append(name)
    for text, mentions, segments in found.values():
        for mention in mentions:
            _check_offsets(result, text, mention)
            result.counts["foreign"] += segments[mention.segment].kind not in {"title", "body"}
    for document in documents:
        name = document["doc_id"].removesuffix(".txt")
        if not found.get(name, ("", [], ()))[1]:
            result.missing.append(name)
            continue
        _score_one(result, name, document["events"], found[name][1])
    return result


def _score_one(result: Score, name: str, gold: Sequence[Mapping[str, Any]], mentions: Sequence[Mention]) -> None:
    taken: dict[int, Mention] = {}
    for tier in (1, 2):
        for number, event in enumerate(gold):
            if event["tier"] == tier:
                _claim(number, event, mentions, taken)
    used = {id(m) for m in taken.values()}
    for tier in (1, 2):
        rows = [n for n, event in enumerate(gold) if event["tier"] == tier]
        result.counts[f"tier{tier}"] += len(rows)
        result.counts[f"tier{tier}_found"] += sum(n in taken for n in rows)
        result.missed += [f"{gold[n]['id']} {gold[n]['event_type']}" for n in rows if n not in taken]
    for number, mention in taken.items():
        result.counts["matched"] += 1
        _score_details(result, gold[number], mention)
    for mention in mentions:
        if id(mention) not in used:
            _score_other(result, name, gold, mention)


def _claim(number: int, event: Mapping[str, Any], mentions: Sequence[Mention], taken: dict[int, Mention]) -> None:
    used = {id(m) for m in taken.values()}
    best = next((m for m in mentions if id(m) not in used and matches(event, m)), None)
    if best is not None:
        taken[number] = best


def _score_other(result: Score, name: str, gold: Sequence[Mapping[str, Any]], mention: Mention) -> None:
    hits = [event for event in gold if matches(event, mention)]
    if any(event["tier"] == 0 for event in hits) and "negated" not in mention.auxiliary:
        result.counts["traps"] += 1
    elif any(event["tier"] == 3 for event in hits):
        result.counts["optional"] += 1
    elif hits:
        result.counts["repeats"] += 1
    else:
        result.counts["wrong"] += 1
        sides = (
            "+".join(a.country or "-" for a in mention.actors),
            "+".join(a.country or "-" for a in mention.recipients),
        )
        result.wrong.append(f"{name[:3]} {mention.event_type} {sides[0]}>{sides[1]} {mention.evidence[0].text[:90]}")


def _score_details(result: Score, event: Mapping[str, Any], mention: Mention) -> None:
    date = event["date"]
    if date:
        result.counts["dates"] += 1
        given = mention.event_date
        result.counts["dates_right"] += bool(
            given and given.start.startswith(date["value"]) and given.precision == date["precision"]
        )
    left, right = countries(event["actor"])[0], countries(event["recipient"])[0]
    if left and right and left != right:
        result.counts["directions"] += 1
        result.counts["directions_right"] += {a.country for a in mention.actors if a.country} <= left
    if event["mode"]:
        result.counts["modes"] += 1
        result.counts["modes_right"] += mention.event_mode in {event["mode"], *event["mode_ok"]}
    if event["place"]:
        result.counts["places"] += 1
        place = mention.event_location
        result.counts["places_right"] += bool(place and place.country == event["place"]["country"])


def _check_offsets(result: Score, text: str, mention: Mention) -> None:
    spans = [*mention.evidence, mention.trigger, *mention.actors, *mention.recipients, *mention.quantities]
    result.counts["offsets"] += len(spans)
    result.counts["offsets_right"] += sum(bool(s.text) and text[s.start : s.end] == s.text for s in spans)


def gold() -> list[dict[str, Any]] | None:
    """The documents of the gold file, None where the development data is absent."""
    folder = shared()
    if folder is None:
        return None
    file: Path = folder / "data" / "events" / "seed_gold.json"
    documents: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["docs"]
    return documents


def main() -> int:
    """Print the figures; 1 under a floor, 2 without the data."""
    documents = gold()
    if documents is None:
        sys.stdout.write("seed gold: no development data (KHABAR_SHARED)\n")
        return 2
    result = score(documents, extracted())
    lines = [f"{name:14} {value:.3f}" for name, value in result.figures().items()]
    kept = ("matched", "wrong", "repeats", "optional", "traps", "foreign")
    lines += [f"{name:14} {result.counts[name]}" for name in kept]
    lines += [f"wrong: {text}" for text in result.wrong] + [f"missed: {text}" for text in result.missed]
    lines += [f"FAILED {text}" for text in result.failures()] or ["seed gold: all floors reached"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if result.failures() else 0


if __name__ == "__main__":
    sys.exit(main())

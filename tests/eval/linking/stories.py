"""Link the translated stories: of the pairs of languages that found a story's main event, how many share one Event.

    python -m tests.eval.linking.stories

A mention finds a main event by the rule of the scorer that comes with the data: by type and countries. Within one country
that may be another statement of the same article; a pair of languages of which every two mentions name other persons on
a side has not extracted the same event, and is counted beside. All mentions of all articles are linked together. A false
join is an Event with mentions of two stories, but for two stories of one day's referendum that report the same.
"""

from __future__ import annotations

import io
import random
import runpy
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import orjson

from agents.process import Job, Summary, process
from pipeline.blocks import block_key
from pipeline.driver import Driver
from pipeline.linking.party import Party, strangers
from pipeline.linking.stage import SPEC
from pipeline.stage import Emit
from schemas import codec
from schemas.event import Actor, Event, Mention
from tests.paths import shared

ONE_EVENT = 0.85
FALSE_JOINS = 0
SHUFFLES = 20
# Both tell on the same day that the president of Macedonia rejects the referendum, and that Greece rejects the name.
ONE_MATTER = frozenset({"story-000", "story-013"})


@dataclass(slots=True)
class Result:
    """What was counted: pairs of languages by whether they share an Event, and the Events that hold two stories."""

    joined: int = 0
    pairs: int = 0
    others: int = 0
    apart: list[str] = field(default_factory=list)
    false_joins: list[str] = field(default_factory=list)
    found: dict[str, list[str]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The share of pairs that are one Event; of none, none."""
        return self.joined / self.pairs if self.pairs else 0.0


def mentions(scorer: Path) -> list[Mention]:
    """Run the stories through the first three stages."""
    inputs = subprocess.run([sys.executable, scorer, "inputs", "stories"], capture_output=True, check=True).stdout
    with tempfile.TemporaryFile() as output:
        process(io.BytesIO(inputs), output, Job(until="events"), Summary())
        output.seek(0)
        return [codec.build(Mention, one) for line in output for one in orjson.loads(line).get("mentions", ())]


def linked(found: Iterable[Mention]) -> list[Event]:
    """Link mentions; the standing events."""
    driver = Driver([SPEC], strict=True)
    for one in found:
        driver.run(Emit(block_key(one), one))
    return [event for event in driver.events().values() if event.status == "active"]


def scored(found: Sequence[Mention], events: Iterable[Event], gold: Mapping[str, Any], match: Any) -> Result:
    """Compare every main event's mentions, language by language."""
    result = Result()
    home = {name: event.event_id for event in events for name in event.mention_ids}
    told: dict[str, set[str]] = defaultdict(set)
    by_article: dict[str, list[Mention]] = defaultdict(list)
    for one in found:
        told[home[one.mention_id]].add(story(one.article_id))
        by_article[one.article_id].append(one)
    result.false_joins = [
        f"{key}: {', '.join(sorted(names))}"
        for key, names in sorted(told.items())
        if len(names) > 1 and names != ONE_MATTER
    ]
    mains: dict[str, dict[str, list[Mention]]] = defaultdict(lambda: defaultdict(list))
    for article, own in sorted(by_article.items()):
        for number, event in enumerate(gold[article][5]):
            hits = [m for m in own if not event["opt"] and match(event, codec.plain(m))]
            if hits:
                mains[f"{story(article)} #{number}"][article.rpartition("-")[2]] += hits
    for main, languages in sorted(mains.items()):
        result.found[main] = sorted(languages)
        for first, second in combinations(sorted(languages), 2):
            some, rest = languages[first], languages[second]
            if not {home[m.mention_id] for m in some}.isdisjoint(home[m.mention_id] for m in rest):
                result.joined += 1
            elif any(may_be_one(a, b) for a in some for b in rest):
                result.apart.append(f"{main}: {first}-{second}")
            else:
                result.others += 1
    result.pairs = result.joined + len(result.apart)
    return result


def may_be_one(one: Mention, other: Mention) -> bool:
    """Whether no side of two mentions names somebody the other's does not."""
    return not (
        strangers(_parties(one.actors, one.language), _parties(other.actors, other.language))
        or strangers(_parties(one.recipients, one.language), _parties(other.recipients, other.language))
    )


def _parties(actors: Sequence[Actor], language: str) -> frozenset[Party]:
    return frozenset(Party.of(actor, language) for actor in actors)


def story(article: str) -> str:
    """The story of an article id such as `12-ur`."""
    return article.rpartition("-")[0]


def shuffled(found: Sequence[Mention]) -> int:
    """How many of twenty random orders give other events than the order at hand."""
    wanted = codec.encode(linked(found))
    chance = random.Random(20)
    return sum(codec.encode(linked(chance.sample(found, len(found)))) != wanted for _ in range(SHUFFLES))


def main() -> int:
    """Print the figures; 1 under a floor."""
    folder = shared()
    if folder is None:
        print("no development data")
        return 0
    scorer = folder / "data" / "events" / "score.py"
    rules = runpy.run_path(str(scorer))
    found = mentions(scorer)
    result = scored(found, linked(found), rules["gold"]("stories"), rules["match"])
    differing = shuffled(found)
    print(f"{len(found)} mentions; main events by languages that found them:")
    print(*(f"  {name}: {' '.join(languages)}" for name, languages in result.found.items()), sep="\n")
    print(f"pairs of languages in one Event {result.joined}/{result.pairs} = {result.share:.3f}")
    print(f"of all that match by type and country {result.joined}/{result.pairs + result.others}")
    print(*(f"  apart: {pair}" for pair in result.apart), sep="\n")
    print(f"events across stories {len(result.false_joins)}; of {SHUFFLES} shuffles {differing} differ")
    print(*(f"  {join}" for join in result.false_joins), sep="\n")
    return int(result.share < ONE_EVENT or len(result.false_joins) > FALSE_JOINS or differing > 0)


if __name__ == "__main__":
    sys.exit(main())

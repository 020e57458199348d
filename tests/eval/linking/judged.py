"""Link the throughput articles and compare with pairs of their mentions that were judged by reading.

    python -m tests.eval.linking.judged

`judged.tsv` has the ids of two articles, a hash of each mention's type and sentence, and whether both tell of one event
in the world; the texts lie beside the checkout. Articles without a date of publication are read as of one day, which is
harder than any real day: what differs is years apart. A pair whose sentences the coder cuts otherwise today is gone.
"""

from __future__ import annotations

import gzip
import io
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import orjson

from agents.process import Job, Summary, process
from schemas import codec
from schemas.event import Mention
from tests.eval.linking.stories import linked
from tests.paths import shared

JUDGED = Path(__file__).with_suffix(".tsv")
DAY = "2024-05-15T10:00:00Z"
PRECISION, RECALL, LEAST = 0.95, 0.70, 0.9


class Telling(NamedTuple):
    """A mention: its article, and the hash of its type and sentence."""

    article: str
    sentence: str


class Pair(NamedTuple):
    """Two mentions and the verdict on them."""

    one: Telling
    other: Telling
    same: bool


def telling(mention: Mention) -> Telling:
    """Name a mention by what was read of it."""
    text = f"{mention.event_type} {mention.evidence[0].text}".encode("utf-8", "surrogatepass")
    return Telling(mention.article_id, blake2b(text, digest_size=6).hexdigest())


def pairs() -> list[Pair]:
    """Read the verdicts."""
    lines = [line for line in JUDGED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    cells = [line.split("\t") for line in lines[1:]]
    return [Pair(Telling(*row[:2]), Telling(*row[2:4]), row[4] == "same") for row in cells]


def mentions(corpus: Path, articles: frozenset[str]) -> list[Mention]:
    """Run some of the articles through the first three stages."""
    with gzip.open(corpus) as lines:
        chosen = [one for line in lines if (one := orjson.loads(line))["id"] in articles]
    dated = b"\n".join(orjson.dumps(one | {"published": one["published"] or DAY}) for one in chosen)
    with tempfile.TemporaryFile() as output:
        process(io.BytesIO(dated), output, Job(until="events"), Summary())
        output.seek(0)
        return [codec.build(Mention, one) for line in output for one in orjson.loads(line).get("mentions", ())]


def counted(judged: Iterable[Pair], found: Iterable[Mention]) -> Counter[str]:
    """Count the pairs by whether they are linked and whether they should be, and those that are gone."""
    known = list(found)
    home = {name: event.event_id for event in linked(known) for name in event.mention_ids}
    events: Mapping[Telling, str | None] = {telling(one): home.get(one.mention_id) for one in known}
    counts = Counter[str]()
    for pair in judged:
        if pair.one not in events or pair.other not in events:
            counts["gone"] += 1
        else:
            joined = events[pair.one] is not None and events[pair.one] == events[pair.other]
            counts[f"{'linked' if joined else 'apart'} {'same' if pair.same else 'different'}"] += 1
    return counts


def main() -> int:
    """Print the figures; 1 under a floor or where too many pairs are gone."""
    folder = shared()
    if folder is None:
        print("no development data")
        return 0
    judged = pairs()
    articles = frozenset(one.article for pair in judged for one in (pair.one, pair.other))
    counts = counted(judged, mentions(folder / "data" / "throughput" / "articles.jsonl.gz", articles))
    right, false, missed = (counts[name] for name in ("linked same", "linked different", "apart same"))
    precision, recall = right / max(1, right + false), right / max(1, right + missed)
    print(f"{len(judged)} judged pairs of {len(articles)} articles: {dict(sorted(counts.items()))}")
    print(f"precision {precision:.3f}  recall {recall:.3f}")
    gone = counts["gone"] > (1 - LEAST) * len(judged)
    return int(precision < PRECISION or recall < RECALL or gone)


if __name__ == "__main__":
    sys.exit(main())

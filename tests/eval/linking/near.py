"""How often what linking missed is among the candidates of `khabar explain EVENT --near`, on the pairs judged by reading.

    python -m tests.eval.linking.near [MOST]

Of every judged pair that should be one event and is two, the second is looked for among the candidates of the first's
event; so is, for the same events, the share of candidates judged that are of the event. Needs the extra `links`.
"""

from __future__ import annotations

import sys
from collections import Counter

from agents.likeness import Embedding
from pipeline.linking.candidates import candidates
from tests.eval.linking.judged import mentions, pairs, telling
from tests.eval.linking.stories import linked
from tests.paths import shared


def main() -> int:
    """Print the figures."""
    folder = shared()
    if folder is None:
        print("no development data")
        return 0
    most = int(sys.argv[1]) if sys.argv[1:] else 10
    judged = pairs()
    known = mentions(
        folder / "data" / "throughput" / "articles.jsonl.gz",
        frozenset(one.article for pair in judged for one in (pair.one, pair.other)),
    )
    home = {name: event.event_id for event in linked(known) for name in event.mention_ids}
    named = {telling(one): one.mention_id for one in known}
    likeness, counts = Embedding(), Counter[str]()
    for pair in judged:
        one, other = named.get(pair.one), named.get(pair.other)
        if one is None or other is None or home.get(one) is None or home.get(one) == home.get(other) or not pair.same:
            continue
        near = candidates(home[one], known, likeness, most)
        rank = next((n for n, found in enumerate(near, 1) if found.mention.mention_id == other), None)
        counts["missed links"] += 1
        counts["among the candidates"] += rank is not None
        counts["first"] += rank == 1
    print(dict(counts), f"of {most} candidates each")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The state over several lengths of the window: what leaves it is forgotten everywhere, in one order."""

import random
from datetime import UTC, datetime

import pytest

from pipeline.clock import HOUR
from pipeline.dedup import blocks, index, postings
from pipeline.dedup.index import SeenIndex
from pipeline.dedup.stage import judge
from pipeline.dedup.state import WINDOW_HOURS, Seen
from pipeline.stage import Put
from schemas import codec
from tests.unit.dedup.articles import article

HELD, WINDOWS = 400, 3
WORDS = [f"{a}{b}{c}" for a in ("ka", "mo", "ti", "ru") for b in ("lan", "sar", "dov", "pim") for c in ("a", "es", "o")]
START = 1_700_000_000


def stories(count, seed=5):
    """Yield articles that arrive evenly, so many a window; every tenth is a copy of the one before."""
    chance, text = random.Random(seed), ""
    for place in range(count):
        if place % 10:
            text = " ".join(chance.choices(WORDS, k=40))
        at = datetime.fromtimestamp(START + place * WINDOW_HOURS * HOUR // HELD, UTC).isoformat()
        yield article(f"u{place}", text, f"Story {place - (not place % 10)}", source=f"S{place % 7}", published=at)


class Table(dict):
    """What a broker would keep: JSON by key, and which keys were deleted, in order."""

    def __init__(self):
        super().__init__()
        self.deleted = []

    def put(self, seen, effect):
        if effect.state is None:
            self.deleted.append(effect.key)
            del self[effect.key], seen[effect.key]
        else:
            self[effect.key], seen[effect.key] = codec.encode(effect.state), effect.state


def run(count):
    seen, table, sizes = SeenIndex(), Table(), []
    for place, one in enumerate(stories(count), 1):
        for effect in judge(one, seen):
            if isinstance(effect, Put):
                table.put(seen, effect)
        if not place % HELD:
            sizes.append((len(seen), seen.size, sum(map(len, table.values()))))
    return seen, table, sizes


@pytest.fixture(scope="module")
def windows():
    with pytest.MonkeyPatch.context() as patch:
        # Blocks and segments are as much smaller as the window is.
        patch.setattr(index, "LEAST_ENTRIES", 50)
        patch.setattr(blocks, "BLOCK", 16)
        patch.setattr(blocks, "MOST_CHANGED", 4)
        patch.setattr(postings, "OPEN_ARTICLES", 16)
        yield run(WINDOWS * HELD), run(WINDOWS * HELD)


def test_nothing_grows_after_the_first_window(windows):
    (entries, size, state), *later = windows[0][2]
    assert entries == HELD
    for others in later:
        assert [others[0] <= 1.05 * entries, others[1] <= 1.15 * size, others[2] <= 1.1 * state] == [True] * 3


def test_what_leaves_the_index_leaves_the_table(windows):
    seen, table, _ = windows[0]
    assert sorted(seen) == sorted(table)
    assert len(table) + len(table.deleted) == WINDOWS * HELD


def test_articles_expire_in_the_order_of_their_hours_and_always_the_same(windows):
    (_, one, _), (_, other, _) = windows
    hours = [int(uri[1:]) * WINDOW_HOURS // HELD for uri in one.deleted]
    assert one.deleted == other.deleted
    assert hours == sorted(hours)


def test_an_index_made_anew_from_the_table_answers_alike(windows):
    seen, table, _ = windows[0]
    again = SeenIndex({uri: codec.decode(Seen, value) for uri, value in table.items()})
    for uri in sorted(table)[::50]:
        assert again[uri] == seen[uri]
        assert again.sharing(seen[uri].hashes)[0] == seen.sharing(seen[uri].hashes)[0]
        assert again.with_text(seen[uri].text_key) == seen.with_text(seen[uri].text_key)

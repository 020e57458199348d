import random

import pytest

from pipeline.dedup import blocks as blocks_module
from pipeline.dedup.blocks import Blocks


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(blocks_module, "BLOCK", 8)
    monkeypatch.setattr(blocks_module, "MOST_CHANGED", 2)


def test_give_back_what_is_left_through_changes_and_removals(small):
    chance, blocks, known = random.Random(5), Blocks(), {}
    for step in range(300):
        data = b"%d" % step * chance.randrange(1, 4)
        known[blocks.add(data)] = data
        if chance.random() < 0.5:
            place = chance.choice(sorted(known))
            known[place] = b"changed" * chance.randrange(1, 3)
            blocks.replace(place, known[place])
        if chance.random() < 0.6:
            gone = chance.choice(sorted(known))
            del known[gone]
            blocks.discard(gone)
        assert len(blocks) == len(known)
    assert list(blocks) == [known[place] for place in sorted(known)]
    assert all(blocks.get(place) == known.get(place) for place in range(300))


def test_take_no_room_for_what_is_gone(small):
    blocks = Blocks()
    for place in range(800):
        blocks.add(b"x" * 100)
        if place >= 16:
            blocks.discard(place - 16)
    assert blocks.size < 40 * 150
    assert blocks.get(0) is None

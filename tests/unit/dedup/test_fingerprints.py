import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup.fingerprints import Fingerprints, fingerprint


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 12), st.integers(0, 5)), max_size=400))
def test_agree_with_a_dict_of_sets(steps):
    table, known = Fingerprints(), {}
    for adds, key, place in steps:
        if adds and place not in known.get(key, ()):
            table.add(key, place)
            known.setdefault(key, set()).add(place)
        elif not adds:
            table.remove(key, place)
            known.get(key, set()).discard(place)
    assert all(sorted(table.find(key)) == sorted(known.get(key, ())) for key in range(13))
    assert len(table) == sum(map(len, known.values()))


def test_stay_small_while_articles_come_and_go():
    table, chance = Fingerprints(), random.Random(2)
    keys = [chance.getrandbits(32) for _ in range(5000)]
    for place, key in enumerate(keys):
        table.add(key, place)
        if place >= 500:
            table.remove(keys[place - 500], place - 500)
    assert len(table) == 500
    assert table.size < 500 * 40
    assert table.find(keys[-1]) == [4999]
    assert table.find(keys[0]) == []


@pytest.mark.parametrize("name", ["", "a", "\ud800", "\0"])
def test_every_name_has_a_fingerprint_of_its_kind(name):
    assert fingerprint("uri", name) == fingerprint("uri", name)
    assert fingerprint("uri", name) != fingerprint("url", name)

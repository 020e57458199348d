import random
from dataclasses import replace

import numpy as np
import pytest

from pipeline.clock import HOUR, advanced, seconds
from pipeline.dedup import index as index_module
from pipeline.dedup.index import HOLDERS, SeenIndex
from pipeline.dedup.packing import packed_entry, packed_uri, unpacked_entry
from pipeline.dedup.postings import Postings
from pipeline.dedup.state import WINDOW_HOURS, Decision, Seen, expired, order, packed
from schemas import codec
from schemas.article import Verdict


def entry(uri, hashes=(), relation="new", arrived=0, **fields):
    verdict = Verdict(verdict="new" if relation == "new" else "duplicate", relation=relation, group=uri)
    decision = Decision(version=1, text_sha256="", verdict=verdict)
    known = {"site": "s", "group": uri, "sketch": packed(tuple(hashes)), "arrived": arrived, "decisions": (decision,)}
    return Seen(uri=uri, **(known | fields))


def hashes(*values):
    return np.array(sorted(values), dtype=np.uint32)


def test_an_entry_survives_packing():
    one = entry("a", (1, 5, 1 << 31), canonical_url="x.example/1", wording=b"\x00\xff", time=5, carriers=("a", "b"))
    assert unpacked_entry(packed_entry(one)) == one


class TestPostings:
    def test_agree_with_a_plain_search_through_seals_merges_and_removals(self, monkeypatch):
        monkeypatch.setattr("pipeline.dedup.postings.OPEN_ARTICLES", 7)
        chance, postings, held = random.Random(4), Postings(), {}
        for step in range(400):
            held[step] = (chance.random() < 0.7, set(chance.sample(range(300), 12)))
            postings.add(step, hashes(*held[step][1]), new=held[step][0])
            if len(held) > 60 or chance.random() < 0.2:
                gone = chance.choice(sorted(held))
                del held[gone]
                postings.discard(gone)
            wanted = sorted(chance.sample(range(300), 20))
            shared, repeated = postings.find(hashes(*wanted), 3)
            counts = {value: sum(new and value in own for new, own in held.values()) for value in wanted}
            assert repeated.tolist() == [counts[value] >= 3 for value in wanted]
            kept = {value for value in wanted if counts[value] < 3}
            assert dict(shared) == {place: len(own & kept) for place, (_, own) in held.items() if len(own & kept) >= 2}

    def test_hold_few_segments(self, monkeypatch):
        monkeypatch.setattr("pipeline.dedup.postings.OPEN_ARTICLES", 4)
        postings = Postings()
        for place in range(1000):
            postings.add(place, hashes(place, place + 1), new=True)
        assert len(postings._segments) <= 10

    def test_leave_out_an_article_without_hashes(self):
        postings = Postings()
        postings.add(0, hashes(), new=True)
        postings.discard(0)
        assert postings.find(hashes(), 3)[0] == {}


class TestSeenIndex:
    def test_is_a_mapping(self):
        one = entry("a", (1, 2, 3))
        index = SeenIndex({"a": one})
        assert (index["a"], list(index), len(index), "b" in index) == (one, ["a"], 1, False)
        del index["a"]
        with pytest.raises(KeyError):
            del index["a"]
        assert index.sharing(hashes(1, 2, 3))[0] == {}

    def test_finds_by_passage_address_and_text(self):
        index = SeenIndex({"a": entry("a", (1, 2, 3), canonical_url="x.example/1", text_key="k")})
        assert index.sharing(hashes(2, 3, 4))[0] == {"a": 2}
        assert (index.with_url("x.example/1"), index.with_url(None)) == (("a",), ())
        assert (index.with_text("k"), index.with_text("")) == (("a",), ())

    def test_does_not_compare_with_what_stands_elsewhere(self):
        index = SeenIndex({"a": entry("a", (1, 2, 3), "copy"), "b": entry("b", (1, 2, 3), "contained_in")})
        assert index.sharing(hashes(1, 2, 3))[0] == {}

    def test_follows_a_change_of_text(self):
        index = SeenIndex({"a": entry("a", (1, 2, 3), canonical_url="x.example/1")})
        index["a"] = entry("a", (7, 8, 9), canonical_url="x.example/2")
        assert index.sharing(hashes(1, 2, 3, 7, 8, 9))[0] == {"a": 3}
        assert (index.with_url("x.example/1"), index.with_url("x.example/2")) == ((), ("a",))

    def test_is_not_slowed_by_thousands_with_one_text(self):
        index = SeenIndex({f"u{place}": entry(f"u{place}", text_key="k") for place in range(50)})
        assert len(index.with_text("k")) == HOLDERS
        for place in range(50):
            del index[f"u{place}"]
        assert index.with_text("k") == ()

    def test_forgets_the_oldest_outside_the_window(self, monkeypatch):
        monkeypatch.setattr(index_module, "LEAST_ENTRIES", 2)
        now = 1_700_000_000
        old = now - (WINDOW_HOURS + 2) * HOUR
        index = SeenIndex(
            {name: entry(name, arrived=when) for name, when in zip("abcde", [now, old, old, now, old], strict=True)}
        )
        assert sorted(index.stale(now, 8)) == ["b", "c", "e"]
        assert len(index.stale(now, 2)) == 2

    def test_forgets_nothing_while_there_is_little(self):
        index = SeenIndex({"a": entry("a", arrived=1)})
        assert index.stale(2_000_000_000, 8) == []

    def test_is_bounded(self, monkeypatch):
        monkeypatch.setattr(index_module, "LEAST_ENTRIES", 2)
        monkeypatch.setattr(index_module, "MOST_ENTRIES", 5)
        index = SeenIndex({f"u{place}": entry(f"u{place}", arrived=1_700_000_000 + place * HOUR) for place in range(7)})
        assert index.stale(1_700_000_000 + 7 * HOUR, 8) == ["u0", "u1"]

    def test_gives_back_every_entry_when_many_are_packed_away(self, monkeypatch):
        monkeypatch.setattr(index_module, "FRESH_ENTRIES", 3)
        entries = {f"u{place}": entry(f"u{place}", (place, place + 1)) for place in range(20)}
        index = SeenIndex(entries)
        assert dict(index) == entries
        del index["u1"]
        assert "u1" not in index
        assert len(index._fresh) <= 3

    def test_does_not_move_an_article_whose_carriers_change(self):
        index = SeenIndex({"a": entry("a", (1, 2, 3))})
        index["a"] = replace(index["a"], carriers=("s", "t"))
        assert index.sharing(hashes(1, 2, 3))[0] == {"a": 3}
        assert index["a"].carriers == ("s", "t")


def test_an_entry_survives_the_codec():
    one = entry("a", (1, 5, 1 << 31), canonical_url="x.example/1", wording=b"\x00\xff", time=5)
    assert codec.decode(Seen, codec.encode(one)) == one
    assert one.hashes.tolist() == [1, 5, 1 << 31]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1970-01-01T00:01:00Z", 60),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-02", 86400),
        (None, None),
        ("soon", None),
        ("9" * 99, None),
    ],
)
def test_times_are_seconds_or_unknown(text, value):
    assert seconds(text) == value


def test_the_clock_never_goes_back_nor_far_ahead_at_once():
    assert advanced(None, None) == 0
    assert advanced(None, 1_700_000_000) == 1_700_000_000
    assert advanced(1_700_000_000, 1_600_000_000) == 1_700_000_000
    assert advanced(1_700_000_000, 4_000_000_000) == 1_700_000_000 + 24 * HOUR
    assert advanced(1_700_000_000, None) == 1_700_000_000


def test_an_article_expires_after_the_window():
    assert not expired(1_700_000_000, 1_700_000_000 + WINDOW_HOURS * HOUR)
    assert expired(1_700_000_000, 1_700_000_000 + (WINDOW_HOURS + 1) * HOUR)


def test_unknown_times_come_last():
    assert sorted([(None, "a"), (9, "b"), (9, "a"), (3, "z")], key=lambda pair: order(*pair)) == [
        (3, "z"),
        (9, "a"),
        (9, "b"),
        (None, "a"),
    ]


def plain(uri, **fields):
    verdict = Verdict(verdict="new", relation="new", group=uri, carriers=("s",))
    decision = Decision(version=fields.pop("version", 1), text_sha256="0a" * 32, verdict=verdict)
    known = {"site": "s", "group": uri, "carriers": ("s",), "decisions": (decision,), "text_key": "0b" * 8}
    return Seen(uri=uri, **(known | fields))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"time": 0, "published": 5, "arrived": 7, "letters": 9},
        {"canonical_url": "paper.example/1"},
        {"canonical_url": "other.example/1"},
        {"canonical_url": ""},
        {"time": -5},
        {"time": 1 << 40},
        {"version": 1 << 20},
        {"text_key": ""},
        {"text_key": "0B" * 8},
        {"text_key": "0b"},
        {"text_key": "zz"},
        {"carriers": ("s", "t")},
        {"site": "x" * 70_000, "carriers": ("x" * 70_000,)},
        {"group": "elsewhere"},
        {"site": "paper.example", "carriers": ("paper.example",), "canonical_url": "paper.example/1"},
        {"site": "", "carriers": ("",)},
        {"sketch": packed((1, 2, 3)), "wording": b"\x00|\xff"},
    ],
)
def test_an_entry_of_a_new_article_survives_packing(fields):
    one = plain("https://paper.example/1", **fields)
    data = packed_entry(one)
    assert unpacked_entry(data) == one
    assert packed_uri(data) == one.uri


@pytest.mark.parametrize("uri", ["", "a" * 70_000, "\0", "اردو"])
def test_any_uri_is_read_from_a_packed_entry(uri):
    for one in (plain(uri), plain(uri, group="other")):
        assert packed_uri(packed_entry(one)) == uri
        assert unpacked_entry(packed_entry(one)) == one


def test_size_is_reported_and_bounded_by_what_is_left():
    index = SeenIndex()
    for place in range(3000):
        index[f"u{place}"] = entry(f"u{place}", range(place, place + 30), arrived=place, canonical_url=f"x/{place}")
        if place >= 600:
            del index[f"u{place - 600}"]
    assert 0 < index.size < 600 * 2000
    assert len(index) == 600
    assert sorted(index) == sorted(f"u{place}" for place in range(2400, 3000))

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.dedup import index, memory
from pipeline.dedup.memory import FEED_ITEMS, Memory, faded
from pipeline.dedup.state import Seen
from schemas import codec
from tests.unit.dedup.articles import Stream, article
from tests.unit.dedup.texts import ENGLISH, OTHER

PAGE = "https://one.example/news/1"
START = datetime(2024, 5, 1, tzinfo=UTC)


def at(days, uri, text=ENGLISH, **fields):
    return article(uri, text, seen=(START + timedelta(days=days)).isoformat(), **fields)


@pytest.fixture
def busy(monkeypatch):
    """A partition that keeps no more than the window."""
    monkeypatch.setattr(index, "LEAST_ENTRIES", 0)


def passing(stream, start, end):
    """Let other articles come, one every two hours."""
    for hour in range(int(start * 24), int(end * 24), 2):
        uri = f"filler-{hour}"
        stream.feed(at(hour / 24, uri, f"Filler {hour}", url=f"https://{uri}.example/a"))


def ten_days_later(first, later, restart=False):
    stream = Stream()
    stream.feed(first)
    passing(stream, 0.5, 10)
    if restart:
        states = {uri: codec.decode(Seen, codec.encode(entry)) for uri, entry in stream.index.items()}
        stream.index = Memory(dict(reversed(states.items())))
    assert stream.index[first.uri].lasting
    assert not stream.index[first.uri].wording
    return stream.feed(later)


@pytest.mark.usefixtures("busy")
class TestTenDaysLater:
    @pytest.mark.parametrize("restart", [False, True])
    def test_the_same_page_with_the_same_text_is_known(self, restart):
        found = ten_days_later(at(0, "a", url=PAGE), at(10, "b", url=f"{PAGE}?utm_source=x"), restart)
        assert (found.verdict, found.relation, found.of, found.group) == ("duplicate", "same_url_same_text", "a", "a")
        assert found.nothing_new

    def test_the_same_page_with_another_text_is_a_revision(self):
        found = ten_days_later(at(0, "a", url=PAGE), at(10, "b", ENGLISH.replace("nine", "ten"), url=PAGE))
        assert (found.verdict, found.relation, found.of, found.group) == ("update", "revision", "a", "a")
        assert (found.nothing_new, found.changes) == (False, ())

    def test_another_headline_over_the_same_text_is_extracted(self):
        first = at(0, "a", title="Nine canals to be closed", url=PAGE)
        assert not ten_days_later(first, at(10, "b", title="No canals to be closed", url=PAGE)).nothing_new

    def test_the_same_article_has_a_new_version(self):
        found = ten_days_later(at(0, "a"), at(10, "a", ENGLISH.replace("nine", "ten"), version=2))
        assert (found.verdict, found.relation, found.group, found.nothing_new) == ("update", "revision", "a", False)

    def test_the_same_version_gets_the_same_verdict(self):
        found = ten_days_later(at(0, "a"), at(0, "a"))
        assert (found.verdict, found.relation, found.group, found.carriers) == ("new", "new", "a", ("a",))

    def test_the_same_text_elsewhere_is_new(self):
        assert ten_days_later(at(0, "a", url=PAGE), at(10, "b", url="https://two.example/2")).verdict == "new"


@pytest.mark.usefixtures("busy")
def test_the_address_of_a_feed_names_no_article():
    stream = Stream()
    for place in range(FEED_ITEMS):
        stream.feed(
            at(0, f"u{place}", f"{OTHER[place * 40 :]} {place}" if place % 2 else ENGLISH[place * 40 :], url=PAGE)
        )
    passing(stream, 0.5, 10)
    assert stream.feed(at(10, "z", OTHER[::-1], url=PAGE)).verdict == "new"


@pytest.mark.usefixtures("busy")
def test_over_three_windows_the_state_is_bounded_and_forgotten_in_the_end():
    stream = Stream()
    stream.feed(at(0, "a", url=PAGE))
    lengths = []
    for window in range(1, 4):
        passing(stream, 30 * (window - 1), 30 * window)
        lengths.append(len(stream.index))
    assert "a" not in stream.index
    assert stream.feed(at(90, "b", url=PAGE)).verdict == "new"
    assert max(lengths) <= 31 * 12
    assert stream.index.lasting_size < 400 * max(lengths)


def test_no_more_is_kept_than_the_most(monkeypatch):
    monkeypatch.setattr(index, "LEAST_ENTRIES", 0)
    monkeypatch.setattr(memory, "MOST_LASTING", 50)
    stream = Stream()
    passing(stream, 0, 20)
    assert 40 < sum(entry.lasting for entry in stream.index.values()) <= 58


def test_what_stays_is_small_and_stays_once():
    stream = Stream()
    stream.feed(at(0, "https://one.example/news/1", url=PAGE))
    entry = stream.index["https://one.example/news/1"]
    rest = faded(entry)
    assert (rest.uri, rest.canonical_url, rest.text_key, rest.group) == (
        entry.uri,
        entry.canonical_url,
        entry.text_key,
        entry.group,
    )
    assert faded(rest) is None
    assert len(codec.encode(rest)) < len(codec.encode(entry)) / 2


def test_every_way_of_looking_sees_both_kinds():
    stream = Stream()
    stream.feed(at(0, "a", url=PAGE))
    stream.feed(at(0, "b", OTHER))
    known = stream.index
    known["a"] = faded(known["a"])
    assert (sorted(known), len(known), "a" in known, "c" in known) == (["a", "b"], 2, True, False)
    assert known.with_url("one.example/news/1") == ("a",)
    assert known["a"].lasting
    assert 0 < known.lasting_size < known.size
    del known["a"]
    assert list(known) == ["b"]
    with pytest.raises(KeyError):
        known["a"]

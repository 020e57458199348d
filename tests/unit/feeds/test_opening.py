"""The first document of a feed does not flood."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.article import entry_moment
from pipeline.feeds.catalog import FeedSpec
from pipeline.feeds.identity import BETWEEN_VERSIONS, Diff, Origin, Seen, diff
from pipeline.feeds.opening import opened
from pipeline.feeds.parsed import Entry

SPEC = FeedSpec(id="a", url="https://a.example/")
NOW = 1_772_000_000.0


def entries(*days: int | None) -> list[Entry]:
    return [
        Entry(position=n, guid=str(n), headline=f"Headline {n}", published=f"2026-03-{day:02}" if day else None)
        for n, day in enumerate(days)
    ]


def first(found: list[Entry]) -> Diff:
    return diff(Origin(feed_id="a"), Seen(), found, NOW)


def limited(found: Diff, most: int | None) -> tuple[Diff, int]:
    return opened(found, most, lambda entry: entry_moment(entry, SPEC))


def test_the_newest_are_sent_in_the_order_of_the_document() -> None:
    kept, withheld = limited(first(entries(1, 5, None, 3, 4)), 3)
    assert [change.entry.position for change in kept.changes] == [1, 3, 4]
    assert withheld == 2


def test_without_dates_the_first_are_the_newest() -> None:
    kept, _ = limited(first(entries(None, None, None)), 1)
    assert [change.entry.position for change in kept.changes] == [0]


def test_what_was_withheld_is_known_and_its_first_change_is_its_first_version() -> None:
    kept, _ = limited(first(entries(2, 1)), 1)
    same = diff(Origin(feed_id="a"), kept.seen, entries(2, 1), NOW + BETWEEN_VERSIONS)
    assert same.changes == ()
    one, other = entries(2, 1)
    changed = Entry(position=1, guid=other.guid, headline="Corrected")
    later = diff(Origin(feed_id="a"), same.seen, [one, changed], NOW + 2 * BETWEEN_VERSIONS)
    assert [(change.kind, change.version, change.first_seen) for change in later.changes] == [("new", 1, NOW)]


def test_without_a_limit_all_are_sent_and_a_limit_of_none_sends_nothing() -> None:
    found = first(entries(1, 2))
    assert limited(found, None) == (found, 0)
    assert limited(found, 0)[0].changes == ()


@given(st.lists(st.one_of(st.none(), st.integers(1, 28)), max_size=12), st.integers(0, 12))
def test_none_is_lost(days: list[int | None], most: int) -> None:
    found = first(entries(*days))
    kept, withheld = limited(found, most)
    assert len(kept.changes) + withheld == len(found.changes)
    assert set(kept.seen.articles) == set(found.seen.articles)

"""New, changed or known, though feeds change ids and links."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.identity import Diff, Origin, Seen, diff, dump_seen, load_seen
from pipeline.feeds.parse import read_feed
from pipeline.feeds.parsed import Entry
from tests.paths import shared_data

ORIGIN = Origin(feed_id="dailyexample", site="https://news.example/")
HOUR = 3600.0


def entry(number: int, **values: object) -> Entry:
    usual: dict[str, object] = {
        "position": number,
        "guid": f"tag:news.example,2026:{number}",
        "link": f"https://news.example/{number}",
        "headline": f"Headline {number}",
        "body": f"Body of article {number}.",
        "published": f"2026-03-{number % 28 + 1:02}T04:30:00Z",
    }
    return Entry(**{**usual, **values})  # type: ignore[arg-type]


def polls(*documents: list[Entry], origin: Origin = ORIGIN, step: float = HOUR) -> list[Diff]:
    seen, found = Seen(), []
    for number, document in enumerate(documents):
        result = diff(origin, load_seen(dump_seen(seen)), document, 1_772_512_200 + number * step)
        seen = result.seen
        found.append(result)
    return found


def kinds(result: Diff) -> list[tuple[str, int]]:
    return [(change.kind, change.version) for change in result.changes]


THREE = [entry(1), entry(2), entry(3)]


def test_what_was_seen_is_known() -> None:
    first, second = polls(THREE, THREE)
    assert kinds(first) == [("new", 1)] * 3
    assert kinds(second) == []
    assert all(change.uri.startswith("urn:x-article:") and len(change.uri) == 40 for change in first.changes)


def test_names_depend_on_the_feed_and_the_first_key_only() -> None:
    (here,), (there,) = polls(THREE), polls(THREE, origin=Origin(feed_id="other"))
    again = polls(THREE)[0]
    assert [change.uri for change in here.changes] == [change.uri for change in again.changes]
    assert not {change.uri for change in here.changes} & {change.uri for change in there.changes}


def test_a_changed_text_is_a_new_version_of_the_same_article() -> None:
    first, second, third = polls(THREE, [replace(THREE[0], headline="Headline 1 (updated)"), *THREE[1:]], THREE)
    assert kinds(second) == [("updated", 2)]
    assert second.changes[0].uri == first.changes[0].uri
    assert second.changes[0].first_seen == first.changes[0].first_seen
    assert kinds(third) == [("updated", 3)]


def test_white_space_case_and_normal_form_make_no_version() -> None:
    changed = [replace(one, headline=f"  {one.headline}\u00a0", body=(one.body or "").upper()) for one in THREE]
    assert kinds(polls(THREE, changed)[1]) == []


def test_a_change_within_ten_minutes_waits_and_is_not_lost() -> None:
    changed = [replace(THREE[0], body="Corrected."), *THREE[1:]]
    _, soon = polls(THREE, changed, step=60)
    assert (kinds(soon), soon.pending) == ([], True)
    later = diff(ORIGIN, soon.seen, changed, 1_772_512_200 + HOUR)
    assert (kinds(later), later.pending) == ([("updated", 2)], False)


def test_an_article_has_twenty_versions_at_most() -> None:
    # A second, constant article keeps the feed from counting as volatile.
    results = polls(*([entry(1, body=f"Text {number}"), entry(2)] for number in range(40)))
    versions = [version for result in results for kind, version in kinds(result) if kind == "updated"]
    assert versions == list(range(2, 21))


def test_a_new_guid_with_a_known_link_is_the_same_article() -> None:
    first, second, third = polls(THREE, [replace(THREE[0], guid="https://news.example/?p=1"), *THREE[1:]], THREE)
    assert kinds(second) == kinds(third) == []
    assert first.warnings == second.warnings == ()


def test_a_storm_of_new_guids_makes_no_articles_and_a_warning() -> None:
    _, storm = polls(THREE, [replace(one, guid=f"new-{one.guid}") for one in THREE])
    assert kinds(storm) == []
    assert storm.warnings == ("guid_unstable",)


def test_a_known_guid_with_a_new_link_is_the_same_article() -> None:
    assert kinds(polls(THREE, [replace(one, link=f"{one.link}/moved") for one in THREE])[1]) == []


def test_links_that_change_with_every_poll_are_seen_through_by_headline_and_date() -> None:
    def volatile(poll: int) -> list[Entry]:
        return [replace(one, guid=None, link=f"{one.link}?v=token{poll}{one.position}") for one in THREE]

    first, *later = polls(*(volatile(poll) for poll in range(4)))
    assert kinds(first) == [("new", 1)] * 3
    assert [kinds(result) for result in later] == [[], [], []]


def test_repeated_guids_and_links_are_not_used() -> None:
    same = [replace(one, guid="1", link="https://news.example/live") for one in THREE]
    first, second = polls(same, same)
    assert kinds(first) == [("new", 1)] * 3
    assert kinds(second) == []
    assert first.warnings == ("guid_repeated", "link_repeated")


def test_a_link_to_the_site_itself_names_no_article() -> None:
    first, second = polls(
        [entry(1, guid=None, link="https://www.news.example")], [entry(2, guid=None, link="https://news.example/")]
    )
    assert kinds(first) == kinds(second) == [("new", 1)]


def test_two_headlines_on_one_day_with_other_links_are_two_articles() -> None:
    both = [entry(1, guid=None, headline="Gold price today", link="https://news.example/gold/1")]
    more = [*both, entry(1, guid=None, headline="Gold price today", link="https://news.example/gold/2")]
    assert kinds(polls(both, more)[1]) == [("new", 1)]


def test_an_article_that_leaves_and_returns_is_known() -> None:
    _, gone, back = polls(THREE, THREE[:1], THREE)
    assert kinds(gone) == kinds(back) == []


def test_memory_lasts_thirty_days_or_twice_the_longest_stay() -> None:
    day = 86_400.0
    seen = diff(ORIGIN, Seen(), THREE, 0.0).seen
    assert kinds(diff(ORIGIN, diff(ORIGIN, seen, THREE[:1], 29 * day).seen, THREE, 30 * day)) == []
    forgotten = diff(ORIGIN, seen, [], 31 * day).seen
    assert forgotten.keys == {}
    stayed = diff(ORIGIN, diff(ORIGIN, seen, THREE, 40 * day).seen, [], 110 * day).seen
    assert len(stayed.articles) == 3


def test_a_feed_whose_texts_change_at_every_poll_is_followed_by_its_headlines() -> None:
    def ticking(poll: int) -> list[Entry]:
        return [replace(one, body=f"{one.body} {poll} comments") for one in THREE]

    results = polls(*(ticking(poll) for poll in range(9)))
    assert [len(result.changes) for result in results] == [3, 3, 3, 3, 3, 3, 0, 0, 0]
    assert results[-1].warnings == ("volatile",)
    changed = [replace(ticking(9)[0], headline="Another headline"), *ticking(9)[1:]]
    assert kinds(diff(ORIGIN, results[-1].seen, changed, 2e9)) == [("updated", 7)]


def test_an_entry_without_anything_is_left_out() -> None:
    assert polls([Entry(position=0)])[0].changes == ()


def test_an_unstable_guid_is_not_used_when_the_operator_says_so() -> None:
    origin = replace(ORIGIN, guid_unstable=True)
    assert kinds(polls(THREE, [replace(one, guid=f"{one.guid}x") for one in THREE], origin=origin)[1]) == []


def test_the_update_sequence_of_the_development_set() -> None:
    documents = [
        list(read_feed(shared_data(f"feeds/synthetic/sequence_t{n}.xml").read_bytes()).entries) for n in range(4)
    ]
    results = [sorted(kinds(result)) for result in polls(*documents)]
    assert results == [[("new", 1)] * 3, [("updated", 2)], [("new", 1), ("updated", 2)], []]


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"articles":{"a":{}}}', b"\xff", orjson.dumps({"articles": []})])
def test_a_state_that_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no state of a feed"):
        load_seen(data)


texts = (
    st.none()
    | st.text(max_size=12)
    | st.sampled_from(["a", "https://news.example/1", "https://news.example/2", "2026"])
)
entries = st.lists(
    st.builds(Entry, position=st.just(0), guid=texts, link=texts, headline=texts, body=texts, published=texts),
    max_size=8,
)


@given(st.lists(entries, max_size=5))
def test_an_unchanged_document_never_gives_changes_and_versions_rise_by_one(documents: list[list[Entry]]) -> None:
    seen, versions = Seen(), {}
    for number, document in enumerate(documents):
        result = diff(ORIGIN, seen, document, number * HOUR)
        for change in result.changes:
            assert change.version == versions.get(change.uri, 0) + 1
            versions[change.uri] = change.version
        again = diff(ORIGIN, result.seen, document, number * HOUR + 1)
        assert again.changes == ()
        seen = result.seen

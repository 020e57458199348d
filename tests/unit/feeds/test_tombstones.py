"""What a feed says it deleted takes an article back; what is merely gone never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.catalog import FeedSpec
from pipeline.feeds.identity import MOST_VERSIONS, Origin, Seen, diff, dump_seen, guid_key, load_seen
from pipeline.feeds.parse import parse_feed, read_feed
from pipeline.feeds.parsed import MOST_ITEMS, Deletion, Entry
from pipeline.feeds.reading import Received, compared
from pipeline.feeds.tombstones import ATOM, NAMESPACE, Withdrawal, deletions, withdrawn
from tests.unit.feeds.test_identity import HOUR, ORIGIN, THREE, entry

START = 1_772_512_200.0
DAY = 24 * HOUR
GUID = THREE[0].guid or ""


def feed(inner: str, root: str = "feed") -> str:
    return f'<{root} xmlns="{ATOM}" xmlns:at="{NAMESPACE}"><title>T</title>{inner}</{root}>'


def stone(ref: str = GUID, when: str = "2026-03-03T05:00:00Z", inner: str = "") -> str:
    return f'<at:deleted-entry ref="{ref}" when="{when}">{inner}</at:deleted-entry>'


def atom_entry(number: int) -> str:
    return (
        f"<entry><id>tag:news.example,2026:{number}</id><title>Headline {number}</title>"
        f"<updated>2026-03-0{number}T04:30:00Z</updated><content>Body of article {number}.</content></entry>"
    )


def test_a_deletion_is_read_with_its_id_and_time_whatever_else_it_says():
    said = "<at:by><name>Desk</name></at:by><at:comment>Wrong.</at:comment>"
    document = feed(stone(inner=said) + atom_entry(2) + stone("urn:x", "2005-11-29T12:11:12+02:00"))
    wanted = (
        Deletion(guid=GUID, when="2026-03-03T05:00:00Z"),
        Deletion(guid="urn:x", when="2005-11-29T12:11:12+02:00"),
    )
    assert deletions(document) == wanted
    parsed = read_feed(f'<?xml version="1.0"?><!DOCTYPE feed>{document}<!-- printed in 0.1 s -->junk'.encode())
    assert parsed.deleted == wanted
    assert [one.headline for one in parsed.entries] == ["Headline 2"]


@pytest.mark.parametrize(
    "document",
    [
        feed("<entry><content type='xhtml'>" + stone() + "</content></entry>"),
        feed(f"<entry><content><![CDATA[{stone()}]]></content></entry>"),
        feed(f"<!-- {stone()} -->"),
        feed(stone()).replace(NAMESPACE, "http://news.example/ns"),
        feed(stone()).replace(ATOM, f"http://news.example/ns?{NAMESPACE}"),
        feed(stone(), root="channel").replace(f'xmlns="{ATOM}" ', ""),
        feed('<at:deleted-entry when="2026-03-03T05:00:00Z"/>'),
        feed(f'<at:deleted-entry ref="{GUID}"/>'),
        feed(f'<deleted-entry ref="{GUID}" when="2026-03-03T05:00:00Z"/>'),
        feed(stone() + "<p>not closed"),
        feed(stone())[:-3],
        feed(stone() + "\0"),
    ],
)
def test_what_is_no_deletion_of_a_whole_atom_feed_is_none(document):
    assert NAMESPACE in document or "news.example/ns" in document
    assert deletions(document) == ()


def test_no_more_deletions_are_read_than_entries():
    assert len(deletions(feed(stone() * (MOST_ITEMS + 5)))) == MOST_ITEMS


@given(st.text(), st.text())
def test_any_text_is_read_without_an_error(ref, inner):
    for document in (feed(inner + stone(ref)), feed(stone(ref))[: len(inner)], inner + NAMESPACE):
        assert all(one.guid and one.when for one in deletions(document))


def seen_by(*documents: list[Entry], origin: Origin = ORIGIN) -> Seen:
    seen = Seen()
    for number, document in enumerate(documents):
        seen = diff(origin, seen, document, START + number * HOUR).seen
    return seen


def at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def taken_back(seen: Seen, *, when: str = at(START), there: list[Entry] | None = None, origin: Origin = ORIGIN):
    return withdrawn(origin, seen, [Deletion(guid=GUID, when=when)], there or [], START + 2 * HOUR)


def versions(found: tuple[Withdrawal, ...]) -> list[int]:
    return [one.version for one in found]


def test_a_deletion_is_the_next_version_of_its_article_and_only_once():
    seen = seen_by(THREE)
    kept, found = taken_back(seen)
    assert versions(found) == [2]
    assert found[0].uri == seen.keys[guid_key(GUID)]
    assert found[0].first_seen == START
    kept = load_seen(dump_seen(kept))
    assert versions(taken_back(kept)[1]) == []
    assert {uri: known for uri, known in kept.articles.items() if uri != found[0].uri} == {
        uri: known for uri, known in seen.articles.items() if uri != found[0].uri
    }


def test_an_item_that_is_merely_gone_is_not_taken_back():
    seen = seen_by(THREE, THREE[1:], THREE[1:])
    assert withdrawn(ORIGIN, seen, [], THREE[1:], START + 3 * HOUR) == (seen, ())


def test_what_the_document_itself_still_holds_is_not_taken_back():
    assert versions(taken_back(seen_by(THREE), there=THREE)[1]) == []
    twice = [THREE[0], replace(THREE[1], guid=GUID)]
    assert versions(taken_back(seen_by(THREE), there=twice)[1]) == []


def test_a_deletion_of_what_was_never_seen_or_never_sent_says_nothing():
    assert versions(taken_back(Seen())[1]) == []
    seen = seen_by(THREE)
    never = replace(seen, articles={uri: replace(known, version=0) for uri, known in seen.articles.items()})
    assert taken_back(never) == (never, ())


def test_where_ids_are_worth_nothing_deletions_are_too():
    assert versions(taken_back(seen_by(THREE), origin=replace(ORIGIN, guid_unstable=True))[1]) == []


@pytest.mark.parametrize(
    ("when", "wanted"),
    [(START - DAY, [2]), (START - DAY - 1, []), (START + 300 * DAY, [2]), (None, [])],
)
def test_what_was_in_the_feed_a_day_after_its_deletion_is_there_again(when, wanted):
    assert versions(taken_back(seen_by(THREE), when="soon" if when is None else at(when))[1]) == wanted


def test_what_comes_back_is_the_version_after_unchanged_though_it_be():
    kept, _ = taken_back(seen_by(THREE))
    early = diff(ORIGIN, kept, THREE, START + 2 * HOUR + 60)
    assert (early.changes, early.pending) == ((), True)
    back = diff(ORIGIN, early.seen, THREE, START + 3 * HOUR)
    assert [(change.kind, change.version) for change in back.changes] == [("updated", 3)]


def test_an_article_of_the_last_version_can_be_taken_back_and_then_stays_so():
    seen = seen_by(THREE)
    last = replace(seen, articles={uri: replace(known, version=MOST_VERSIONS) for uri, known in seen.articles.items()})
    kept, found = taken_back(last)
    assert versions(found) == [MOST_VERSIONS + 1]
    back = diff(ORIGIN, kept, THREE, START + 4 * HOUR)
    assert back.changes == ()
    assert versions(taken_back(back.seen)[1]) == []


def test_the_record_says_who_took_what_back_and_when():
    spec = FeedSpec(id="dailyexample", url="https://news.example/feed", name="Daily Example", language="en")
    parsed = parse_feed(feed(stone() + atom_entry(2)))
    received = Received(
        fetched=datetime.fromtimestamp(START + HOUR, UTC), final_url=spec.url, status=200, body_sha256="0" * 64
    )
    origin = Origin(feed_id=spec.id)
    (article,) = compared(spec, parsed, seen_by([entry(1), entry(2)], origin=origin), received, first=False).articles[
        -1:
    ]
    assert (article.version, article.pubstatus, article.text, article.url) == (2, "canceled", "", None)
    assert article.contentmodified == "2026-03-03T05:00:00Z"
    assert article.firstcreated == "2026-03-03T04:30:00Z"
    assert article.infosource is not None
    assert article.infosource.name == "Daily Example"
    assert article.altids is not None
    assert article.altids.guid == GUID

"""OPML in and out: what other readers write, what we write, and what is thrown at us."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.catalog import Catalog, FeedSpec, PollerSpec, feed_of_row, parse_catalog, with_outlines
from pipeline.feeds.edit import with_feeds
from pipeline.feeds.opml import DEEPEST, OpmlError, feed_id, read_opml, write_opml

POLLER = PollerSpec(user_agent="khabar-test")
WHOLE = FeedSpec(
    id="dailyexample",
    url="https://example.pk/feed/?a=1&b=2",
    name='ڈیلی "مثال" <news>',
    language="ur",
    country="PAK",
    timezone="Asia/Karachi",
    labels={"reliability": "C"},
    tags=("Asia/South", "gov", "watch/list"),
    interval=timedelta(minutes=15),
    min_interval=timedelta(hours=2),
    first_items=7,
    fulltext=True,
    guid_unstable=True,
    paused=True,
)


def opml(body: str, before: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<opml version="2.0"><body>{body}</body></opml>'.encode()


def test_nested_folders_are_tags_and_a_feed_in_two_folders_is_one() -> None:
    found = read_opml(
        opml(
            '<outline text="News"><outline text="Asia"><outline type="rss" text="A" xmlUrl="https://a.example/rss"/>'
            '</outline></outline><outline title="Watch"><outline xmlUrl="https://a.example/rss" category="/x/y,z"/></outline>'
            '<outline text="B" language="hi" XMLURL="feed:https://b.example/rss"/>'
        )
    )
    assert [(row["url"], row["tags"]) for row in found.rows] == [
        ("https://a.example/rss", ["News/Asia", "Watch", "x/y", "z"]),
        ("https://b.example/rss", []),
    ]
    assert (found.rows[0]["name"], found.rows[1]["language"]) == ("A", "hi")
    assert found.skipped == ()


def test_a_round_trip_keeps_every_setting() -> None:
    plain = FeedSpec(id="b", url="https://b.example/rss", first_items=POLLER.first_items)
    before = Catalog(poller=POLLER, feeds=(WHOLE, plain))
    after = with_outlines(Catalog(poller=POLLER, feeds=()), write_opml(before).encode(), "feeds.opml")
    assert after.warnings == ()
    assert {feed.id: feed for feed in after.feeds} == {
        "dailyexample": WHOLE,
        "b": FeedSpec(**{**_values(plain), "name": None}),
    }


def test_headers_and_credentials_are_not_exported() -> None:
    feed = FeedSpec(id="a", url="https://user:s3cret@a.example/rss", headers={"Authorization": "s3cret"})
    text = write_opml(Catalog(poller=POLLER, feeds=(feed,)))
    assert "s3cret" not in text
    assert 'xmlUrl="https://a.example/rss"' in text


def test_an_imported_list_cannot_set_headers() -> None:
    (row,) = read_opml(opml("<outline xmlUrl='https://a.example/' khabar:headers='{}' headers='x'/>")).rows
    assert "headers" not in row


def test_a_name_of_an_address_does_not_depend_on_its_place() -> None:
    assert feed_id("https://www.example.pk/feed/") == feed_id("https://www.example.pk/feed/")
    assert feed_id("https://www.example.pk/feed/") != feed_id("https://www.example.pk/feed")
    assert feed_id("https://www.example.pk/feed/").startswith("example.pk-")
    assert feed_of_row(POLLER, {"id": feed_id("https://[::1]/"), "url": "https://[::1]/"}).url == "https://[::1]/"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body/></html>",
        b'{"opml": 1}',
        opml("<outline text='x'"),
        opml("<outline text='f'>" * (DEEPEST + 1)),
        opml("<outline text='f'>" * 100_000),
        b"<opml>" + b"<outline/>" * 100_001 + b"</opml>",
        opml("") + b" " * 10_500_000,
    ],
)
def test_what_is_no_usable_opml_is_refused(body: bytes) -> None:
    with pytest.raises(OpmlError):
        read_opml(body)


def test_no_entity_is_expanded_and_no_file_is_read() -> None:
    doctype = (
        '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">'
        '<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]>'
    )
    found = read_opml(opml('<outline text="&b;&f;" xmlUrl="https://a.example/"/>', doctype))
    assert found.rows[0]["name"] == "&b;&f;"


def test_a_bare_ampersand_does_not_break_a_list() -> None:
    (row,) = read_opml(opml('<outline text="A & B&copy; &#38; C" xmlUrl="https://a.example/?a=1&b=2&amp;c=3"/>')).rows
    assert row["name"] == "A & B© & C"
    assert row["url"] == "https://a.example/?a=1&b=2&c=3"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:alert(1)", "ftp://a.example/", "https:///x", "x" * 5000]
)
def test_what_is_no_web_address_is_skipped_and_told(url: str) -> None:
    found = read_opml(opml(f'<outline xmlUrl="{url}"/><outline xmlUrl="https://a.example/"/>'))
    assert (len(found.rows), len(found.skipped)) == (1, 1)


@given(st.binary(max_size=300), st.text(max_size=100))
def test_whatever_it_holds_it_is_read_or_refused(junk: bytes, text: str) -> None:
    for body in (junk, b"<opml>" + junk + b"</opml>", opml(f"<outline text='{text}' xmlUrl='https://a/'>")):
        try:
            read_opml(body)
        except OpmlError:
            continue


@given(st.text(), st.lists(st.text(alphabet=st.characters(exclude_characters=","), min_size=1), max_size=3))
def test_what_is_written_to_a_catalog_is_read_again(name: str, tags: list[str]) -> None:
    row = {"id": "a", "url": "https://a.example/", "name": name, "tags": tags, "paused": True, "labels": {name: name}}
    read = tomllib.loads(with_feeds("# mine\n[poller]\nuser_agent = 'x'  # me", [row, {"id": "b"}]))
    expected = name.encode("utf-8", "replace").decode()
    assert read["feed"][0].get("name", "") == expected
    assert read["feed"][0]["labels"] == {expected: expected}
    assert read["feed"][1] == {"id": "b"}


def test_comments_and_line_ends_of_a_catalog_stay() -> None:
    text = "# mine\r\n[poller]\r\nuser_agent = 'x'  # me\r\n"
    added = with_feeds(text, [{"id": "a", "url": "https://a.example/", "language": None}])
    assert added == text + '\r\n[[feed]]\r\nid = "a"\r\nurl = "https://a.example/"\r\n'
    assert parse_catalog(added.replace("\r\n", "\n")).feeds[0].id == "a"


def _values(spec: FeedSpec) -> dict[str, object]:
    return {name: getattr(spec, name) for name in spec.__slots__}

"""The faster parser gives what feedparser gives, or leaves the document to it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.parse import read_feed
from pipeline.feeds.parsed import NotAFeedError, ParsedFeed
from pipeline.feeds.quick import quick_feed
from tests.paths import shared_data

pytest.importorskip("fastfeedparser", reason="the extra `fast` is not installed")
BASE = "https://news.example/feed/"
SIMPLE = (
    "<rss version='2.0'><channel><title>T &amp; t</title><ttl>15</ttl><skipDays><day>Friday</day></skipDays>"
    "<item><title>A &lt;b&gt;</title><link>/a</link><guid>1</guid><pubDate>Tue, 3 Mar 2026 09:30 PKT</pubDate>"
    "<description>&lt;p&gt;x&lt;/p&gt;</description><category>c</category></item></channel></rss>"
)


def read(body: bytes, *, quick: bool) -> ParsedFeed | None:
    """Read a document; `None` for none. What names the parser and judges the markup is left out of the comparison."""
    try:
        feed = read_feed(body, base_url=BASE, quick=quick)
    except NotAFeedError:
        return None
    return replace(feed, parser="", warnings=())


def test_all_fields_of_the_synthetic_feeds_are_the_same() -> None:
    taken = 0
    for file in sorted(shared_data("feeds/synthetic").iterdir()):
        body = file.read_bytes()
        assert read(body, quick=True) == read(body, quick=False), file.name
        taken += quick_feed(body.decode("utf-8", "replace").partition("?>")[2].strip() or "-", BASE) is not None
    assert taken > 20


def test_dates_are_kept_as_written() -> None:
    feed = read_feed(SIMPLE.encode(), base_url=BASE, quick=True)
    assert feed.parser.startswith("fastfeedparser")
    assert feed.entries[0].published == "Tue, 3 Mar 2026 09:30 PKT"
    assert (feed.ttl, feed.skip_days, feed.entries[0].link) == (15, (4,), "https://news.example/a")


@pytest.mark.parametrize(
    "text", ["", "<feed/>", "<rss version='2.0'><channel/></rss>", SIMPLE.replace("<item>", "<item xml:base='/x'>")]
)
def test_what_is_unusual_is_left_to_feedparser(text: str) -> None:
    assert quick_feed(text, BASE) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_read_or_left(title: str, text: str) -> None:
    quick_feed(SIMPLE.replace("A &lt;b&gt;", title).replace("&lt;p&gt;", text), BASE)

"""The synthetic feeds of the development data: invented news in eight languages with every trap known."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from pipeline.feeds.dates import parse_date, rfc3339
from pipeline.feeds.links import cleaned
from pipeline.feeds.parse import read_feed
from pipeline.feeds.parsed import NotAFeedError, ParsedFeed
from tests.paths import shared_data

CHARSET = re.compile(r"charset=([\w-]+)")


def read(name: str, headers: dict[str, str] | None = None) -> ParsedFeed:
    given = {key.lower(): value for key, value in (headers or {}).items()}
    charset = CHARSET.search(given.get("content-type", ""))
    return read_feed(
        shared_data(f"feeds/{name}").read_bytes(),
        http_charset=charset[1] if charset else None,
        base_url=given.get("content-location", ""),
    )


def as_expected(feed: ParsedFeed, base: str) -> list[dict[str, str | None]]:
    """Return the entries with the fields of the manifest."""
    found = []
    for entry in feed.entries:
        moment, _ = parse_date(entry.published or entry.updated)
        found.append(
            {
                "id": entry.guid,
                "url": cleaned(entry.link, base),
                "headline": entry.headline,
                "published": rfc3339(moment) if moment else None,
                "body_text": entry.body or entry.description,
            }
        )
    return found


def wrong_fields(got: dict[str, str | None], expected: dict[str, str | None]) -> set[str]:
    """Compare as the scorer of the set does: texts without their white space, absent and empty alike."""
    return {
        name
        for name in got
        if name in expected and " ".join((got[name] or "").split()) != " ".join((expected[name] or "").split())
    }


def test_every_expected_feed_is_read_fully_right() -> None:
    manifest = orjson.loads(shared_data("feeds/manifest.json").read_bytes())
    scored = [entry for entry in manifest if entry["expected"] is not None]
    wrong: dict[str, Any] = {}
    for entry in scored:
        try:
            feed = read(entry["file"], entry["http_headers"])
        except NotAFeedError:
            feed = ParsedFeed(format="none", parser="none")
        got = as_expected(feed, entry["http_headers"].get("content-location", ""))
        if len(got) != len(entry["expected"]):
            wrong[entry["file"]] = f"{len(got)} entries"
            continue
        fields = [wrong_fields(one, other) for one, other in zip(got, entry["expected"], strict=True)]
        if any(fields):
            wrong[entry["file"]] = fields
    # The bar is 97 % of the files; what is right now must stay right.
    assert wrong == {}, f"{len(scored) - len(wrong)} of {len(scored)} files right"


@pytest.mark.parametrize(
    "name", ["notfeed_html.html", "notfeed_json_error.json", "notfeed_url_in_body.xml", "notfeed_empty.xml"]
)
def test_what_is_no_feed_is_refused(name: str) -> None:
    with pytest.raises(NotAFeedError):
        read(f"synthetic/{name}")


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("broken_truncated.xml", 2),
        ("broken_html_entities.xml", 4),
        ("cs_ur_utf8_bad_byte.xml", 4),
        ("cs_zh_utf8_bad_byte.xml", 4),
        ("cs_ar_utf8_bad_byte.xml", 4),
    ],
)
def test_broken_feeds_give_what_can_be_read(name: str, least: int) -> None:
    feed = read(f"synthetic/{name}")
    assert len(feed.entries) >= least
    assert sum((entry.description or "").count("\ufffd") for entry in feed.entries) <= 3


def test_extensions_are_read() -> None:
    feed = read("synthetic/rss20_extensions_ur.xml")
    first = feed.entries[0]
    assert (feed.ttl, feed.language, feed.format) == (30, "ur", "rss20")
    assert first.tags == ("پاکستان", "دنیا")
    assert first.byline == "نمائندہ خصوصی"
    assert [item.href for item in first.enclosures] == ["https://news.example/i.jpg"]
    assert "track()" not in (first.body or "")


def test_the_language_of_an_atom_entry_is_its_feeds() -> None:
    assert read("synthetic/atom10_ur.xml").language == "ur"

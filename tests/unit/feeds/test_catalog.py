"""The catalog is read whole or refused with file, line and key."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.feeds.catalog import CatalogError, parse_catalog, read_catalog
from tests.paths import ROOT

POLLER = '[poller]\nuser_agent = "khabar/0.1 (+https://example.org/bot)"\n'
FEED = '[[feed]]\nid = "a"\nurl = "https://example.pk/feed/"\n'


def test_a_whole_catalog_is_read() -> None:
    catalog = parse_catalog(
        POLLER
        + 'min_interval = "10m"\nallow_private = true\nhost_spacing = "0s"\nparsers = 1\n'
        + FEED
        + 'name = "Example"\nlanguage = "ur"\ncountry = "PK"\ntimezone = "Asia/Karachi"\nmin_interval = "2h"\n'
        + 'guid_unstable = true\nlabels = {reliability = "C"}\n'
        + '[[feed]]\nid = "b"\nurl = "https://example.in/rss"\ncountry = "IND"\n'
    )
    first, second = catalog.feeds
    assert (first.id, first.language, first.country, first.timezone) == ("a", "ur", "PAK", "Asia/Karachi")
    assert first.min_interval == timedelta(hours=2)
    assert first.labels == {"reliability": "C"}
    assert second.min_interval == timedelta(minutes=10)
    assert second.country == "IND"
    assert catalog.poller.allow_private
    assert catalog.poller.host_spacing == timedelta(0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[feed]]\n", "user_agent: is required"),
        (POLLER + "[[feed]]\nid = 'a'\n", "catalog:3: feed 1: url: is required"),
        (POLLER + FEED + "lang = 'ur'\n", "catalog:6: feed 1: lang: there is no such key"),
        (POLLER + "opml = 'feeds.opml'\n", "catalog:3: opml: must be a list of files"),
        (POLLER + FEED + "enabled = true\npaused = true\n", "enabled: contradicts paused"),
        (POLLER + FEED + "interval = '5s'\n", "interval: must be between"),
        (POLLER + FEED + "first_items = -1\n", "first_items: must be a whole number"),
        (POLLER + FEED + "tags = 'gov'\n", "tags: must be a list"),
        (POLLER + FEED + "tags = ['a,b']\n", "tags: a tag has no commas"),
        (POLLER + FEED + "headers = {Host = 'x'}\n", "headers: Host is not for a catalog to set"),
        (POLLER + FEED + "headers = {'Proxy-Authorization' = 'x'}\n", "is not for a catalog to set"),
        (POLLER + FEED + "headers = {X = 'a\\r\\nb'}\n".replace("'a", '"a').replace("b'", 'b"'), "printable ASCII"),
        (POLLER + FEED + "headers = {'X Y' = 'x'}\n", "'X Y' is no name of a header"),
        (POLLER + FEED + "headers = {X = 'a', x = 'b'}\n", "a header is given twice"),
        (POLLER + "[feeds]\n", "feeds: there is no such table"),
        (POLLER + "[feed]\nid = 'a'\n", "write [[feed]]"),
        (POLLER + FEED + "language = 'Urdu, Hindi'\n", "catalog:6: feed 1: language: must be a language tag"),
        (POLLER + FEED + "country = 'Pakistan'\n", "country: must be an ISO 3166-1 code"),
        (POLLER + FEED + "timezone = 'Lahore'\n", "timezone: 'Lahore' is no IANA time zone"),
        (POLLER + FEED + "timezone = '../../etc/passwd'\n", "is no IANA time zone"),
        (POLLER + FEED + "min_interval = 5\n", "min_interval: must be a time like"),
        (POLLER + FEED + "paused = 'yes'\n", "paused: must be true or false"),
        (POLLER + FEED.replace("https", "file"), "url: must be an http or https address"),
        (POLLER + FEED + FEED, "catalog:7: feed 2: id: 'a' is already that of feed 1"),
        (POLLER + FEED + FEED.replace('"a"', '"b"'), "catalog:8: feed 2: url:"),
        (POLLER + FEED.replace('"a"', '"a b"'), "id: must be 1 to 64 letters"),
        (POLLER.replace("khabar", "kha\\nbar"), "user_agent: must be a text on one line"),
        (POLLER + "parsers = 0\n", "parsers: must be a whole number"),
        ("[poller\n", "catalog: Expected"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(CatalogError) as error:
        parse_catalog(text)
    assert message in str(error.value)


def test_a_file_that_is_not_there_is_a_catalog_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"nothing\.toml"):
        read_catalog(tmp_path / "nothing.toml")


def test_the_example_in_the_documentation_is_valid() -> None:
    assert read_catalog(ROOT / "docs" / "feeds.example.toml").feeds


def test_every_setting_of_a_feed_is_read() -> None:
    catalog = parse_catalog(
        POLLER
        + "first_items = 5\n"
        + FEED
        + 'interval = "15m"\nfulltext = true\nenabled = false\ntags = ["gov", "asia/south", "gov"]\n'
        + 'headers = {Authorization = "Bearer s3cret"}\n[[feed]]\nid = "b"\nurl = "https://b.example/"\nfirst_items = 0\n'
    )
    first, second = catalog.feeds
    assert (first.interval, first.fulltext, first.paused) == (timedelta(minutes=15), True, True)
    assert (first.tags, first.first_items, second.first_items) == (("gov", "asia/south"), 5, 0)
    assert first.headers == {"Authorization": "Bearer s3cret"}


def test_headers_are_never_shown() -> None:
    (feed,) = parse_catalog(POLLER + FEED + "headers = {X-Key = 's3cret'}\n").feeds
    assert "s3cret" not in repr(feed)
    with pytest.raises(CatalogError) as error:
        parse_catalog(POLLER + FEED + 'headers = {X-Key = "s3cret\\n"}\n')
    assert "s3cret" not in str(error.value)


def test_the_feeds_of_opml_files_are_added_and_those_of_the_catalog_win(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text(
        POLLER + 'opml = ["lists/a.opml"]\n' + FEED + 'name = "Mine"\n', encoding="utf-8"
    )
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "a.opml").write_text(
        '<opml><body><outline text="Asia"><outline text="Theirs" xmlUrl="https://example.pk/feed/"/>'
        '<outline text="B" xmlUrl="https://b.example/rss"/><outline xmlUrl="file:///etc/passwd"/>'
        '<outline xmlUrl="https://c.example/rss" khabar:timezone="Nowhere"/></outline></body></opml>',
        encoding="utf-8",
    )
    catalog = read_catalog(tmp_path / "catalog.toml")
    assert [(feed.name, feed.tags) for feed in catalog.feeds] == [("Mine", ()), ("B", ("Asia",))]
    assert len(catalog.warnings) == 2
    assert "file:///etc/passwd" in catalog.warnings[0]
    assert "timezone" in catalog.warnings[1]

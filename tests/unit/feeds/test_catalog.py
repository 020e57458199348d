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
        (POLLER + "opml = []\n", "catalog:3: opml: there is no such key"),
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

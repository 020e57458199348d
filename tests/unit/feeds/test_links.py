"""Addresses are cleaned, and stay addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.links import cleaned, without_credentials


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://News.Example:443/ur/e1?utm_source=rss&utm_medium=rss&id=7#top", "https://news.example/ur/e1?id=7"),
        ("http://news.example:80", "http://news.example/"),
        ("http://news.example:8080/a", "http://news.example:8080/a"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("../b?z=1&a=2&fbclid=x", "https://news.example/b?z=1&a=2"),
        ("https://news.example/a?ref=news.example", "https://news.example/a"),
        ("https://news.example/a?ref=chapter2&source=7", "https://news.example/a?ref=chapter2&source=7"),
        ("https://user:secret@news.example/a", "https://news.example/a"),
        ("https://news.example/\n a b", "https://news.example/ab"),
        ("https://news.example/caf%65%CC%81", "https://news.example/caf%C3%A9"),
        ("https://news.example/%FF", "https://news.example/%FF"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:a@example.org", None),
        ("http://[bad", None),
        ("http://a:99999/", None),
        ("", None),
        ("https://news.example/" + "a" * 5000, None),
        (None, None),
    ],
)
def test_links_are_made_absolute_and_cleaned(link: str | None, expected: str | None) -> None:
    assert cleaned(link, "https://news.example/feed/rss.xml") == expected


def test_credentials_are_not_shown() -> None:
    assert without_credentials("https://u:p@news.example:8443/feed?x=1") == "https://news.example:8443/feed?x=1"


@given(st.text(max_size=200), st.text(max_size=60))
def test_cleaning_is_stable(link: str, base: str) -> None:
    once = cleaned(link, "http://a.example/")
    assert once is None or cleaned(once) == once
    cleaned(link, base)
    without_credentials(link)

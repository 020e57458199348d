"""The feeds a page names, and what looks like naming and is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.discovery import canonical_address, feed_links, page_charset

BASE = "https://news.example/section/page.html"


def urls(html: str) -> list[str]:
    return [link.url for link in feed_links(html, BASE)]


def test_declared_feeds_are_found_with_title_and_kind() -> None:
    html = """<head><link rel="alternate" type="application/rss+xml" title="All &amp; more" href="/feed/?a=1&amp;b=2">
    <LINK HREF='atom.xml' TYPE='application/atom+xml' REL='alternate home'>
    <link rel=alternate type=application/feed+json href=https://other.example/feed.json></head>"""
    found = feed_links(html, BASE)
    assert [(link.url, link.title, link.kind) for link in found] == [
        ("https://news.example/feed/?a=1&b=2", "All & more", "rss"),
        ("https://news.example/section/atom.xml", "", "atom"),
        ("https://other.example/feed.json", "", "json"),
    ]


def test_the_base_of_a_page_counts_and_a_feed_named_twice_is_one() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="rss">'
    assert urls(f'<base href="https://cdn.example/x/">{link}{link}') == ["https://cdn.example/x/rss"]


@pytest.mark.parametrize(
    "html",
    [
        '<!-- <link rel="alternate" type="application/rss+xml" href="/a"> -->',
        '<script>"<link rel=alternate type=application/rss+xml href=/a>"</script>',
        '<link rel="alternate" hreflang="ur" href="/ur/">',
        '<link rel="stylesheet" type="text/css" href="/feed.css">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">',
        '<a href="https://elsewhere.example/rss.xml">RSS</a>',
        '<a href="/feedback">Feedback</a><a href="/trss">x</a>',
        '<a href="/feed/">never ends',
    ],
)
def test_what_names_no_feed(html: str) -> None:
    assert urls(html) == [] if "never ends" not in html else urls(html) == ["https://news.example/feed/"]


def test_without_a_declaration_links_of_the_site_that_look_like_feeds_count() -> None:
    html = '<a href="/about">x</a><a class=x href="/rss/world.xml">World</a><a href="/?feed=rss2">All</a>'
    assert urls(html) == ["https://news.example/rss/world.xml", "https://news.example/?feed=rss2"]


def test_a_page_may_only_rename_itself_on_its_own_host() -> None:
    assert canonical_address('<link rel="canonical" href="/a">', BASE) == "https://news.example/a"
    assert canonical_address('<link rel="canonical" href="https://evil.example/a">', BASE) is None
    assert canonical_address("<p>", BASE) is None


def test_the_encoding_of_a_page_is_that_of_http_else_its_own() -> None:
    assert page_charset(b'<meta charset="windows-1256">', "utf-8") == "utf-8"
    assert page_charset(b"<meta http-equiv='x' content='text/html; charset=windows-1256'>", None) == "windows-1256"
    assert page_charset(b"<p>", None) is None


@pytest.mark.parametrize(
    "piece", ["<link ", "<!--", "<script", "<a href='", "<link a=", '"', "<base href=x>", "= ", "<!----><"]
)
def test_any_repetition_ends_at_once(piece: str) -> None:
    feed_links(piece * (1_000_000 // len(piece)), BASE)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    feed_links(f"<link {text}><a href='{text}'>", BASE)
    canonical_address(f"<link rel=canonical href='{text}'>", BASE)

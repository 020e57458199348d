"""Everything before the root goes, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.prolog import from_root, newest_items, resolve_references

RSS = '<rss version="2.0"><channel/></rss>'


@pytest.mark.parametrize(
    "before",
    [
        "",
        '<?xml version="1.0"?>\n',
        "\n\n \ufeff<?xml version='1.0'?>",
        "<br />\n<b>Notice</b>: Undefined index in <b>/feed.php</b> on line <b>3</b><br />\n<?xml version='1.0'?>",
        "<!-- <rss> in a comment --><?xml-stylesheet href='a.xsl' ?>",
        "<!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' 'http://my.netscape.com/publish/formats/rss-0.91.dtd'>",
        '<!DOCTYPE rss [<!ENTITY a "]><rss>"> <!-- \' --> <?p ]> ?> <!ELEMENT rss ANY>]>',
        "< << <3 &amp; <1>",
    ],
)
def test_the_document_begins_at_its_root(before: str) -> None:
    document = from_root(before + RSS)
    assert (document.text, document.root, document.is_feed) == (RSS, "rss", True)


@pytest.mark.parametrize(
    ("text", "root"),
    [("<html><head>", "html"), ("no markup", None), ("", None), ("<!-- open", None), ("<!DOCTYPE a [", None)],
)
def test_what_is_no_feed_is_said_to_be_none(text: str, root: str | None) -> None:
    document = from_root(text)
    assert document.root == root
    assert not document.is_feed


@pytest.mark.parametrize("root", ["rdf:RDF", "feed", "atom:feed", "RSS"])
def test_roots_count_with_any_prefix_and_case(root: str) -> None:
    assert from_root(f"<{root}>").is_feed


def test_html_characters_are_resolved_and_forbidden_numbers_dropped() -> None:
    text = "a&nbsp;b&hellip;&amp;nbsp;&lt;&unknown;&#8211;&#x41;&#0;&#xD800;&#99999999999999999999;&#11"
    assert resolve_references(text) == "a\xa0b…&amp;nbsp;&lt;&unknown;&#8211;&#65;"


def test_a_document_whose_last_item_is_newer_keeps_its_last_items() -> None:
    items = "".join(f"<item><pubDate>2026-03-0{day}T10:00:00Z</pubDate></item>" for day in range(1, 6))
    text, dropped = newest_items(from_root(f"<rss><channel><title>t</title>{items}</channel></rss>"), 2)
    assert dropped == 3
    assert text.startswith("<rss><channel><title>t</title><item><pubDate>2026-03-04")
    assert text.endswith("2026-03-05T10:00:00Z</pubDate></item></channel></rss>")


def test_a_document_is_cut_after_its_first_items_and_closed() -> None:
    document = from_root("<rss><channel>" + "<item><title>x</title></item>" * 5 + "</channel></rss>")
    text, dropped = newest_items(document, 2)
    assert text == "<rss><channel>" + "<item><title>x</title></item>" * 2 + "</channel></rss>"
    assert dropped == 3


@pytest.mark.parametrize(
    "attack",
    [
        "<!--" * 100_000,
        "<?" * 100_000,
        "<!DOCTYPE " * 50_000,
        "<" * 300_000,
        "<!DOCTYPE r [" + '"' * 200_001,
        "<a " * 100_000,
        "&#" * 150_000,
        "&" + "a" * 300_000,
        " \n" * 150_000,
    ],
)
def test_hostile_starts_take_linear_time(attack: str) -> None:
    start = time.process_time()
    from_root(attack)
    resolve_references(attack)
    assert time.process_time() - start < 1.0


@given(st.text(alphabet="<>!?-[]\"'& ;#ax&rsDOCTYPE", max_size=200))
def test_any_text_is_scanned(text: str) -> None:
    document = from_root(text)
    assert document.text in text
    resolve_references(text)

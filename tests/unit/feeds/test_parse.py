"""Feed documents to entries; the parser is given a stream and nothing else."""

from __future__ import annotations

import builtins
import io
import socket
from contextlib import suppress
from typing import Any

import feedparser
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.parse import LONGEST_AUTHOR, parse_feed, read_feed
from pipeline.feeds.parsed import LONGEST_DESCRIPTION, LONGEST_TEXT, MOST_ITEMS, NotAFeedError


def rss(items: str, channel: str = "<title>News</title>") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}{items}</channel></rss>'.encode()


def item(inner: str) -> str:
    return f"<item>{inner}</item>"


def atom(entry: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><entry>{entry}</entry></feed>'.encode()


@pytest.mark.parametrize(
    "body",
    [b"/etc/passwd", b"file:///etc/passwd", b"http://127.0.0.1:9/", b"pyproject.toml", b"/etc/passwd\n<rss></rss>"],
)
def test_a_body_that_names_a_file_or_address_opens_nothing(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    read_feed(rss(item("<title>warm</title>")))

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError(f"opened {args}")

    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    with suppress(NotAFeedError):
        assert read_feed(body).entries == ()


def test_feedparser_is_only_ever_given_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    real, given = feedparser.parse, []

    def parse(source: Any, **options: Any) -> Any:
        given.append((type(source), options["sanitize_html"], options["resolve_relative_uris"]))
        return real(source, **options)

    monkeypatch.setattr(feedparser, "parse", parse)
    read_feed(rss(item("<title>x</title>")))
    assert given == [(io.BytesIO, False, False)]


@pytest.mark.parametrize(
    "entity",
    ['SYSTEM "file:///etc/hostname"', 'PUBLIC "x" "http://127.0.0.1:9/"', '"' + "x" * 1000 + '"'],
)
def test_entities_of_a_doctype_are_not_expanded(entity: str) -> None:
    document = f"<!DOCTYPE rss [<!ENTITY e {entity}>]>" + rss(item("<title>a&e;b</title>")).decode()[21:]
    (entry,) = read_feed(document.encode()).entries
    assert entry.headline in {"a&e;b", "ab", "a b"}


def test_billions_of_laughs_stay_a_few_characters() -> None:
    entities = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    document = f"<!DOCTYPE rss [{entities}]>" + rss(item("<title>&l9;</title>")).decode()[21:]
    (entry,) = read_feed(document.encode()).entries
    assert len(entry.headline or "") < 10


def test_no_html_and_no_script_leaves_the_parser() -> None:
    (entry,) = read_feed(
        rss(
            item(
                "<title>A &lt;script&gt;alert(1)&lt;/script&gt; b</title><description>&lt;img src=x onerror=y&gt;Text&lt;br&gt;more</description>"
            )
        )
    ).entries
    assert (entry.headline, entry.description) == ("A b", "Text\nmore")


def test_atom_says_what_is_text_and_what_is_html() -> None:
    (plain,) = read_feed(atom("<title>1 &lt;b&gt; 2</title><summary type='text'>&lt;p&gt; stays</summary>")).entries
    (html,) = read_feed(
        atom(
            "<title type='html'>1 &lt;b&gt;2&lt;/b&gt;</title><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>a</p><p>b</p></div></content>"
        )
    ).entries
    assert (plain.headline, plain.description) == ("1 <b> 2", "<p> stays")
    assert (html.headline, html.body) == ("1 2", "a\nb")


def test_an_rdf_feed_is_read() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>t</title></channel>
      <item rdf:about="https://news.example/1"><title>One</title><link>https://news.example/1</link><dc:date>2026-03-03T04:30:00Z</dc:date></item></rdf:RDF>"""
    feed = read_feed(body)
    assert feed.format == "rss10"
    assert (feed.entries[0].headline, feed.entries[0].updated) == ("One", "2026-03-03T04:30:00Z")


def test_relative_links_are_made_absolute_with_the_address_of_the_answer() -> None:
    feed = read_feed(
        rss(item("<link>/a</link><enclosure url='i.jpg' type='image/jpeg' length='12'/>")),
        base_url="https://news.example/f/rss",
    )
    assert feed.entries[0].link == "https://news.example/a"
    assert [(one.href, one.size) for one in feed.entries[0].enclosures] == [("https://news.example/f/i.jpg", 12)]


def test_a_flood_of_items_is_cut() -> None:
    feed = read_feed(rss(item("<title>x</title>") * 50_000))
    assert (len(feed.entries), feed.dropped) == (MOST_ITEMS, 49_000)
    assert feed.warnings == ()


def test_authors_and_texts_are_capped() -> None:
    inner = f"<author>{'a' * 100_000}</author><description>{'d ' * 200_000}</description><title>{'t' * 100_000}</title>"
    (entry,) = read_feed(rss(item(inner))).entries
    assert len(entry.byline or "") <= LONGEST_AUTHOR
    assert len(entry.headline or "") == 2000
    assert (len(entry.description or ""), entry.truncated) == (LONGEST_TEXT, True)
    body = f"<description>{'d ' * 200_000}</description><content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>Body</content:encoded>"
    (entry,) = read_feed(rss(item(body))).entries
    assert (len(entry.description or ""), entry.body, entry.truncated) == (LONGEST_DESCRIPTION, "Body", False)


def test_text_encoded_twice_is_repaired() -> None:
    text = "Министр подписал соглашение"
    feed = read_feed(rss(item(f"<title>{text.encode().decode('cp1252', 'ignore')}</title>")))
    good = "Çağrı"
    assert read_feed(rss(item(f"<title>{good}</title>"))).repairs == ()
    assert feed.repairs in {("ftfy",), ()}
    twice = "दिल्ली में बैठक हुई"
    spoiled = "".join(chr(byte) for byte in twice.encode())
    repaired = read_feed(rss(item(f"<title>{spoiled}</title><description>{spoiled * 3}</description>")))
    assert (repaired.entries[0].headline, repaired.repairs) == (twice, ("ftfy",))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"plain text",
        b"<html></html>",
        b"<svg/>",
        b'{"error": 1}',
        b"[1,2]",
        b"{",
        b"null",
        b'{"version": "https://jsonfeed.org/version/1", "items": 5}',
    ],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeedError):
        read_feed(body)


def test_a_json_feed_is_read() -> None:
    value = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "home_page_url": "/",
        "language": "ur",
        "items": [
            {
                "id": 7,
                "url": "/a",
                "title": "A &amp; B",
                "content_html": "<p>One</p><p>Two</p>",
                "summary": "Sum",
                "date_published": "2026-03-03T09:30:00+05:00",
                "authors": [{"name": "Desk"}, {"name": "Desk"}, 5],
                "tags": ["world", 3, ""],
                "attachments": [
                    {"url": "a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 5},
                    {"size_in_bytes": 1},
                    "x",
                ],
            },
            "no item",
            {
                "id": None,
                "content_text": "Only\n\ntext",
                "url": ["x"],
                "date_published": 5,
                "authors": "x",
                "tags": {"a": 1},
            },
        ],
    }
    feed = read_feed(orjson.dumps(value), base_url="https://news.example/feed.json")
    first, second = feed.entries
    assert (feed.format, feed.link, feed.language, feed.dropped) == ("jsonfeed", "https://news.example/", "ur", 1)
    assert (first.guid, first.link, first.headline, first.body) == ("7", "https://news.example/a", "A & B", "One\nTwo")
    assert (first.byline, first.tags, [one.href for one in first.enclosures]) == (
        "Desk",
        ("world",),
        ["https://news.example/a.mp3"],
    )
    assert (second.guid, second.link, second.body, second.published) == (None, None, "Only\ntext", None)


markup = st.lists(
    st.sampled_from(
        [
            "<rss>",
            "<channel>",
            "<item>",
            "</item>",
            "<title>",
            "</title>",
            "<link>",
            "<![CDATA[",
            "]]>",
            "&amp;",
            "&#x1F600;",
            "&#55296;",
            "&bad;",
            "<!--",
            "-->",
            "<pubDate>",
            "<guid isPermaLink='false'>",
            "ا",
            "\x00",
            "<a:b c=",
            "\"'",
            "</rss>",
            "<feed xmlns='http://www.w3.org/2005/Atom'>",
            "<entry>",
            "<content type='xhtml'>",
            "<div>",
        ]
    )
    | st.text(max_size=8),
    max_size=40,
).map("".join)


@given(markup)
def test_any_text_is_a_feed_or_refused(text: str) -> None:
    try:
        feed = parse_feed("<rss>" + text.encode("utf-8", "replace").decode())
    except NotAFeedError:
        return
    orjson.dumps(feed)

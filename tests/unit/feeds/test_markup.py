"""HTML to what a reader sees."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.markup import html_text, plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One.</p><p>Two <b>bold</b>\nwords.</p>", "One.\nTwo bold words."),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<script>alert('<p>')</script>after<style>p{}</style>", "after"),
        ("<p>a &amp; b &#8211; c&nbsp;d &hellip; &#x41; &bogus; &#128;</p>", "a & b – c d … A &bogus; €"),
        ("<!-- hidden --><a href='x>y' title=\"<b>\">shown</a>", "shown"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("&lt;p&gt;escaped twice&lt;/p&gt;", "escaped twice"),
        ("<p>open <a href=x", "open <a href=x"),
        ("plain\ntext\n\n  with lines ", "plain\ntext\nwith lines"),
        ("<p dir=\"rtl\">کوئٹہ میں زلزلہ</p><p><a href='x'>مزید پڑھیں</a></p>", "کوئٹہ میں زلزلہ\nمزید پڑھیں"),
        ("می‌شود", "می‌شود"),
        ("a\x00b\x1bc\ud800d", "abcd"),
        ("&#0;&#xD800;&#1114112;x", "x"),
        ("<IMG src=a.jpg><P>Upper</P>", "Upper"),
    ],
)
def test_html_becomes_plain_text(html: str, text: str) -> None:
    assert html_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("AT&amp;T <b>rises</b>\n again", "AT&T rises again"),
        ("List<String> & a <script>x</script>b", "List<String> & a b"),
        ("Cut &#8211; &quot;news&quot;", 'Cut – "news"'),
    ],
)
def test_titles_keep_what_is_no_html(html: str, text: str) -> None:
    assert html_text(html, title=True) == text


@pytest.mark.parametrize(
    "attack",
    [
        "<a \"='" * 60_000,
        "<" * 300_000,
        "<!--" * 75_000,
        "<script>" * 40_000,
        "</script" * 40_000,
        "&#" * 150_000,
        '<a href="' * 40_000,
        "<div>" * 60_000,
        " \xa0" * 150_000,
        "&lt;p" * 60_000,
        "<p a='>\">" * 40_000,
    ],
)
def test_hostile_markup_takes_linear_time(attack: str) -> None:
    start = time.process_time()
    html_text(attack)
    html_text(attack, title=True)
    assert time.process_time() - start < 2.0


@given(st.text(alphabet=st.characters() | st.sampled_from("<>/&;#\"'=- pbascript!\ud800\x00"), max_size=300))
def test_any_text_gives_clean_composed_lines(html: str) -> None:
    for text in (html_text(html), html_text(html, title=True), plain_text(html)):
        assert text == unicodedata.normalize("NFC", text)
        assert all(line and line == line.strip() for line in text.split("\n")) or not text
        assert "\x00" not in text
        text.encode("utf-8")

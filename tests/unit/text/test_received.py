"""For any string and any span, the slice of the article as received is what the reader sees."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from html import escape
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.text.charsets import charsets
from pipeline.text.normalise import Normalised, normalise
from tests.strategies import any_text

WORDS = st.sampled_from([
    "مذاکرات", "پُرامن", "کیلئے", "مسئلۂ", "ہوئے", "علاقائی", "خواهد", "كندي", "ملګري", "زۆرباش",
    "हिन्दी", "सम्पर्क", "पाँच", "क़ज़ाक़", "संविधान", "শিক্ষকেরা", "ਪੰਜਾਬੀ", "तमिऴ",
    "Министр", "йод", "éclair", "Đường", "Außenminister", "İstanbul", "外交部长", "がぎぐ", "한국어",
    "2021", "٣٤٥", "۷۹۰", "१२३", "AT&T", "«so»", "“so”", "it’s", "ﬁnal", "ﻻم", "e\u0301\u0327", "🙂",
])  # fmt: skip
CHARSETS = {charset.name: charset for charset in charsets()}
NATIVE = [str.maketrans("0123456789", digits) for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९")]
ARABIC = str.maketrans("یکہ", "يكه")

Way = Callable[[str], str]


def misread(word: str, name: str) -> str:
    """Show the UTF-8 of a word of a script without case, which is told for certain, in another charset."""
    if word.upper() != word.lower() or word.isascii() or len(word) < 3 or not word[0].isalpha():
        return word
    signs = {byte: chr(code) for code, byte in CHARSETS[name].to_bytes.items() if code >= 0xA0}
    return "".join(signs.get(byte, chr(byte)) for byte in word.encode())


def between(word: str, sign: str) -> str:
    return sign.join(word) if "&" not in word and "<" not in word else word


# In the order in which they can befall a word: what is written, its bytes, its markup.
WRITTEN: list[Way] = [
    lambda word: word,
    lambda word: unicodedata.normalize("NFC", word),
    lambda word: unicodedata.normalize("NFD", word),
    lambda word: word.translate(ARABIC),
    lambda word: word.translate(NATIVE[0]),
    lambda word: word.translate(NATIVE[1]),
    lambda word: word.translate(NATIVE[2]),
]
JOINED: list[Way] = [
    lambda word: word,
    lambda word: between(word, "\u0640") if "\u0627" <= word[0] <= "\u06d3" else word,
    lambda word: between(word, "\u200b"),
    lambda word: between(word, "\u200c"),
    lambda word: f"\u202b{word}\u202c",
    lambda word: f"\ufeff{word}\u00ad",
]
MARKED: list[Way] = [
    lambda word: escape(word) if "&" in word else word,
    lambda word: "".join(f"&#{ord(char)};" for char in word),
    lambda word: "".join(f"&#x{ord(char):X};" for char in word),
    lambda word: "".join(f"&amp;#{ord(char)};" for char in word),
    lambda word: f"<b>{escape(word)}</b>",
    lambda word: f"&lt;i class=&quot;x&quot;&gt;{escape(escape(word))}&lt;/i&gt;",
    lambda word: f"<![CDATA[{escape(word)}]]>",
    lambda word: f"{escape(word)}<!-- {escape(word)} -->",
]


@st.composite
def received_words(draw: st.DrawFn, least: int = 0) -> list[tuple[str, str]]:
    """Draw words and ways they may be received, some of them by a reader that takes UTF-8 for another charset."""
    charset = draw(st.sampled_from(["cp1252", "cp1251", "mac_roman"]))
    found = []
    for word in draw(st.lists(WORDS, min_size=least, max_size=8)):
        shown = draw(st.sampled_from(JOINED))(draw(st.sampled_from(WRITTEN))(word))
        shown = misread(shown, charset) if draw(st.booleans()) else shown
        found.append((word, draw(st.sampled_from(MARKED))(shown)))
    return found


GAPS = st.sampled_from([" ", "\n", " \xa0", "&nbsp;", "&amp;nbsp;", "<br/>", "</p>\n<p>", "\t\u200f "])


@settings(max_examples=150)
@given(received_words(1), st.data())
def test_every_word_however_it_is_received_reads_the_same_and_maps_to_itself(
    words: list[tuple[str, str]], data: st.DataObject
) -> None:
    gaps = [data.draw(GAPS) for _ in words]
    received, places = "title\n", []
    for (_, shown), gap in zip(words, gaps, strict=True):
        places.append((len(received), len(received) + len(shown)))
        received += shown + gap
    norm = normalise(received, 6)
    seen = norm.text.split()
    assert seen == [normalise(word).text for word, _ in words]
    position = 0
    for word, (first, last) in zip(seen, places, strict=True):
        i = norm.text.index(word, position)
        position = i + len(word)
        start, end = norm.span(i, position)
        assert first <= start < end <= last
        assert normalise(received[start:end]).text == word
        # What is left out of the word as received shows nothing.
        assert not normalise(received[first:start]).text.strip()
        assert not normalise(received[end:last]).text.strip()


def covers(received: str, norm: Normalised) -> None:
    spans = [norm.span(i, i + 1) for i in range(len(norm.text))]
    assert all(0 <= a < b <= len(received) for a, b in spans)
    for (a, b), (c, d) in pairwise(spans):
        assert a <= c
        assert b <= d
        # Two characters of one sign or cluster have the same span; else they do not overlap.
        assert (a, b) == (c, d) or b <= c or (c < b and a <= c)
    for i, j in ((0, len(norm.text)), (0, len(norm.text) // 2), (len(norm.text) // 3, len(norm.text))):
        if i < j:
            start, end = norm.span(i, j)
            assert start == min(a for a, _ in spans[i:j])
            assert end == max(b for _, b in spans[i:j])


@settings(max_examples=100)
@given(any_text)
@example("aÕù Ã©tÃ© don\x92t")
@example("Ø±ÙˆØ³ &amp;#1585;<b>ی\u200cٔ</b>")
def test_any_string_has_a_map_that_goes_one_way_and_covers_what_is_seen(received: str) -> None:
    covers(received, normalise(received))


@settings(max_examples=100)
@given(received_words(), st.sampled_from(["", " ", "<p>", "&"]), any_text)
def test_normalised_text_is_normal(words: list[tuple[str, str]], gap: str, wild: str) -> None:
    received = gap.join(shown for _, shown in words) + wild
    norm = normalise(received)
    covers(received, norm)
    assert normalise(norm.text).text == norm.text

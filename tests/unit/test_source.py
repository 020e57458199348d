"""Raw articles from lines, seeds and folders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.source import SourceError, raw_from_line, raw_from_seed, read_seeds, read_time, site_key
from pipeline.text.site import site_of
from schemas import codec
from schemas.article import FeedRef, InfoSource, RawArticle
from tests.paths import SEEDS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def test_the_smallest_line_is_an_id_and_a_text():
    raw = raw_from_line({"id": "a", "text": "Hello."})
    assert raw == RawArticle(uri="a", body_text="Hello.")


def test_every_field_of_a_line_is_used():
    raw = raw_from_line(
        {
            "id": "a",
            "title": "T",
            "text": "B",
            "published": "2021-04-07T15:30:00+05:30",
            "source": "Dawn",
            "url": "https://www.dawn.com/1",
            "language_hint": "ur",
            "country": "PAK",
        }
    )
    assert (raw.headline, raw.body_text, raw.url, raw.language, raw.language_source) == (
        "T",
        "B",
        "https://www.dawn.com/1",
        "ur",
        "entry",
    )
    assert raw.infosource == InfoSource(name="Dawn", country="PAK")
    assert (raw.contentcreated, raw.contentcreated_precision) == ("2021-04-07T10:00:00Z", "second")
    assert raw.contentcreated_raw == "2021-04-07T15:30:00+05:30"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({}, "text"),
        ({"id": "a"}, "text"),
        ({"id": "a", "title": "", "text": " \n"}, "text"),
        ({"text": "x"}, "id"),
        ({"id": "", "text": "x"}, "id"),
        ({"id": 7, "text": "x"}, "id"),
        ({"id": "a", "text": ["x"]}, "text"),
        ({"id": "a", "text": "x", "title": {}}, "title"),
        ({"id": "a", "text": "x", "published": 1617753600}, "published"),
        ({"id": "a", "text": "x", "source": True}, "source"),
        ([], "$"),
        ("x", "$"),
        (None, "$"),
    ],
)
def test_a_wrong_line_names_the_field(line, field):
    with pytest.raises(SourceError, match="^" + ("\\$" if field == "$" else field)) as caught:
        raw_from_line(line)
    assert caught.value.field == field
    assert isinstance(caught.value, ValueError)


def test_a_line_that_is_a_raw_article_is_taken_whole():
    raw = RawArticle(uri="a", version=3, headline="T", feed=FeedRef(id="f"))
    assert raw_from_line(codec.plain(raw)) == raw


def test_a_line_that_says_it_is_a_raw_article_must_be_one():
    with pytest.raises(codec.DecodeError):
        raw_from_line({"schema": "raw_article/1.0", "uri": 5})
    with pytest.raises(codec.DecodeError):
        raw_from_line({"schema": "raw_article/9.0", "uri": "a"})


@pytest.mark.parametrize(
    ("text", "time", "precision"),
    [
        ("2021-04-07T10:00:00Z", "2021-04-07T10:00:00Z", "second"),
        ("2021-04-07t10:00:00.123z", "2021-04-07T10:00:00Z", "second"),
        ("2021-04-07 10:00:00-03:30", "2021-04-07T13:30:00Z", "second"),
        ("2021-04-07T10:00:00", "2021-04-07T10:00:00Z", "second"),
        ("2021-04-07T10:00Z", "2021-04-07T10:00:00Z", "minute"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", "second"),
        (" 2021-04-07 ", "2021-04-07T00:00:00Z", "day"),
        ("2021-04", "2021-04-01T00:00:00Z", "month"),
        ("2021", "2021-01-01T00:00:00Z", "year"),
        ("0033", "0033-01-01T00:00:00Z", "year"),
        ("2021-13", None, "none"),
        ("2021-02-30", None, "none"),
        ("0001-01-01T00:00:00+05:00", None, "none"),
        ("0000", None, "none"),
        ("٢٠٢١", None, "none"),
        ("yesterday", None, "none"),
        ("", None, "none"),
        (None, None, "none"),
        ("2" * 1_000_000, None, "none"),
    ],
)
def test_times_keep_their_precision(text, time, precision):
    assert read_time(text) == (time, precision)


def test_an_unreadable_date_does_not_lose_the_article():
    raw = raw_from_line({"id": "a", "text": "x", "published": "last Tuesday"})
    assert (raw.contentcreated, raw.contentcreated_raw) == (None, "last Tuesday")


@given(JSON)
def test_any_json_gives_an_article_or_a_value_error(value):
    try:
        raw = raw_from_line(value)
    except ValueError:
        return
    assert raw.uri


@given(st.dictionaries(st.sampled_from(["id", "title", "text", "published", "url", "source"]), st.text(max_size=30)))
def test_any_strings_give_an_article_or_a_source_error(value):
    try:
        raw = raw_from_line(value)
    except SourceError:
        return
    assert raw.text == (value.get("text") or "")
    assert site_key(raw)


def test_the_seeds_are_read_byte_for_byte_with_their_index():
    seeds = list(read_seeds(SEEDS))
    assert [raw.uri for raw in seeds] == sorted(file.stem for file in SEEDS.glob("*.txt"))
    assert all(raw.text.encode() == (SEEDS / f"{raw.uri}.txt").read_bytes() for raw in seeds)
    dates = [(raw.contentcreated, raw.contentcreated_precision) for raw in seeds]
    assert dates == [
        ("2021-04-01T00:00:00Z", "month"),
        ("2021-09-14T00:00:00Z", "day"),
        (None, "none"),
        ("2025-07-01T00:00:00Z", "month"),
        ("2021-04-07T00:00:00Z", "day"),
    ]
    assert [raw.infosource.country for raw in seeds if raw.infosource] == ["PAK", "PAK", "PAK", "PAK", "IND"]
    assert site_key(seeds[0]) == "Daily Pakistan"


def test_a_folder_without_an_index_works(tmp_path):
    (tmp_path / "b.txt").write_bytes(b"two\r\n")
    (tmp_path / "a.txt").write_bytes(b"one \xff\x00")
    one, two = read_seeds(tmp_path)
    assert (one.uri, one.text, two.uri, two.text) == ("a", "one \ufffd\x00", "b", "two\r\n")
    assert one.provenance is not None
    assert one.provenance.repairs
    assert two.provenance is None


def test_a_broken_index_says_so(tmp_path):
    (tmp_path / "index.toml").write_text("[[seed]\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"index\.toml"):
        list(read_seeds(tmp_path))


def test_a_seed_may_have_a_toml_date():
    raw = raw_from_seed("x", {"id": "a", "published": __import__("datetime").date(2021, 4, 7)})
    assert raw.contentcreated == "2021-04-07T00:00:00Z"


def test_the_key_of_an_article_with_an_address_is_the_site_the_article_has():
    article = RawArticle(uri="u", url="https://www.bbc.co.uk/urdu/1", infosource=InfoSource(name="BBC"))
    assert site_key(article) == site_of(article.url) == "bbc.co.uk"


def test_articles_without_url_are_keyed_by_source_feed_or_themselves():
    assert site_key(RawArticle(uri="u", url="https://a.b.example.org/x")) == "example.org"
    assert site_key(RawArticle(uri="u", infosource=InfoSource(name="Dawn"))) == "Dawn"
    assert site_key(RawArticle(uri="u", feed=FeedRef(id="f"))) == "f"
    assert site_key(RawArticle(uri="u")) == "u"

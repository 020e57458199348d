from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.article import Article, JudgedArticle, Provenance, RawArticle, Verdict
from schemas.deadletter import to_headers
from schemas.event import Event
from schemas.feed import FeedStatus
from schemas.headers import headers_for
from schemas.json_schema import json_schema
from schemas.records import RECORDS
from tests.strategies import any_text, records
from tests.unit.schemas.test_deadletter import LETTER

RAW = RawArticle(uri="urn:khabar:example.org:1", versioncreated="2024-03-05T10:00:00Z")
ARTICLE = Article(
    uri="urn:khabar:example.org:1",
    version=2,
    site="example.org",
    text="text",
    seen="2024-03-05T10:00:00Z",
    language="ur",
    confidence=0.5,
    script="Arab",
    reason="drawn",
    detector="drawn",
    text_sha256="0" * 64,
)
STATUS = FeedStatus(feed_id="f", url="https://example.org/f", state="ok", last_polled="2024-03-05T10:00:00Z")


def test_an_article_has_the_headers_of_a_cloud_event():
    assert headers_for(ARTICLE) == (
        ("ce_specversion", b"1.0"),
        ("ce_id", b"urn:khabar:example.org:1#2"),
        ("ce_source", b"/khabar/language"),
        ("ce_type", b"news.article.updated.v1"),
        ("ce_time", b"2024-03-05T10:00:00Z"),
        ("ce_subject", b"urn:khabar:example.org:1"),
        ("ce_dataschema", b"urn:khabar:schema:article:1.2"),
        ("ce_partitionkey", b"urn:khabar:example.org:1"),
        ("content-type", b"application/json"),
    )


@pytest.mark.parametrize(
    ("record", "type_"),
    [
        (RAW, "news.raw_article.created.v1"),
        (replace(RAW, version=2), "news.raw_article.updated.v1"),
        (replace(ARTICLE, version=1), "news.article.created.v1"),
        (
            JudgedArticle(article=ARTICLE, verdict=Verdict(verdict="new", relation="new", group="x")),
            "news.judged_article.v1",
        ),
        (
            Event(
                event_id="e",
                revision=1,
                event_type="AID",
                num_mentions=1,
                num_articles=1,
                num_sources=1,
                confidence=1.0,
            ),
            "news.event.v1",
        ),
        (STATUS, "news.feed_status.v1"),
    ],
)
def test_the_type_tells_record_and_major_version(record, type_):
    assert dict(headers_for(record))["ce_type"] == type_.encode()


def test_the_time_is_the_record_s_own_or_absent():
    assert dict(headers_for(RAW))["ce_time"] == b"2024-03-05T10:00:00Z"
    fetched = RawArticle(uri="x", provenance=Provenance(fetched="2024-03-05T11:00:00.5+05:00"))
    assert dict(headers_for(fetched))["ce_time"] == b"2024-03-05T11:00:00.5+05:00"
    for time in (None, "", "yesterday", "2024-03-05", "2024-03-05T10:00:00Z\n", "2024-03-05 10:00:00Z"):
        assert "ce_time" not in dict(headers_for(RawArticle(uri="x", versioncreated=time)))


def test_the_key_is_the_partition_key():
    assert dict(headers_for(RAW, key="example.org"))["ce_partitionkey"] == b"example.org"
    assert "ce_partitionkey" not in dict(headers_for(RAW))
    assert dict(headers_for(STATUS))["ce_partitionkey"] == b"https://example.org/f"


def test_a_dead_letter_has_its_own_headers():
    assert headers_for(LETTER) == to_headers(LETTER)


def test_other_things_have_none():
    with pytest.raises(TypeError, match="Verdict"):
        headers_for(Verdict(verdict="new", relation="new", group="x"))


@pytest.mark.parametrize("name", [name for name in RECORDS if name != "dead_letter"])
@settings(max_examples=25)
@given(data=st.data(), text=any_text)
def test_headers_of_any_record_are_bounded_utf8_without_control_characters(name, data, text):
    record = data.draw(records(RECORDS[name], **({"uri": st.just(text * 500)} if name == "article" else {})))
    headers = headers_for(record, key=text * 500)
    assert len(dict(headers)) == len(headers) <= 32
    for _, value in headers:
        assert len(value) <= 4096
        assert not any(
            char < " " or "\x7f" <= char <= "\x9f" or char in "\u202e\u2066\u2028" for char in value.decode()
        )
    assert dict(headers)["ce_dataschema"].decode() == json_schema(name)["$id"]


def test_control_characters_are_percent_escaped_and_other_text_is_kept():
    headers = dict(headers_for(RawArticle(uri="https://example.org/a%20b?\x00\n\u202eخبر")))
    assert headers["ce_subject"].decode() == "https://example.org/a%20b?%00%0A%E2%80%AEخبر"


def test_a_long_value_is_cut_between_characters():
    assert dict(headers_for(RawArticle(uri="x" + "خ" * 5000)))["ce_subject"].decode() == "x" + "خ" * 2047
    assert dict(headers_for(RawArticle(uri="\n" * 5000)))["ce_subject"].decode() == "%0A" * 1365

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.article import Article, InfoSource, JudgedArticle, RawArticle, Segment, Verdict
from schemas.codec import DecodeError, build, decode, encode, plain
from schemas.feed import FeedStatus
from schemas.records import RECORDS
from tests.strategies import any_text, json_values, records

ARTICLE = Article(
    uri="urn:khabar:example.org:1",
    site="example.org",
    title="عنوان",
    text="text",
    language="ur",
    confidence=0.5,
    script="Arab",
    reason="drawn",
    detector="drawn",
    segments=(
        Segment(kind="title", start=0, end=5, language="ur", confidence=1.0, script="Arab"),
        Segment(kind="body", start=6, end=10, language="en", confidence=1.0, script="Latn"),
    ),
    text_sha256="0" * 64,
    sketch=(1, 2**32 - 1),
)


def failure(cls: type, data: bytes | None) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        decode(cls, data)
    return caught.value


def changed(**values: object) -> bytes:
    return json.dumps({**plain(ARTICLE), **values}).encode()


@pytest.mark.parametrize("cls", RECORDS.values(), ids=RECORDS)
@given(data=st.data())
def test_every_record_survives_encoding_and_decoding(cls, data):
    record = data.draw(records(cls))
    encoded = encode(record)
    assert decode(cls, encoded) == record
    assert encode(decode(cls, encoded)) == encoded
    assert build(cls, plain(record)) == record


@pytest.mark.parametrize("cls", RECORDS.values(), ids=RECORDS)
@given(data=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_decode_or_raise_decode_error(cls, data):
    with pytest.raises(DecodeError):
        decode(cls, data)


@given(value=json_values)
def test_any_json_value_in_any_field_builds_or_raises_decode_error(value):
    for name in plain(ARTICLE):
        given_value = {**plain(ARTICLE), name: value}
        try:
            build(Article, given_value)
        except DecodeError as error:
            wrong = error.field
        else:
            wrong = name
        assert wrong is not None
        assert wrong.startswith(name)


@given(text=any_text)
def test_lone_surrogates_become_replacement_characters_one_for_one(text):
    read = decode(RawArticle, encode(RawArticle(uri="x", body_text=text)))
    assert read.body_text == "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def test_a_surrogate_pair_in_python_stays_two_code_points():
    assert decode(RawArticle, encode(RawArticle(uri="x", headline="\ud83d\ude00a"))).headline == "\ufffd\ufffda"


def test_fields_are_written_in_declared_order_and_dict_keys_sorted():
    record = RawArticle(uri="x", infosource=InfoSource(labels={"b": "2", "a": "1"}))
    assert encode(record).startswith(b'{"schema":"raw_article/1.0","uri":"x","version":1,')
    assert b'"labels":{"a":"1","b":"2"}' in encode(record)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_lacks_are_not_written(number):
    bad = replace(ARTICLE, segments=(replace(ARTICLE.segments[0], confidence=number),))
    with pytest.raises(ValueError, match="NaN"):
        encode(bad)
    with pytest.raises(ValueError, match="NaN"):
        plain({"state": [1, number]})
    with pytest.raises(DecodeError, match="finite"):
        build(Article, {**plain(ARTICLE), "confidence": number})


def test_what_json_cannot_say_is_a_type_error():
    for value in (2**64, {1: "x"}, {"x"}, object()):
        with pytest.raises(TypeError):
            encode(value)


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"segments": [{**plain(ARTICLE.segments[0]), "start": "0"}]}, "segments[0].start", "expected an integer"),
        ({"segments": [plain(ARTICLE.segments[0]), 5]}, "segments[1]", "expected an object, got an integer"),
        ({"segments": {}}, "segments", "expected an array, got an object"),
        ({"segments": [{**plain(ARTICLE.segments[0]), "kind": "poem"}]}, "segments[0].kind", "got 'poem'"),
        ({"title": 1}, "title", "expected a string, got an integer"),
        ({"title": True}, "title", "expected a string, got a boolean"),
        ({"text": None}, "text", "expected a string, got null"),
        ({"version": True}, "version", "expected an integer of at most 64 bits, got a boolean"),
        ({"version": 1.0}, "version", "expected an integer"),
        ({"version": 2**64}, "version", "expected an integer of at most 64 bits"),
        ({"confidence": True}, "confidence", "expected a finite number, got a boolean"),
        ({"confidence": "1"}, "confidence", "expected a finite number"),
        ({"sketch": [1, 2.5]}, "sketch[1]", "expected an integer"),
        ({"colour": "green"}, "colour", "unknown field"),
        ({"a\x00\u202eb": 1}, r"a\x00\u202eb", "unknown field"),
    ],
)
def test_an_error_names_the_field(values, field, message):
    error = failure(Article, changed(**values))
    assert (error.reason, error.field, error.offset) == ("decode", field, None)
    assert field in str(error)
    assert message in str(error)


def test_a_missing_field_is_named():
    value = plain(ARTICLE)
    del value["language"]
    error = failure(Article, json.dumps(value).encode())
    assert (error.reason, error.field, str(error)) == ("decode", "language", "field language: missing")


def test_a_field_in_a_dict_is_named():
    value = {"schema": "raw_article/1.0", "uri": "x", "infosource": {"labels": {"rank": 1}}}
    assert failure(RawArticle, json.dumps(value).encode()).field == "infosource.labels.rank"


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"", 0),
        (b"{", 1),
        (b"\xff", 0),
        ('{"é":tru}'.encode(), 6),
        (b'{"a":"\x00"}', 6),
        (b'{"a":"\xed\xa0\x80"}', 6),
        (b'{"a":"\\ud800"}', 6),
        (b"\xef\xbb\xbf{}", 0),
        (b"NaN", 0),
        (b"[" * 100_000, 1025),
        (b'{"a":' * 100_000, 5121),
    ],
)
def test_broken_json_is_told_with_the_byte_where_it_breaks(data, offset):
    error = failure(Article, data)
    assert (error.reason, error.field) == ("decode", None)
    assert error.offset is not None
    assert abs(error.offset - offset) <= 1
    assert str(error).startswith(f"byte {error.offset}: ")


def test_a_tombstone_is_no_record():
    error = failure(Article, None)
    assert (error.reason, error.field, error.offset) == ("decode", None, None)


@pytest.mark.parametrize("value", [[], 1, "x", None, True, [{}]])
def test_a_value_that_is_no_object_is_refused(value):
    assert failure(Article, json.dumps(value).encode()).reason == "decode"


@pytest.mark.parametrize(
    "schema",
    ["article/2.0", "article/0.9", "event/1.0", "article", "article/", "article/1", "article/1.x", "article/-1.0", "", 1, None,
     ["article/1.0"], "article/١.٠", "article/1.0.0", "Article/1.0", "article/1." + "9" * 5000, "\x00" * 100_000],
)  # fmt: skip
def test_an_unknown_schema_is_told_apart_from_a_broken_value(schema):
    error = failure(Article, changed(schema=schema))
    assert (error.reason, error.field) == ("schema", "schema")
    assert len(str(error)) < 500


def test_a_record_without_schema_is_refused():
    value = plain(ARTICLE)
    del value["schema"]
    error = failure(Article, json.dumps(value).encode())
    assert (error.reason, error.field) == ("schema", "schema")


def test_a_newer_minor_version_is_read_and_its_unknown_fields_are_ignored_at_any_depth():
    value = plain(ARTICLE)
    value.update(schema="article/1.7", colour="green")
    value["segments"][1]["shade"] = {"deep": [1]}
    assert decode(Article, json.dumps(value).encode()) == ARTICLE


def test_a_newer_minor_version_is_ignored_inside_a_record_of_our_own():
    judged = JudgedArticle(article=ARTICLE, verdict=Verdict(verdict="new", relation="new", group="x"))
    value = plain(judged)
    value["article"].update(schema="article/1.7", colour="green")
    assert build(JudgedArticle, value) == judged
    value["verdict"]["colour"] = "green"
    with pytest.raises(DecodeError, match=r"verdict\.colour"):
        build(JudgedArticle, value)


def test_an_unknown_major_version_inside_is_of_reason_schema():
    value = plain(JudgedArticle(article=ARTICLE, verdict=Verdict(verdict="new", relation="new", group="x")))
    value["article"]["schema"] = "article/2.0"
    with pytest.raises(DecodeError) as caught:
        build(JudgedArticle, value)
    assert (caught.value.reason, caught.value.field) == ("schema", "article.schema")


def test_a_newer_minor_version_is_still_held_to_the_types_it_shares_with_ours():
    assert failure(Article, changed(schema="article/1.7", version="1")).field == "version"


def test_an_int_is_taken_for_a_float_and_becomes_one():
    read = decode(Article, changed(confidence=1))
    assert isinstance(read.confidence, float)
    assert (
        decode(
            FeedStatus,
            b'{"schema":"feed_status/1.0","feed_id":"f","url":"u","state":"ok","last_polled":"t","interval":900}',
        ).interval
        == 900.0
    )


def test_the_last_of_two_equal_keys_counts():
    assert decode(RawArticle, b'{"schema":"raw_article/1.0","uri":"a","uri":"b"}').uri == "b"


def test_nul_characters_and_two_megabytes_pass():
    body = "\0" + "ا" * 1_000_000
    started = perf_counter()
    assert decode(RawArticle, encode(RawArticle(uri="x", body_text=body))).body_text == body
    assert perf_counter() - started < 2


def test_decoding_does_not_change_what_it_is_given():
    value = plain(ARTICLE)
    before = json.dumps(value)
    build(Article, value)
    assert json.dumps(value) == before


def test_hostile_field_names_are_shown_short():
    error = failure(Article, json.dumps({"schema": "article/1.0", "x" * 1_000_000: 1}).encode())
    assert len(str(error)) < 200


@dataclass(frozen=True, slots=True)
class Bucket:
    """State as a stage keeps it: no schema, positional."""

    day: str
    pairs: tuple[tuple[str, int], ...] = ()
    counts: dict[str, float] | None = None
    fixed: tuple[int, str] = (0, "")
    data: bytes = b""


@given(bucket=records(Bucket))
def test_state_of_a_stage_survives_as_plain_json(bucket):
    value = json.loads(json.dumps(plain(bucket)))
    assert build(Bucket, value) == bucket


def test_state_of_an_unknown_shape_is_refused():
    for value, field in [
        ({"day": "d", "fixed": [1]}, "fixed"),
        ({"day": "d", "pairs": [["a"]]}, "pairs[0]"),
        ({"day": "d", "data": "!"}, "data"),
        ({}, "day"),
    ]:
        with pytest.raises(DecodeError) as caught:
            build(Bucket, value)
        assert caught.value.field == field


def test_an_annotation_without_a_parser_is_a_type_error():
    with pytest.raises(TypeError, match="no parser"):
        build(set, {})
    with pytest.raises(TypeError, match="union"):
        build(int | str, 1)
